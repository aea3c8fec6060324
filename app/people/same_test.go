package people_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

func TestTwoCardsOfOnePerson(t *testing.T) {
	s, d, clock := newStore(t)
	ctx := t.Context()
	var ids []string
	for range 4 {
		ids = append(ids, must(s.Issue(ctx, people.Issue{ID: db.NewID()}))(t).Person.ID)
	}
	staff := people.Staff{ID: db.NewID()}
	by := people.Reader{Staff: &staff}
	link := func(a, b int) people.LinkAct {
		return people.LinkAct{ID: db.NewID(), PersonID: ids[a], OtherID: ids[b], Reason: "second", By: by}
	}
	one := link(1, 0)
	for _, a := range []people.LinkAct{one, one, link(0, 1), link(2, 1), link(2, 0)} { // again, the other way round, a third card, what is known by then
		if err := s.Link(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	facts := must(ledger.List(ctx, d.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Linked}, Effective: true}))(t)
	if len(facts) != 2 {
		t.Errorf("%d facts say so, want 2", len(facts))
	}
	for _, id := range ids[:3] {
		if got := must(s.Together(ctx, id))(t); len(got) != 3 || got[0] != id || slices.Contains(got, ids[3]) {
			t.Errorf("together with %s: %v", id, got)
		}
		lines := must(s.Audits(ctx, "person:"+id, 10))(t)
		if n := len(slices.DeleteFunc(lines, func(a people.Audit) bool { return a.Act != people.MergedPersons })); n == 0 {
			t.Errorf("no line of the log about %s", id)
		}
	}
	who := must(s.OnePerson(ctx, ids))(t)
	if who(ids[0]) != who(ids[2]) || who(ids[0]) == who(ids[3]) || who(ids[0]) != slices.Min(ids[:3]) {
		t.Errorf("one person is %s %s, another %s", who(ids[0]), who(ids[2]), who(ids[3]))
	}

	clock.move(people.LinkUndoTime - time.Minute)
	for range 2 {
		if err := s.Unlink(ctx, ids[0], one.ID, by); err != nil {
			t.Fatal(err)
		}
	}
	if got := must(s.Together(ctx, ids[0]))(t); len(got) != 1 {
		t.Errorf("after the undo: %v", got)
	}
	if got := must(s.Together(ctx, ids[1]))(t); len(got) != 2 {
		t.Errorf("the other link went, too: %v", got)
	}
	facts = must(ledger.List(ctx, d.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Linked}, Effective: true}))(t)
	if len(facts) != 1 {
		t.Errorf("%d facts hold after the undo, want 1", len(facts))
	}
	if err := s.Link(ctx, one); !fault.Is(err, fault.Gone) {
		t.Errorf("a used form: %v", err)
	}
	if err := s.Link(ctx, link(0, 1)); err != nil { // said anew
		t.Error(err)
	}
	clock.move(2 * time.Minute)
	left := must(s.Links(ctx, ids[2]))(t)
	if len(left) != 1 {
		t.Fatalf("links of the third: %v", left)
	}
	wantKind(t, s.Unlink(ctx, ids[2], left[0].ID, by), fault.Conflict, "")
	wantKind(t, s.Unlink(ctx, ids[3], left[0].ID, by), fault.NotFound, "")
	wantKind(t, s.Link(ctx, link(3, 3)), fault.Invalid, "card")
	wrong := link(3, 0)
	wrong.OtherID = db.NewRandomID()
	wantKind(t, s.Link(ctx, wrong), fault.NotFound, "")
}

// Two colleagues who say the same at once make one link.
func TestLinkAtOnce(t *testing.T) {
	s, d, _ := newStore(t)
	ctx := t.Context()
	a, b := must(s.Issue(ctx, people.Issue{ID: db.NewID()}))(t).Person.ID, must(s.Issue(ctx, people.Issue{ID: db.NewID()}))(t).Person.ID
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if err := s.Link(ctx, people.LinkAct{ID: db.NewID(), PersonID: a, OtherID: b, Reason: "lost"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := must(ledger.List(ctx, d.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Linked}}))(t); len(got) != 1 {
		t.Errorf("%d facts, want 1", len(got))
	}
}

func TestJoinTwoCardsOnThePage(t *testing.T) {
	h := newHouse(t, false)
	firstAdmin(t, h.staff)
	ctx := t.Context()
	one := must(h.store.Issue(ctx, people.Issue{ID: db.NewID(), Name: "王阿姨"}))(t)
	two := must(h.store.Issue(ctx, people.Issue{ID: db.NewID(), Name: "王淑芬"}))(t)
	if err := h.store.RevokeCard(ctx, two.Person.ID, two.Card.Number); err != nil { // the lost one
		t.Fatal(err)
	}
	b := h.browser(t)
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword)
	page, find := "/staff/people/"+one.Person.ID, "/staff/people/"+one.Person.ID+"/same"
	b.get(page).want(t, 200, page, "同一个人的别的卡", "多办了一张")
	b.post(find, "card", "no card", "reason", "second").want(t, 422, find, "这里没有这张卡", `value="no card"`, `value="second" checked`)
	b.post(find, "card", one.Card.Number, "reason", "lost").want(t, 422, find, "这就是她自己的卡")
	b.post(find, "card", two.Card.Grouped(), "reason", "lost").want(t, 200, find, "这两张卡是同一个人吗", "王淑芬", two.Card.Grouped())
	id := db.NewID()
	for range 2 {
		b.post(find+"/link", "id", id, "other", two.Person.ID, "reason", "lost").want(t, 200, page, "已经合在一起", "王淑芬", "分开")
	}
	b.get("/staff/people/"+two.Person.ID).want(t, 200, "/staff/people/"+two.Person.ID, "王阿姨", "合并同一个人的卡")
	b.post(find+"/undo", "link", id).want(t, 200, page, "已经分开")
	if got := must(h.store.Together(ctx, one.Person.ID))(t); len(got) != 1 {
		t.Errorf("after the undo: %v", got)
	}
}
