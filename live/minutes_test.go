package live

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time {
	return noon.Add(time.Duration(seconds * float64(time.Second))).Truncate(time.Millisecond)
}

func ms(seconds float64) int64 { return at(seconds).UnixMilli() }

func hook(kind Kind, seconds float64, sid string, joined float64) Evidence {
	return Evidence{Source: FromWebhook, Kind: kind, SID: sid, RoomSID: "RM_1", Identity: "a", At: at(seconds).Truncate(time.Second),
		Data: Detail{JoinedAtMS: ms(joined)}}
}

func why(e Evidence, reason string) Evidence {
	e.Data.Reason = reason
	return e
}

func poll(seconds float64, room string, people ...Person) Evidence {
	return Evidence{Source: FromPoll, Kind: Seen, RoomSID: room, At: at(seconds), Data: Detail{People: people}}
}

func beat(seconds float64, sid string) Evidence {
	return Evidence{Source: FromHeartbeat, Kind: Alive, SID: sid, Identity: "a", At: at(seconds)}
}

func everybody(identity string) string { return identity }

func TestMinutes(t *testing.T) {
	p1, p2 := Person{SID: "PA_1", Identity: "a", JoinedAtMS: ms(100)}, Person{SID: "PA_2", Identity: "a", JoinedAtMS: ms(300)}
	inRoom2 := hook(Joined, 300, "PA_2", 300)
	inRoom2.RoomSID = "RM_2"
	tests := []struct {
		name          string
		evidence      []Evidence
		total, proven float64
		mark          Mark
	}{
		{"both ends by webhook", []Evidence{hook(Joined, 100, "PA_1", 100), hook(Left, 400, "PA_1", 100)}, 300, 300, Confirmed},
		{"a lone end tells the beginning", []Evidence{hook(Left, 400, "PA_1", 100)}, 300, 300, Confirmed},
		{"a silent end is noticed late", []Evidence{hook(Joined, 100, "PA_1", 100), beat(380, "PA_1"),
			why(hook(Left, 415, "PA_1", 100), TimedOut)}, 295, 0, Estimated},
		{"gone from two polls", []Evidence{poll(110, "RM_1", p1), poll(130, "RM_1", p1), poll(150, "RM_1"), poll(170, "RM_1")},
			30, 8, Reconciled},
		{"gone from one poll only, the class goes on", []Evidence{poll(110, "RM_1", p1), poll(130, "RM_1", p1), poll(150, "RM_1")},
			30, 8, Reconciled},
		{"a poll of another room says nothing", []Evidence{poll(3590, "RM_1", p1)}, 3500, 3468, Reconciled},
		{"the next connection of the device", []Evidence{hook(Joined, 100, "PA_1", 100), poll(290, "RM_1", p1),
			hook(Joined, 300, "PA_2", 300), hook(Left, 400, "PA_2", 300)}, 300, 268, Reconciled},
		{"the room is another one", []Evidence{poll(110, "RM_1", p1), poll(130, "RM_1", p1), inRoom2,
			poll(310, "RM_2", p2), poll(330, "RM_2"), poll(350, "RM_2")}, 40, 8, Reconciled},
		{"the room is finished", []Evidence{poll(130, "RM_1", p1), hook(RoomFinished, 140, "", 0)}, 40, 8, Reconciled},
		{"the class ends", []Evidence{poll(3580, "RM_1", p1)}, 3500, 3458, Reconciled},
		{"nothing but heartbeats", []Evidence{beat(100, "PA_1"), beat(115, "PA_1"), beat(130, "PA_1")}, 30, 0, Estimated},
		{"a short gap counts", []Evidence{hook(Left, 200, "PA_1", 100), hook(Left, 400, "PA_2", 230)}, 300, 270, Confirmed},
		{"a long gap does not", []Evidence{hook(Left, 200, "PA_1", 100), hook(Left, 400, "PA_2", 231)}, 269, 269, Confirmed},
		{"two devices at once count once", []Evidence{hook(Left, 300, "PA_1", 100), hook(Left, 400, "PA_2", 200)}, 300, 300, Confirmed},
		{"not before a quarter of an hour before", []Evidence{hook(Left, 300, "PA_1", -5000)}, 1200, 1200, Confirmed},
		{"not after the class", []Evidence{hook(Left, 9000, "PA_1", 3000)}, 600, 600, Confirmed},
	}
	class := Class{PlannedFrom: noon, ClosedAt: new(at(3600))}
	from, to := class.Counted()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := []Attendance{{Who: "a", Total: seconds(tt.total), Proven: seconds(tt.proven), Mark: tt.mark}}
			if diff := cmp.Diff(want, Minutes(from, to, tt.evidence, everybody)); diff != "" {
				t.Error("want -, got +:\n" + diff)
			}
		})
	}
}

func TestWholeMinutes(t *testing.T) {
	tests := []struct {
		total, proven      float64
		minutes, confirmed int
	}{
		{0, 0, 0, 0}, {4, 4, 0, 0}, {5, 5, 1, 1}, {40, 40, 1, 1}, {89, 20, 1, 1}, {89, 4, 1, 0}, {90, 90, 2, 2}, {2700, 2680, 45, 45}, {2700, 60, 45, 1},
	}
	for _, tt := range tests {
		a := Attendance{Total: seconds(tt.total), Proven: seconds(tt.proven)}
		if a.Minutes() != tt.minutes || a.ConfirmedMinutes() != tt.confirmed {
			t.Errorf("%gs with %gs proven: got %d and %d minutes, want %d and %d",
				tt.total, tt.proven, a.Minutes(), a.ConfirmedMinutes(), tt.minutes, tt.confirmed)
		}
	}
}

func TestOnlyWhoIsAskedForIsCounted(t *testing.T) {
	evidence := []Evidence{hook(Left, 400, "PA_1", 100)}
	if got := Minutes(noon, at(3600), evidence, func(string) string { return "" }); len(got) != 0 {
		t.Errorf("a recorder was counted: %v", got)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// A truth is what really happened in a class of an hour; report is everything that the
// four sources say of it when nothing is lost.
type visit struct {
	sid, identity string
	from, to      float64
	dies          bool // its device dies: the end is noticed 21 s late
}

func drawTruth(t *rapid.T) []visit {
	var all []visit
	for d := range rapid.IntRange(1, 3).Draw(t, "devices") {
		clock := 0.0
		for n := range rapid.IntRange(1, 3).Draw(t, "visits") {
			from := clock + rapid.Float64Range(1, 600).Draw(t, "after")
			to := from + rapid.Float64Range(25, 1500).Draw(t, "stays")
			if to > 3500 {
				break
			}
			v := visit{fmt.Sprintf("PA_%d_%d", d, n), fmt.Sprintf("device-%d", d), from, to, rapid.Bool().Draw(t, "dies")}
			all = append(all, v)
			if clock = to; v.dies {
				clock += 25
			}
		}
	}
	return all
}

// listedTo is until when the media server lists it.
func (v visit) listedTo() float64 {
	if v.dies {
		return v.to + 21
	}
	return v.to
}

func report(all []visit) (webhooks, others []Evidence) {
	for _, v := range all {
		data := Detail{JoinedAtMS: ms(v.from)}
		e := Evidence{Source: FromWebhook, SID: v.sid, RoomSID: "RM_1", Identity: v.identity, Data: data}
		e.ID, e.Kind, e.At = v.sid+"joined", Joined, at(v.from).Truncate(time.Second)
		webhooks = append(webhooks, e)
		e.ID, e.Kind, e.At, e.Data.Reason = v.sid+"left", Left, at(v.listedTo()).Truncate(time.Second), "CLIENT_INITIATED"
		if v.dies {
			e.Data.Reason = TimedOut
		}
		webhooks = append(webhooks, e)
		for b := v.from; b < v.to; b += 15 {
			others = append(others, Evidence{ID: fmt.Sprint(v.sid, b), Source: FromHeartbeat, Kind: Alive, SID: v.sid, Identity: v.identity, At: at(b)})
		}
	}
	for p := 7.0; p < 3600; p += 20 {
		var people []Person
		for _, v := range all {
			if v.from <= p && p <= v.listedTo() {
				people = append(people, Person{SID: v.sid, Identity: v.identity, JoinedAtMS: ms(v.from)})
			}
		}
		others = append(others, poll(p, "RM_1", people...))
	}
	return webhooks, others
}

func count(evidence []Evidence) []Attendance {
	return Minutes(noon.Add(-Early), at(3600), evidence, everybody)
}

func byWho(list []Attendance) map[string]Attendance {
	m := map[string]Attendance{}
	for _, a := range list {
		m[a.Who] = a
	}
	return m
}

func some(t *rapid.T, all []Evidence, label string) []Evidence {
	return slices.DeleteFunc(slices.Clone(all), func(Evidence) bool { return rapid.Bool().Draw(t, label) })
}

func TestOrderAndRepetitionChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hooks, others := report(drawTruth(t))
		evidence := some(t, append(hooks, others...), "lost")
		again := append(slices.Clone(evidence), some(t, evidence, "not twice")...)
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "order")))
		r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if diff := cmp.Diff(count(evidence), count(again)); diff != "" {
			t.Fatal("want -, got +:\n" + diff)
		}
	})
}

func TestLostWebhooksCostLittle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		truth := drawTruth(t)
		hooks, others := report(truth)
		whole := count(append(slices.Clone(hooks), others...))
		got := byWho(count(append(some(t, hooks, "lost"), others...)))
		visits := map[string]int{}
		for _, v := range truth {
			visits[v.identity]++
		}
		for _, w := range whole {
			limit := time.Duration(visits[w.Who]) * (pollEvery + 20*time.Second)
			if d := (w.Total - got[w.Who].Total).Abs(); d > limit {
				t.Fatalf("%s: %s with all webhooks, %s without some: %s apart, want at most %s", w.Who, w.Total, got[w.Who].Total, d, limit)
			}
		}
	})
}

func TestMinutesAreNearTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		truth := drawTruth(t)
		hooks, others := report(truth)
		got := byWho(count(append(hooks, others...)))
		really, visits := map[string]time.Duration{}, map[string]int{}
		for _, v := range truth {
			really[v.identity] += seconds(v.to - v.from)
			visits[v.identity]++
		}
		for who, want := range really {
			d := (got[who].Total - want).Abs()
			if limit := time.Duration(visits[who]) * 46 * time.Second; d > limit { // a gap of 30 s counted in, and 16 s
				t.Fatalf("%s was there %s, counted %s", who, want, got[who].Total)
			}
		}
	})
}

func TestNeverLongerThanTheClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hooks, others := report(drawTruth(t))
		end := rapid.Float64Range(0, 3600).Draw(t, "end")
		evidence := some(t, append(hooks, others...), "lost")
		one := func(string) string { return "one person with all devices" }
		for _, a := range Minutes(noon, at(end), evidence, one) {
			if a.Total > seconds(end) || a.Proven > a.Total {
				t.Fatalf("%s of which %s proven, in a class of %gs", a.Total, a.Proven, end)
			}
		}
	})
}

func TestMoreEvidenceNeverTakesAConfirmedMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hooks, others := report(drawTruth(t))
		more := some(t, append(hooks, others...), "lost")
		less := some(t, more, "not yet there")
		now := byWho(count(more))
		for _, before := range count(less) {
			after := now[before.Who]
			if after.Proven < before.Proven || after.ConfirmedMinutes() < before.ConfirmedMinutes() {
				t.Fatalf("%s: proven %s, and with more evidence %s", before.Who, before.Proven, after.Proven)
			}
		}
	})
}
