package live

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"

	"silverclass/live/sfu"
)

// tokenLife is how long a token opens the door. It is only for joining: who is inside is
// kept inside by the media server.
const tokenLife = 5 * time.Minute

// Server is the media server: our own child process, several of them, or one elsewhere.
// The zero Server is none: classes then have steps, and neither sound nor picture.
type Server struct {
	URL    string // where we reach it: http://127.0.0.1:… or wss://…
	Key    string
	Secret string
	// Public is where browsers reach it; "" is this site's own address, through Proxy.
	Public string
	// Status tells how our own child is; nil for one elsewhere.
	Status func() sfu.Status
}

// state is how the media server is, as far as we know without asking it.
func (s Server) state() sfu.Status {
	switch {
	case s.Status != nil:
		return s.Status()
	case s.URL == "":
		return sfu.Status{State: sfu.Stopped}
	}
	return sfu.Status{State: sfu.Running}
}

func (s Server) rooms() *lksdk.RoomServiceClient {
	return lksdk.NewRoomServiceClient(s.URL, s.Key, s.Secret)
}

// ensureRoom makes the class's room where it is missing: at its opening, and again after
// the media server was started anew. A token alone opens no room.
func (s Server) ensureRoom(ctx context.Context, c Class, capacity int) error {
	_, err := s.rooms().CreateRoom(ctx, &livekit.CreateRoomRequest{
		Name: c.Room(), EmptyTimeout: 1800, DepartureTimeout: 120,
		MaxParticipants: uint32(capacity) + 20, // our own count refuses first, with words
	})
	if err != nil {
		return fmt.Errorf("make room of class %s: %w", c.ID, err)
	}
	return nil
}

// endRoom sends everybody out of a room.
func (s Server) endRoom(ctx context.Context, name string) error {
	_, err := s.rooms().DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: name})
	return err
}

// token is what a browser joins with. It names a random identity and nothing of a person.
//
// Home only watches. A trainer sends camera, microphone and screen; muting and removing
// others goes through our server, so nobody gets the rights of a room administrator.
func (s Server) token(v Visit, room string) (string, error) {
	g := &auth.VideoGrant{RoomJoin: true, Room: room}
	g.SetCanSubscribe(true)
	g.SetCanPublishData(false)
	g.SetCanUpdateOwnMetadata(false)
	g.SetCanPublish(v.Role == Trainer)
	if v.Role == Trainer {
		g.SetCanPublishSources([]livekit.TrackSource{
			livekit.TrackSource_CAMERA, livekit.TrackSource_MICROPHONE,
			livekit.TrackSource_SCREEN_SHARE, livekit.TrackSource_SCREEN_SHARE_AUDIO,
		})
	}
	return auth.NewAccessToken(s.Key, s.Secret).SetIdentity(v.Identity).SetValidFor(tokenLife).SetVideoGrant(g).ToJWT()
}

// Proxy hands the browsers' signalling (/rtc and below, websockets included) on to the
// media server at base, so that pages and classes have one address and one certificate.
// Nothing else of the media server is reachable through it. Tokens travel in these URLs:
// whoever logs requests logs no query.
func Proxy(base string) (http.Handler, error) {
	target, err := url.Parse(httpURL(base))
	if err != nil {
		return nil, fmt.Errorf("media server address: %w", err)
	}
	p := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header.Del("Cookie") // sign-ins are none of its business
		},
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusServiceUnavailable) },
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/rtc" && !strings.HasPrefix(r.URL.Path, "/rtc/") {
			http.NotFound(w, r)
			return
		}
		p.ServeHTTP(w, r)
	}), nil
}

// httpURL is a media server's address for HTTP: ws becomes http.
func httpURL(base string) string {
	if rest, ok := strings.CutPrefix(base, "ws"); ok {
		return "http" + rest
	}
	return base
}
