package live

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/livekit/protocol/livekit"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/tour"
)

// Config is what New needs. Capacity and Log may be left out.
type Config struct {
	DB     *db.DB
	Now    func() time.Time
	Server Server
	// Step is a step of a lesson in a language, fault.NotFound when there is none; Lessons
	// are those that a class on these topics can show, in teaching order.
	Step    func(slug string, step int, lang string) (Step, error)
	Lessons func(topics []string, lang string) []Lesson
	// Recordings are where the trainer's voice is kept; nil records no class.
	Recordings *Recordings
	// Visit gives a visitor a visit when she has none (room.EnsureVisit).
	Visit func(c echo.Context) (people.Reader, error)
	// Capacity is how many devices may watch a class at once; 0 means 250.
	Capacity int
	Log      *slog.Logger
}

// Service is live classes at work: pages, tokens and background work.
type Service struct {
	cfg   Config
	store *Store
	log   *slog.Logger
}

// New makes the service; nothing runs until Run.
func New(cfg Config) *Service {
	if cfg.Capacity == 0 {
		cfg.Capacity = 250
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Service{cfg: cfg, store: NewStore(cfg.DB.DB, cfg.Now), log: cfg.Log.With("part", "live")}
}

// Store is the service's store, for who shows classes elsewhere.
func (s *Service) Store() *Store { return s.store }

// Run does the background work until ctx ends: webhooks become evidence, open classes
// are asked who is there, classes that are over are counted, old webhooks go, and classes
// whose trainer wants it are recorded. Of several processes on one database one does it.
func (s *Service) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { s.cfg.DB.RunLeased(ctx, "live.fold", 2*time.Second, 20*time.Second, s.fold) })
	all.Go(func() { s.cfg.DB.RunLeased(ctx, "live.poll", pollEvery, time.Minute, s.poll) })
	all.Go(func() { s.cfg.DB.RunLeased(ctx, "live.purge", time.Hour, time.Minute, s.store.Purge) })
	if s.cfg.Recordings.Wanted() {
		all.Go(func() { s.cfg.DB.RunLeased(ctx, "live.record", 2*time.Second, 15*time.Second, s.keepRecording) })
	}
	all.Wait()
}

// fold turns webhooks into evidence and counts classes that are over.
func (s *Service) fold(ctx context.Context) error {
	for {
		n, err := s.store.Fold(ctx)
		if err != nil {
			return err
		}
		if n < foldBatch {
			break
		}
	}
	_, err := s.store.Settle(ctx)
	return err
}

// Restore makes the rooms of all open classes again: for the moment when the media
// server has become ready.
func (s *Service) Restore(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pollEvery)
	defer cancel()
	list, err := s.store.Opened(ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := s.cfg.Server.ensureRoom(ctx, c, s.cfg.Capacity); err != nil {
			return err
		}
	}
	return nil
}

// poll asks the media server who is in each open class, ends classes that nobody will
// end any more, and rooms whose class is over.
func (s *Service) poll(ctx context.Context) error {
	list, err := s.store.Opened(ctx)
	if err != nil {
		return err
	}
	open := map[string]bool{}
	for _, c := range list {
		over, err := s.store.Forgotten(ctx, c)
		if err != nil {
			return err
		}
		if over {
			if err := s.store.Close(ctx, c.ID, nil); err != nil {
				return err
			}
			continue
		}
		open[c.Room()] = true
	}
	if !s.cfg.Server.state().Running() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, pollEvery/2)
	defer cancel()
	res, err := s.cfg.Server.rooms().ListRooms(ctx, &livekit.ListRoomsRequest{})
	if err != nil {
		return fmt.Errorf("list rooms: %w", err)
	}
	sids := map[string]string{}
	for _, r := range res.GetRooms() {
		sids[r.GetName()] = r.GetSid()
		if strings.HasPrefix(r.GetName(), "class-") && !open[r.GetName()] {
			if err := s.endLost(ctx, r.GetName()); err != nil {
				return err
			}
		}
	}
	for _, c := range list {
		if open[c.Room()] {
			if err := s.pollClass(ctx, c, sids[c.Room()]); err != nil {
				return err
			}
		}
	}
	return nil
}

// endLost ends a room whose class is over. A room that we know nothing of belongs to
// somebody else who uses the same media server.
func (s *Service) endLost(ctx context.Context, room string) error {
	c, err := s.store.Class(ctx, strings.TrimPrefix(room, "class-"))
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil || c.State != Closed:
		return err
	}
	return s.cfg.Server.endRoom(ctx, room)
}

// pollClass writes down who is in one class. A room that is missing is made again, and
// says nothing about who was there.
func (s *Service) pollClass(ctx context.Context, c Class, roomSID string) error {
	if roomSID == "" {
		return s.cfg.Server.ensureRoom(ctx, c, s.cfg.Capacity)
	}
	at := s.store.Now()
	res, err := s.cfg.Server.rooms().ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: c.Room()})
	if err != nil {
		return fmt.Errorf("list participants of class %s: %w", c.ID, err)
	}
	p := Poll{ClassID: c.ID, RoomSID: roomSID, At: at}
	for _, i := range res.GetParticipants() {
		if i.GetState() == livekit.ParticipantInfo_DISCONNECTED || i.GetKind() != livekit.ParticipantInfo_STANDARD {
			continue
		}
		p.People = append(p.People, Person{SID: i.GetSid(), Identity: i.GetIdentity(), JoinedAtMS: i.GetJoinedAtMs()})
	}
	return s.store.AddPoll(ctx, p)
}

// open opens a session's class and its room. A media server that is away does not stop
// it: the class begins with its steps, and sound and picture come when it is back.
func (s *Service) open(ctx context.Context, o Opening) (Class, error) {
	c, err := s.store.Open(ctx, o)
	if err != nil {
		return c, err
	}
	if s.cfg.Server.state().Running() {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if err := s.cfg.Server.ensureRoom(ctx, c, s.cfg.Capacity); err != nil {
			s.log.Warn("class opened without its room; it is made when somebody joins", "class", c.ID, "err", err)
		}
	}
	return c, nil
}

// close ends a class, and sends everybody out of its room.
func (s *Service) close(ctx context.Context, id string, staffID *string) error {
	if err := s.store.Close(ctx, id, staffID); err != nil || !s.cfg.Server.state().Running() {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.cfg.Server.endRoom(ctx, Class{ID: id}.Room()); err != nil {
		s.log.Warn("room of an ended class is still there; it is ended with the next poll", "class", id, "err", err)
	}
	return nil
}

// mayTeach is nil when the reader is a trainer, or more, at the class's venue.
func (s *Service) mayTeach(ctx context.Context, r people.Reader, venueID string) error {
	v, err := tour.NewStore(s.cfg.DB.DB, s.cfg.Now).Venue(ctx, venueID)
	if err != nil {
		return err
	}
	if r.Staff == nil {
		return fault.New(fault.Unauthenticated, "web.sign_in_first")
	}
	if !r.May(people.Trainer, v.ID, v.CityID) {
		return fault.New(fault.Forbidden, "web.forbidden")
	}
	return nil
}
