package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/live/recorder"
)

// recorderToken opens a class's room for our recorder: hidden, it hears and sends nothing.
func (s Server) recorderToken(room string) (string, error) {
	g := &auth.VideoGrant{RoomJoin: true, Room: room, Hidden: true, Recorder: true}
	g.SetCanSubscribe(true)
	g.SetCanPublish(false)
	g.SetCanPublishData(false)
	return auth.NewAccessToken(s.Key, s.Secret).SetIdentity("recorder").SetKind(livekit.ParticipantInfo_EGRESS).
		SetValidFor(tokenLife).SetVideoGrant(g).ToJWT()
}

// keepRecording has every class recorded that wants it, until ctx ends. It holds a lease:
// of several processes on one database one does it, with files in its own directory.
func (s *Service) keepRecording(ctx context.Context) error {
	running := map[string]context.CancelFunc{}
	var all sync.WaitGroup
	defer all.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		list, err := s.store.toRecord(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		wanted := map[string]bool{}
		for _, rec := range list {
			wanted[rec.ClassID] = true
			if running[rec.ClassID] == nil {
				one, end := context.WithCancel(ctx)
				running[rec.ClassID] = end
				all.Go(func() { s.recordClass(one, rec.ClassID) })
			}
		}
		for id, end := range running {
			if !wanted[id] {
				end()
				delete(running, id)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// recordClass records one class, and begins anew after whatever cut it off. The trainer's
// page tells her while nothing is written.
func (s *Service) recordClass(ctx context.Context, classID string) {
	var last string
	for ctx.Err() == nil {
		err := s.recordOnce(ctx, classID)
		if err != nil && ctx.Err() == nil && err.Error() != last {
			last = err.Error()
			s.log.Warn("a class is not recorded; it is tried again", "class", classID, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
}

func (s *Service) recordOnce(ctx context.Context, classID string) error {
	if !s.cfg.Server.state().Running() {
		return errors.New("the media server is away")
	}
	token, err := s.cfg.Server.recorderToken(Class{ID: classID}.Room())
	if err != nil {
		return err
	}
	return recorder.Run(ctx, recorder.Config{URL: s.cfg.Server.URL, Token: token,
		Begin: func() (recorder.Tape, error) { return s.cfg.Recordings.begin(ctx, classID) },
		Alive: func() {
			if err := s.store.alive(ctx, classID); err != nil && ctx.Err() == nil {
				s.log.Warn("sign of the recorder", "class", classID, "err", err)
			}
		}})
}

// alive writes down that the recorder is in the room.
func (s *Store) alive(ctx context.Context, classID string) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Recording](tx).Where("class_id = ?", classID).Update(ctx, "seen_at", s.Now())
		return err
	})
}

// tape is one part of a recording: a file, and the row that says how much of it is safe.
type tape struct {
	r    *Recordings
	ctx  context.Context
	part part
	file *os.File
}

// begin opens the next part of a class's recording.
func (r *Recordings) begin(ctx context.Context, classID string) (*tape, error) {
	t := &tape{r: r, ctx: context.WithoutCancel(ctx), part: part{ClassID: classID, BegunAt: r.store.Now()}}
	if err := os.MkdirAll(filepath.Dir(r.file(classID, 1)), 0o700); err != nil {
		return nil, err
	}
	err := db.Write(ctx, r.store.db, func(tx *gorm.DB) error {
		last, err := db.Rows[part](tx).Where("class_id = ?", classID).Order("number DESC").Limit(1).Find(ctx)
		if err != nil {
			return err
		}
		t.part.Number = 1
		if len(last) > 0 {
			t.part.Number = last[0].Number + 1
		}
		return db.Rows[part](tx).Create(ctx, &t.part)
	})
	if err != nil {
		return nil, fmt.Errorf("begin a part: %w", err)
	}
	t.file, err = os.OpenFile(r.file(classID, t.part.Number), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	return t, err
}

// Write adds to the file.
func (t *tape) Write(p []byte) (int, error) {
	n, err := t.file.Write(p)
	t.part.Bytes += int64(n)
	return n, err
}

// errErased ends a tape whose recording was erased under it: if she records the class anew,
// that is a new tape.
var errErased = errors.New("the recording was erased")

// Keep brings the file to the disk, and then says so in the database.
func (t *tape) Keep(length time.Duration) error {
	if err := t.file.Sync(); err != nil {
		return err
	}
	t.part.Millis = length.Milliseconds()
	return db.Write(t.ctx, t.r.store.db, func(tx *gorm.DB) error {
		n, err := db.Rows[part](tx).Where("class_id = ? AND number = ? AND begun_at = ?", t.part.ClassID, t.part.Number, t.part.BegunAt).
			Select("millis", "bytes").Updates(t.ctx, t.part)
		if err == nil && n == 0 {
			err = errErased
		}
		return err
	})
}

// Close keeps the rest.
func (t *tape) Close(length time.Duration) error { return errors.Join(t.Keep(length), t.file.Close()) }
