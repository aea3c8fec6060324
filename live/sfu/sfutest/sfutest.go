// Package sfutest gives tests a real media server and clients that really send and
// receive.
//
// The media server is a child process, which is the test binary itself: a test package
// that uses it has
//
//	func TestMain(m *testing.M) { sfutest.Main(m) }
package sfutest

import (
	"context"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"silverclass/live/sfu"
)

// Main runs the tests of a package, or the media server when the test binary was started
// as its child.
func Main(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "sfu" {
		os.Exit(sfu.Main(os.Stdin, os.Stdout, os.Stderr))
	}
	sfu.UseLogger(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// Config is one for a media server on loopback, with free ports and a data directory of
// its own, that logs to the test.
func Config(t testing.TB) sfu.Config {
	t.Helper()
	return sfu.Config{
		Dir: t.TempDir(), UDPPort: FreeUDP(t), TCPPort: FreeTCP(t), Loopback: true,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
}

// Start starts a media server, waits until it is ready, and stops it with the test.
func Start(t testing.TB, cfg sfu.Config) *sfu.Supervisor {
	t.Helper()
	s, err := sfu.Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// FreeUDP is a UDP port that nobody used a moment ago.
func FreeUDP(t testing.TB) int {
	t.Helper()
	pc, err := net.ListenPacket("udp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.Close() }()
	return pc.LocalAddr().(*net.UDPAddr).Port
}

// FreeTCP is a TCP port that nobody used a moment ago.
func FreeTCP(t testing.TB) int {
	t.Helper()
	ln, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().(*net.TCPAddr).Port
}

// Room makes a room, as only our server may.
func Room(t testing.TB, s *sfu.Supervisor, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	rooms := lksdk.NewRoomServiceClient(s.URL(), s.Key(), s.Secret())
	if _, err := rooms.CreateRoom(ctx, &livekit.CreateRoomRequest{Name: name}); err != nil {
		t.Fatal(err)
	}
}

// Token opens room for identity, with or without the right to publish.
func Token(t testing.TB, s *sfu.Supervisor, room, identity string, publish bool) string {
	t.Helper()
	grant := &auth.VideoGrant{RoomJoin: true, Room: room}
	grant.SetCanSubscribe(true)
	grant.SetCanPublish(publish)
	grant.SetCanPublishData(false)
	token, err := auth.NewAccessToken(s.Key(), s.Secret()).
		SetIdentity(identity).SetValidFor(5 * time.Minute).SetVideoGrant(grant).ToJWT()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Publish joins at url and sends a camera and a microphone until the test ends.
func Publish(t testing.TB, url, token string) *lksdk.Room {
	t.Helper()
	room, err := lksdk.ConnectToRoomWithToken(url, token, lksdk.NewRoomCallback())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(room.Disconnect)
	send := func(mime string, rate uint32, channels uint16, source livekit.TrackSource, p lksdk.SampleProvider) {
		track, err := lksdk.NewLocalTrack(webrtc.RTPCodecCapability{MimeType: mime, ClockRate: rate, Channels: channels})
		if err != nil {
			t.Fatal(err)
		}
		if err := track.StartWrite(p, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := room.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{
			Source: source, VideoWidth: 16, VideoHeight: 16,
		}); err != nil {
			t.Fatal(err)
		}
	}
	send(webrtc.MimeTypeVP8, 90000, 0, livekit.TrackSource_CAMERA, &samples{every: 66 * time.Millisecond, data: keyFrame})
	send(webrtc.MimeTypeOpus, 48000, 2, livekit.TrackSource_MICROPHONE, &samples{every: 20 * time.Millisecond, data: silence})
	return room
}

// keyFrame is the head of a VP8 key frame of 16 by 16, which is all that a media server
// looks at. silence is one Opus frame.
var (
	keyFrame = []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 16, 0, 16, 0, 0, 0, 0, 0}
	silence  = []byte{0xf8, 0xff, 0xfe}
)

type samples struct {
	lksdk.BaseSampleProvider
	every time.Duration
	data  []byte
}

func (s *samples) NextSample(context.Context) (media.Sample, error) {
	return media.Sample{Data: s.data, Duration: s.every}, nil
}

// Watcher has joined a room and counts what reaches it.
type Watcher struct {
	*lksdk.Room
	// Video and Audio are packets received so far, of all tracks.
	Video, Audio atomic.Int64
	// Lost counts how often the room was left for good.
	Lost atomic.Int64
}

// Watch joins at url and receives until the test ends. It returns the SDK's error, so
// that refusals can be tested.
func Watch(t testing.TB, url, token string) (*Watcher, error) {
	t.Helper()
	w := &Watcher{}
	cb := lksdk.NewRoomCallback()
	cb.OnDisconnected = func() { w.Lost.Add(1) }
	cb.OnTrackSubscribed = func(track *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		n := &w.Audio
		if track.Kind() == webrtc.RTPCodecTypeVideo {
			n = &w.Video
		}
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
			n.Add(1)
		}
	}
	room, err := lksdk.ConnectToRoomWithToken(url, token, cb)
	if err != nil {
		return nil, err
	}
	w.Room = room
	t.Cleanup(room.Disconnect)
	return w, nil
}

// Eventually waits until ok, and fails the test when that takes longer than limit.
func Eventually(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}
