package live

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// The times by which evidence is read (live.md §1.4).
const (
	pollEvery = 20 * time.Second
	beatEvery = 15 * time.Second
	// deaf is how long the media server still lists somebody whose device is dead. Being
	// listed proves presence up to that long before.
	deaf = 22 * time.Second
	// bridge is the gap between two connections of one person that still counts: a
	// tunnel, a lift, a change from Wi-Fi to mobile.
	bridge = 30 * time.Second
	// reach is how far beyond the last sign of somebody an end is believed. Polls and
	// heartbeats come more often than that.
	reach = 40 * time.Second
	// least is the shortest visit that is counted at all.
	least = 5 * time.Second
)

// Mark says how well a visit is proven.
type Mark string

// The marks: both ends by webhook, by poll, by heartbeat only.
const (
	Confirmed  Mark = "confirmed"
	Reconciled Mark = "reconciled"
	Estimated  Mark = "estimated"
)

// Attendance is how long somebody was in a class.
type Attendance struct {
	// Who is what key gave for the identities that belong together.
	Who string
	// Total is the time there, and Proven the part of it that the media server itself
	// vouches for. More evidence never makes Proven shorter.
	Total, Proven time.Duration
	// Mark is that of the least proven connection.
	Mark Mark
}

// Minutes are Total in whole minutes, to the nearest; who was there for five seconds has
// one at least.
func (a Attendance) Minutes() int { return whole(a.Total) }

// ConfirmedMinutes are Proven in whole minutes, by the same rule; the rest of Minutes is
// estimated.
func (a Attendance) ConfirmedMinutes() int { return min(whole(a.Total), whole(a.Proven)) }

func whole(d time.Duration) int {
	if d < least {
		return 0
	}
	return max(1, int(d.Round(time.Minute)/time.Minute))
}

// Minutes counts who was in a class for how long, from everything that was reported
// about it, in any order and however often (live.md §1.4). key names who stands behind an
// identity, and "" leaves it out: trainers, screens, recorders. Nothing outside from and
// to counts. The result is in order of Who.
func Minutes(from, to time.Time, evidence []Evidence, key func(identity string) string) []Attendance {
	f := newFold(to)
	for _, e := range evidence {
		f.add(e)
	}
	type spans struct {
		total, proven []span
		mark          Mark
	}
	by := map[string]*spans{}
	for _, s := range f.stays {
		who := key(s.identity)
		if who == "" || s.start.IsZero() {
			continue
		}
		p := by[who]
		if p == nil {
			p = &spans{mark: Confirmed}
			by[who] = p
		}
		end := f.end(s)
		p.total = append(p.total, span{s.start, end}.clip(from, to))
		p.proven = append(p.proven, span{s.start, s.proof()}.clip(from, to))
		p.mark = worse(p.mark, s.mark())
	}
	out := make([]Attendance, 0, len(by))
	for who, p := range by {
		out = append(out, Attendance{Who: who, Total: length(p.total, bridge), Proven: length(p.proven, 0), Mark: p.mark})
	}
	slices.SortFunc(out, func(a, b Attendance) int { return cmp.Compare(a.Who, b.Who) })
	return out
}

// stay is one connection, from all that was reported about it.
type stay struct {
	sid, identity, room string
	start               time.Time // earliest the server says it joined, else first heartbeat
	joined              bool      // the server said when
	listed              time.Time // last poll that lists it
	sent                time.Time // last webhook about it other than its end
	beat                time.Time // last heartbeat
	left                time.Time // zero while no end was reported
	timedOut            bool
}

// fold gathers evidence. What it holds is made of earliest, latest and sets only, so
// that neither order nor repetition changes it.
type fold struct {
	to       time.Time
	stays    map[string]*stay
	polls    map[string]map[time.Time]bool // instants of successful polls, by room SID
	finished map[string]time.Time          // by room SID
	begun    map[string]time.Time          // first heard of, by room SID
}

func newFold(to time.Time) *fold {
	return &fold{to: to, stays: map[string]*stay{}, polls: map[string]map[time.Time]bool{},
		finished: map[string]time.Time{}, begun: map[string]time.Time{}}
}

func (f *fold) stay(sid, identity, room string) *stay {
	s := f.stays[sid]
	if s == nil {
		s = &stay{sid: sid}
		f.stays[sid] = s
	}
	s.identity, s.room = max(s.identity, identity), max(s.room, room)
	return s
}

func (f *fold) add(e Evidence) {
	if e.RoomSID != "" && e.Source != FromHeartbeat {
		f.begun[e.RoomSID] = earliest(f.begun[e.RoomSID], e.At)
	}
	switch e.Kind {
	case RoomFinished:
		f.finished[e.RoomSID] = earliest(f.finished[e.RoomSID], e.At)
	case Seen:
		if f.polls[e.RoomSID] == nil {
			f.polls[e.RoomSID] = map[time.Time]bool{}
		}
		f.polls[e.RoomSID][e.At] = true
		for _, p := range e.Data.People {
			s := f.stay(p.SID, p.Identity, e.RoomSID)
			s.began(p.JoinedAtMS, e.At)
			s.listed = latest(s.listed, e.At)
		}
	case Joined, Sent, Left:
		if e.SID == "" {
			return
		}
		s := f.stay(e.SID, e.Identity, e.RoomSID)
		s.began(e.Data.JoinedAtMS, e.At)
		switch {
		case e.Kind != Left:
			s.sent = latest(s.sent, e.At)
		case e.Data.Reason == TimedOut:
			s.left, s.timedOut = latest(s.left, e.At), true
		default:
			s.left = latest(s.left, e.At)
		}
	case Alive:
		if e.SID == "" {
			return
		}
		s := f.stay(e.SID, e.Identity, e.RoomSID)
		s.beat = latest(s.beat, e.At)
		if !s.joined {
			s.start = earliest(s.start, e.At)
		}
	}
}

// began notes when the server says the connection began; at is when it said so.
func (s *stay) began(joinedMS int64, at time.Time) {
	if joinedMS > 0 {
		at = time.UnixMilli(joinedMS).UTC()
	}
	if !s.joined {
		s.start, s.joined = at, true
		return
	}
	s.start = earliest(s.start, at)
}

// proof is up to when the media server vouches for the connection.
func (s *stay) proof() time.Time {
	p := s.sent
	if !s.listed.IsZero() {
		p = latest(p, s.listed.Add(-deaf))
	}
	if !s.left.IsZero() && !s.timedOut {
		p = latest(p, s.left)
	}
	return latest(p, s.start)
}

// sign is the last that was heard of it at all.
func (s *stay) sign() time.Time {
	return latest(latest(s.proof(), s.listed), s.beat)
}

func (s *stay) mark() Mark {
	switch {
	case !s.left.IsZero() && !s.timedOut:
		return Confirmed
	case !s.listed.IsZero():
		return Reconciled
	}
	return Estimated
}

// end is when a connection ended. A reported end holds; else, when two later polls do not
// list it or its room is another one now, the last that was known of it before; else the
// earliest of the next connection of the same device, the end of its room and the end of
// the class, as far as they lie within reach of the last sign; else the last sign itself.
func (f *fold) end(s *stay) time.Time {
	if !s.left.IsZero() {
		end := s.left
		if s.timedOut && !s.beat.IsZero() {
			end = earliest(end, s.beat.Add(beatEvery))
		}
		return latest(end, s.proof())
	}
	if f.missing(s) {
		return latest(s.lastListed(), s.proof())
	}
	if change := f.replaced(s); !change.IsZero() {
		return latest(earliest(s.sign(), change), s.proof())
	}
	sign, end := s.sign(), time.Time{}
	for _, at := range []time.Time{f.next(s), f.finished[s.room], f.to} {
		if !at.After(sign.Add(reach)) {
			end = earliest(end, at)
		}
	}
	if end.IsZero() {
		end = sign
	}
	return latest(end, s.proof())
}

// lastListed is when the server last knew it.
func (s *stay) lastListed() time.Time { return latest(s.listed, s.sent) }

// next is when the next connection of the same device began; zero when there is none.
func (f *fold) next(s *stay) time.Time {
	var next time.Time
	for _, o := range f.stays {
		if o != s && o.identity == s.identity && o.start.After(s.start) {
			next = earliest(next, o.start)
		}
	}
	return next
}

// missing reports whether two polls of the same room came after the last that lists it.
func (f *fold) missing(s *stay) bool {
	after := latest(s.lastListed(), s.start)
	n := 0
	for at := range maps.Keys(f.polls[s.room]) {
		if at.After(after) {
			n++
		}
	}
	return n >= 2
}

// replaced is when its room was first known to be another one, which happens when the
// media server is started again and nobody is told that anybody left; zero when it was
// not.
func (f *fold) replaced(s *stay) time.Time {
	var change time.Time
	own, ok := f.begun[s.room]
	if !ok {
		return change
	}
	for room, at := range f.begun {
		if room != s.room && at.After(own) && at.After(s.lastListed()) {
			change = earliest(change, at)
		}
	}
	return change
}

// span is a stretch of time; an end before its start means nothing.
type span struct{ from, to time.Time }

func (s span) clip(from, to time.Time) span {
	return span{latest(s.from, from), earliest(s.to, to)}
}

// length is how long the union of spans is, with gaps of up to gap counted in.
func length(spans []span, gap time.Duration) time.Duration {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s span) bool { return !s.from.Before(s.to) })
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to)) })
	var sum time.Duration
	var end time.Time
	for i, s := range spans {
		if i == 0 || s.from.After(end.Add(gap)) {
			sum += s.to.Sub(s.from)
			end = s.to
			continue
		}
		if s.to.After(end) {
			sum += s.to.Sub(end)
			end = s.to
		}
	}
	return sum
}

func worse(a, b Mark) Mark {
	order := []Mark{Confirmed, Reconciled, Estimated}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// earliest is the earlier of two instants; a zero one is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
