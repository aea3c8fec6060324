package cockpit

import (
	"slices"
	"strings"
	"testing"
	"time"

	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/courses"
	"silverclass/courses/coursestest"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func catalog(t *testing.T) *courses.Catalog {
	t.Helper()
	c := coursestest.ThreeLessons(t)
	all := func(string) bool { return true }
	return c.WithDoors(all, all)
}

// seat is somebody who has been at a step for so long.
func seat(person string, step int, since time.Duration) *room.Seat {
	at, tablet := now.Add(-since), "t"
	s := &room.Seat{ID: "seat-" + person, TabletID: &tablet, Kind: room.Tile, LastActAt: now,
		Place: room.Place{Kind: room.Lesson, Slug: "fraud/police-call", Step: step, Since: &at}}
	if person == "" {
		visit := "v"
		s.VisitID, s.Kind = &visit, room.Visit
	} else {
		s.PersonID = &person
	}
	return s
}

func TestBoardPutsTroubleFirst(t *testing.T) {
	heard, lost := now.Add(-time.Second), now.Add(-time.Minute)
	call := func(ago time.Duration) *room.Call { return &room.Call{ID: "call", AskedAt: now.Add(-ago)} }
	h := hall{SessionID: "S", Catalog: catalog(t), Lang: "zh-Hans", Now: now,
		Persons: map[string]people.Person{"wang": {ID: "wang", Name: "王阿姨"}, "li": {ID: "li", Name: "李叔叔"}, "zhao": {ID: "zhao"}, "sun": {ID: "sun"}},
		Present: map[string]bool{"wang": true, "li": true, "zhao": true, "chen": true},
	}
	for _, spot := range []struct {
		label string
		room.Spot
	}{
		{"01", room.Spot{SeenAt: &heard}},
		{"02", room.Spot{SeenAt: &heard, Seat: seat("wang", 4, 30*time.Second)}},
		{"03", room.Spot{SeenAt: &heard, Seat: seat("li", 4, 95*time.Second)}},
		{"04", room.Spot{SeenAt: &heard, Seat: seat("zhao", 4, 200*time.Second)}},
		{"05", room.Spot{SeenAt: &heard, Seat: seat("", 3, time.Second), Call: call(40 * time.Second)}},
		{"06", room.Spot{SeenAt: &lost, Seat: seat("sun", 3, time.Second)}},
		{"07", room.Spot{SeenAt: &heard, Seat: seat("", 8, time.Hour)}},
		{"08", room.Spot{SeenAt: &heard, Call: call(3 * time.Minute)}},
	} {
		h.Tablets = append(h.Tablets, people.Tablet{ID: "t" + spot.label, Label: spot.label})
		h.Spots = append(h.Spots, spot.Spot)
	}
	tiles, sum := h.board()
	var got []string
	for _, tile := range tiles {
		got = append(got, tile.Label)
	}
	if want := []string{"08", "05", "04", "03", "06", "02", "07", "01"}; !slices.Equal(got, want) {
		t.Errorf("got order %v, want %v", got, want)
	}
	if want := (numbers{Present: 4, Learning: 6, Stuck: 2, Hands: 2}); sum != want {
		t.Errorf("got %+v, want %+v", sum, want)
	}
	if first := tiles[0]; first.Minutes() != 3 || first.Seconds() != 0 || first.SeatID != "" {
		t.Errorf("got %+v, want a hand for 3 minutes where nobody sits", first)
	}
	if second := tiles[1]; second.Seconds() != 40 || !second.Visitor {
		t.Errorf("got %+v, want a visitor's hand for 40 seconds", second)
	}
	if sun := tiles[4]; !sun.Silent || !sun.Uninvited || sun.Class() != "off" {
		t.Errorf("got %+v, want somebody not checked in at a silent tablet", sun)
	}
	if wang := tiles[5]; wang.Name != "王阿姨" || wang.Place.Step != 4 || wang.Place.Title == "" {
		t.Errorf("got %+v, want her at step 4 of a named lesson", wang)
	}
}

func TestBoardOfSeveralSessions(t *testing.T) {
	h := hall{SessionID: "S", Several: true, Catalog: catalog(t), Now: now,
		Tablets: []people.Tablet{{ID: "a", Label: "01"}, {ID: "b", Label: "02"}, {ID: "c", Label: "03"}},
		Spots:   []room.Spot{{SessionID: "other", Seat: seat("wang", 1, 0)}, {SessionID: "S"}, {}}}
	tiles, sum := h.board()
	if tiles[0].Label != "02" || tiles[0].Unassigned || !tiles[1].Unassigned || !tiles[2].Elsewhere() {
		t.Errorf("got %+v", tiles)
	}
	if sum.Learning != 0 {
		t.Errorf("got %d learning, want none of another session", sum.Learning)
	}
}

func TestNextPush(t *testing.T) {
	lessons := topicsOf(catalog(t), []string{"fraud"})
	if len(lessons) < 2 {
		t.Fatalf("got %d lessons, want two at least", len(lessons))
	}
	first, second := lessons[0], lessons[1]
	for _, tt := range []struct {
		name string
		last room.Push
		want string
	}{
		{"nothing yet", room.Push{}, first.Slug + "/1"},
		{"on the way", room.Push{Version: 1, Slug: first.Slug, Step: 3}, first.Slug + "/4"},
		{"at the end", room.Push{Version: 1, Slug: first.Slug, Step: courses.Steps}, second.Slug + "/1"},
		{"a lesson that is gone", room.Push{Version: 1, Slug: "fraud/gone", Step: 3}, first.Slug + "/1"},
		{"the end of all", room.Push{Version: 1, Slug: lessons[len(lessons)-1].Slug, Step: courses.Steps}, first.Slug + "/1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := next(lessons, tt.last, "zh-Hans")
			if to := got.Slug + "/" + string(rune('0'+got.Step)); to != tt.want {
				t.Errorf("got %s, want %s", to, tt.want)
			}
		})
	}
	if got := next(nil, room.Push{}, "zh-Hans"); got.Slug != "" {
		t.Errorf("without lessons: got %+v", got)
	}
	if all := topicsOf(catalog(t), []string{"no-such-topic"}); len(all) < len(lessons) {
		t.Errorf("a session without written topics: got %d lessons", len(all))
	}
}

func TestTilesAreSortedByLabelWithinAState(t *testing.T) {
	tiles := []tile{{Label: "10"}, {Label: "02"}, {Label: "01"}}
	slices.SortStableFunc(tiles, before)
	var labels []string
	for _, x := range tiles {
		labels = append(labels, x.Label)
	}
	if got := strings.Join(labels, " "); got != "01 02 10" {
		t.Errorf("got %s", got)
	}
}
