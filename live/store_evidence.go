package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/utils/protojson"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
)

// add writes evidence, once by its ID, and marks a class that is already over for
// counting anew.
func (s *Store) add(ctx context.Context, e Evidence) error {
	e.At = db.Instant(e.At)
	res := gorm.WithResult()
	if err := db.Rows[Evidence](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &e); err != nil {
		return fmt.Errorf("add evidence: %w", err)
	}
	if res.RowsAffected == 0 {
		return nil
	}
	_, err := db.Rows[Class](s.db).Where("id = ? AND state = ? AND NOT unsettled", e.ClassID, Closed).Update(ctx, "unsettled", true)
	return err
}

// evidence is everything that was reported about a class, in order.
func (s *Store) evidence(ctx context.Context, classID string) ([]Evidence, error) {
	return db.Rows[Evidence](s.db).Where("class_id = ?", classID).Order("at, id").Find(ctx)
}

// Poll is what the media server said when we asked it who is in a class.
type Poll struct {
	ClassID string
	RoomSID string
	At      time.Time
	People  []Person
}

// AddPoll writes down a poll that succeeded. An empty list is evidence too: nobody of
// that room is there any more.
func (s *Store) AddPoll(ctx context.Context, p Poll) error {
	slices.SortFunc(p.People, func(a, b Person) int { return strings.Compare(a.SID, b.SID) })
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		return NewStore(tx, s.now).add(ctx, Evidence{ID: db.NewID(), ClassID: p.ClassID, Source: FromPoll, Kind: Seen,
			RoomSID: p.RoomSID, At: p.At, Data: Detail{People: p.People}})
	})
}

// Webhook is a report of the media server as it came.
type Webhook struct {
	ID         string `gorm:"primaryKey"` // the same for every repetition
	Body       string // JSON
	ReceivedAt time.Time
	FoldedAt   *time.Time // nil until it has become evidence, or was found to say nothing
}

// TableName is the table of webhooks.
func (Webhook) TableName() string { return "live_webhooks" }

// KeepWebhook stores a webhook, once by its ID, and does nothing else with it: the media
// server waits for the answer.
func (s *Store) KeepWebhook(ctx context.Context, id, body string) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		w := Webhook{ID: id, Body: body, ReceivedAt: s.Now()}
		return db.Rows[Webhook](tx, clause.OnConflict{DoNothing: true}).Create(ctx, &w)
	})
}

// keepWebhooks is how long a webhook stays after it has become evidence.
const keepWebhooks = 30 * 24 * time.Hour

// Purge deletes webhooks that became evidence long ago; the evidence stays.
func (s *Store) Purge(ctx context.Context) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Webhook](tx).Where("folded_at < ?", s.Now().Add(-keepWebhooks)).Delete(ctx)
		return err
	})
}

// foldBatch bounds a transaction of folding.
const foldBatch = 200

// Fold turns webhooks that wait into evidence and reports how many there were.
func (s *Store) Fold(ctx context.Context) (int, error) {
	waiting, err := db.Rows[Webhook](s.db).Where("folded_at IS NULL").Order("received_at, id").Limit(foldBatch).Find(ctx)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	err = db.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		for _, w := range waiting {
			if err := t.foldOne(ctx, w); err != nil {
				return fmt.Errorf("fold webhook %s: %w", w.ID, err)
			}
		}
		return nil
	})
	return len(waiting), err
}

func (s *Store) foldOne(ctx context.Context, w Webhook) error {
	if e, ok := evidenceOf(w); ok {
		known, err := db.Rows[Class](s.db).Where("id = ?", e.ClassID).Count(ctx, "id")
		if err != nil {
			return err
		}
		if known > 0 {
			if err := s.add(ctx, e); err != nil {
				return err
			}
		}
	}
	_, err := db.Rows[Webhook](s.db).Where("id = ? AND folded_at IS NULL", w.ID).Update(ctx, "folded_at", s.Now())
	return err
}

// evidenceOf reads a webhook; false when it says nothing about who was there, or is about
// a room that is not ours.
func evidenceOf(w Webhook) (Evidence, bool) {
	var ev livekit.WebhookEvent
	opts := protojson.UnmarshalOptions{DiscardUnknown: true, AllowPartial: true}
	if opts.Unmarshal([]byte(w.Body), &ev) != nil {
		return Evidence{}, false
	}
	classID, ours := strings.CutPrefix(ev.GetRoom().GetName(), "class-")
	kinds := map[string]Kind{
		"participant_joined": Joined, "participant_left": Left, "room_finished": RoomFinished,
		"track_published": Sent, "track_unpublished": Sent,
	}
	kind, known := kinds[ev.GetEvent()]
	if !ours || !known {
		return Evidence{}, false
	}
	p := ev.GetParticipant()
	e := Evidence{
		ID: w.ID, ClassID: classID, Source: FromWebhook, Kind: kind, SID: p.GetSid(), RoomSID: ev.GetRoom().GetSid(),
		Identity: p.GetIdentity(), At: time.Unix(ev.GetCreatedAt(), 0).UTC(),
		Data: Detail{JoinedAtMS: p.GetJoinedAtMs()},
	}
	if kind == Left {
		e.Data.Reason = p.GetDisconnectReason().String()
	}
	return e, kind == RoomFinished || e.SID != ""
}
