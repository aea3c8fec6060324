package privacy_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/privacy"
	"silverclass/app/tour"
	"silverclass/live"
)

// taught is a world with a class that is over and was recorded, kept for 30 days. again
// puts the recording back, as an older database file does; gone reports whether neither row
// nor file is left.
func taught(t *testing.T) (w world, s *privacy.Store, class string, again func(), gone func() bool) {
	t.Helper()
	w = newWorld(t)
	ctx := t.Context()
	tours := tour.NewStore(w.d.DB, w.c.now)
	city, err := tours.AddCity(ctx, tour.City{ID: db.NewID(), Name: "江城市"})
	check(t, err)
	v, err := tours.AddVenue(ctx, tour.Venue{ID: db.NewID(), CityID: city.ID, Name: "望江社区体验中心", Kind: tour.VenueCenter})
	check(t, err)
	n, err := tours.AddSession(ctx, tour.Session{ID: db.NewID(), VenueID: v.ID, Title: "风险甄别", Topics: []string{"fraud"}, Mode: tour.Both,
		StartsAt: w.c.now(), EndsAt: w.c.now().Add(time.Hour)}, time.UTC)
	check(t, err)
	classes := live.NewStore(w.d.DB, w.c.now)
	_, err = classes.Open(ctx, live.Opening{SessionID: n.ID, StaffID: "staff"})
	check(t, err)
	check(t, classes.Close(ctx, n.ID, nil))
	dir := filepath.Join(t.TempDir(), "recordings")
	begun := db.Instant(w.c.now())
	again = func() {
		t.Helper()
		check(t, w.d.WithContext(ctx).Exec("INSERT INTO live_recordings (class_id, by_id, begun_at, stopped_at, paused) VALUES (?, 'staff', ?, ?, 0)", n.ID, begun, begun.Add(time.Hour)).Error)
		check(t, w.d.WithContext(ctx).Exec("INSERT INTO live_recording_parts (class_id, number, begun_at, millis, bytes) VALUES (?, 1, ?, 1000, 4)", n.ID, begun).Error)
		check(t, os.MkdirAll(filepath.Join(dir, n.ID), 0o700))
		check(t, os.WriteFile(filepath.Join(dir, n.ID, "1.ogg"), []byte("OggS"), 0o600))
	}
	again()
	s = w.open().WithRecordings(live.NewRecordings(w.d.DB, w.c.now, dir, 30))
	gone = func() bool {
		t.Helper()
		var rows int64
		check(t, w.d.WithContext(ctx).Raw("SELECT (SELECT count(*) FROM live_recordings) + (SELECT count(*) FROM live_recording_parts)").Scan(&rows).Error)
		_, err := os.Stat(filepath.Join(dir, n.ID))
		return rows == 0 && errors.Is(err, fs.ErrNotExist)
	}
	return w, s, n.ID, again, gone
}

func TestRecordingsGoAsSet(t *testing.T) {
	w, s, class, again, gone := taught(t)
	ctx := t.Context()
	due := func() []privacy.Due {
		t.Helper()
		list, err := s.Due(ctx, w.c.now(), 10)
		check(t, err)
		return list
	}
	begun := db.Instant(w.c.now())
	w.c.move(29 * 24 * time.Hour)
	check(t, s.LetGo(ctx))
	if got := due(); len(got) != 0 || gone() {
		t.Fatalf("after 29 of 30 days: due %v, gone %v", got, gone())
	}
	w.c.move(48 * time.Hour)
	if diff := cmp.Diff([]privacy.Due{{Kind: "recording", Row: class, Last: begun, On: begun.AddDate(0, 0, 30)}}, due()); diff != "" {
		t.Errorf("due after 31 days (-want +got):\n%s", diff)
	}
	for range 2 {
		check(t, s.LetGo(ctx))
	}
	if !gone() {
		t.Error("the recording is still there")
	}
	facts, err := ledger.List(ctx, w.d.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Erased}})
	check(t, err)
	if len(facts) != 1 || facts[0].Object != ledger.Object("recording", class) {
		t.Errorf("facts %+v, want one", facts)
	}
	check(t, s.Sync(ctx)) // its line stands in the log
	again()               // an older database and its files come back
	_, err = s.Replay(ctx)
	check(t, err)
	if !gone() {
		t.Error("an older backup brought the recording back")
	}
}
