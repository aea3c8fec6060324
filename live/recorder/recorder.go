// Package recorder writes down what is said in a room of the media server: each microphone
// as Ogg Opus, packet by packet as it came. Nothing is decoded, so it costs next to nothing.
//
// It joins as a hidden participant. In a class only trainers may send, so what it writes is
// a trainer's voice and nobody else's.
package recorder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"
	"github.com/pion/webrtc/v4/pkg/media/samplebuilder"
)

// Tape is where one microphone's sound goes, from its first packet to its last.
type Tape interface {
	io.Writer
	// Keep brings what was written to the disk: so much of it can be heard now.
	Keep(length time.Duration) error
	// Close is the last Keep.
	Close(length time.Duration) error
}

// Config is one recording under way.
type Config struct {
	URL, Token string
	// Begin opens a tape: for a microphone that begins to send, or begins again after its
	// line was cut.
	Begin func() (Tape, error)
	// Alive is called every KeepEvery while the recorder is in the room.
	Alive func()
}

// KeepEvery is how often tapes are brought to the disk: so much is lost when the power goes.
const KeepEvery = 5 * time.Second

// Run joins the room and records until ctx ends, which is no error, or until the room is
// left for another reason. When it returns, all tapes are closed.
func Run(ctx context.Context, cfg Config) error {
	r := &recording{cfg: cfg, gone: make(chan struct{})}
	room, err := lksdk.ConnectToRoomWithToken(cfg.URL, cfg.Token, r.callback(), lksdk.WithAutoSubscribe(false), lksdk.WithDisableRegionDiscovery())
	if err != nil {
		return fmt.Errorf("join as recorder: %w", err)
	}
	for _, p := range room.GetRemoteParticipants() {
		for _, pub := range p.TrackPublications() {
			if remote, ok := pub.(*lksdk.RemoteTrackPublication); ok {
				r.want(remote)
			}
		}
	}
	tick := time.NewTicker(KeepEvery)
	defer tick.Stop()
	for err == nil && ctx.Err() == nil {
		cfg.Alive()
		select {
		case <-tick.C:
		case <-ctx.Done():
		case <-r.gone:
			err = errors.New("the recorder was sent out of the room")
		}
	}
	room.Disconnect()
	r.tapes.Wait()
	return errors.Join(err, r.failed)
}

type recording struct {
	cfg   Config
	once  sync.Once
	gone  chan struct{}
	tapes sync.WaitGroup

	mu     sync.Mutex
	failed error
}

func (r *recording) callback() *lksdk.RoomCallback {
	cb := lksdk.NewRoomCallback()
	cb.OnDisconnected = func() { r.once.Do(func() { close(r.gone) }) }
	cb.OnTrackPublished = func(pub *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) { r.want(pub) }
	cb.OnTrackSubscribed = func(track *webrtc.TrackRemote, pub *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		if pub.Source() != livekit.TrackSource_MICROPHONE {
			return
		}
		r.tapes.Go(func() {
			if err := r.tape(track); err != nil {
				r.mu.Lock()
				r.failed = errors.Join(r.failed, err)
				r.mu.Unlock()
				r.once.Do(func() { close(r.gone) }) // a full disk: begin anew, and say so
			}
		})
	}
	return cb
}

// want asks for a microphone, and for no picture.
func (r *recording) want(pub *lksdk.RemoteTrackPublication) {
	if pub.Source() == livekit.TrackSource_MICROPHONE {
		_ = pub.SetSubscribed(true) // refused only when the line is gone, and then Run ends
	}
}

// late is how many packets (of 20 ms) one that is missing is waited for.
const late = 50

// tape writes one microphone until it ends.
func (r *recording) tape(track *webrtc.TrackRemote) error {
	tape, err := r.cfg.Begin()
	if err != nil {
		return fmt.Errorf("begin a part of a recording: %w", err)
	}
	w := &writer{}
	if w.ogg, err = oggwriter.NewWith(struct{ io.Writer }{tape}, rate, 2); err != nil {
		return errors.Join(fmt.Errorf("begin Ogg: %w", err), tape.Close(0))
	}
	order := samplebuilder.New(late, &codecs.OpusPacket{}, rate)
	kept := time.Now()
	for {
		p, _, err := track.ReadRTP()
		if err != nil { // the microphone ended, or the room did
			return tape.Close(w.length())
		}
		order.Push(p)
		for s := order.Pop(); s != nil; s = order.Pop() {
			if err := w.write(s); err != nil {
				return errors.Join(fmt.Errorf("record: %w", err), tape.Close(w.length()))
			}
		}
		if time.Since(kept) >= KeepEvery {
			kept = time.Now()
			if err := tape.Keep(w.length()); err != nil {
				return errors.Join(fmt.Errorf("record: %w", err), tape.Close(w.length()))
			}
		}
	}
}

// rate is how many samples a second Opus counts in, whatever was sent.
const rate = 48000

// silence is one Opus frame of 20 ms in which nobody speaks.
var silence = []byte{0xf8, 0xff, 0xfe}

// writer keeps a tape's time right: where packets are missing, because nobody spoke or
// because they were lost, it writes silence. Else everything behind would be heard early,
// and a step would not begin where it began.
type writer struct {
	ogg     *oggwriter.OggWriter
	begun   bool
	next    uint32 // the timestamp that the next packet has when nothing is missing
	samples int64
	heard   time.Time // when the last packet came
}

func (w *writer) write(s *media.Sample) error {
	now := time.Now()
	if w.begun {
		// No more silence than time has passed: a sender's clock that jumps is no pause.
		missing := min(int64(int32(s.PacketTimestamp-w.next)), int64(now.Sub(w.heard).Seconds()*rate)+rate)
		for ; missing >= rate/50; missing -= rate / 50 {
			if err := w.packet(silence); err != nil {
				return err
			}
		}
	}
	w.begun, w.heard, w.next = true, now, s.PacketTimestamp+uint32(samplesIn(s.Data))
	return w.packet(s.Data)
}

func (w *writer) packet(data []byte) error {
	w.samples += samplesIn(data)
	return w.ogg.WriteRTP(&rtp.Packet{Payload: data})
}

func (w *writer) length() time.Duration { return time.Duration(w.samples) * time.Second / rate }

// samplesIn is how long an Opus packet sounds, in samples of 48 kHz (RFC 6716, section 3.1).
func samplesIn(packet []byte) int64 {
	if len(packet) == 0 {
		return 0
	}
	config := packet[0] >> 3
	var frame int64
	switch {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		frame = []int64{480, 960, 1920, 2880}[config&3]
	case config < 16: // hybrid: 10, 20 ms
		frame = 480 << (config & 1)
	default: // CELT: 2.5, 5, 10, 20 ms
		frame = 120 << (config & 3)
	}
	switch packet[0] & 3 {
	case 0:
		return frame
	case 3:
		if len(packet) < 2 {
			return 0
		}
		return frame * int64(packet[1]&63)
	}
	return 2 * frame
}
