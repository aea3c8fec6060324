package quizzes_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"silverclass/app/ledger"
	"silverclass/app/room/roomtest"
	"silverclass/quizzes"
)

// ofKind is a hall whose police-call quiz has questions of one kind only: two of the
// README's example.
func ofKind(t *testing.T, kind quizzes.Kind) (*hall, quizzes.Question) {
	t.Helper()
	text, picture := example(t)
	lib, err := quizzes.Load(kinds(t, text, picture), wording(t), words(t))
	if err != nil {
		t.Fatal(err)
	}
	q, err := lib.Quiz("fraud/if-cheated")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range q.Questions {
		if one.Kind == kind {
			two := one
			two.ID = "the-other"
			q.Questions = []quizzes.Question{one, two}
			return newHallOf(t, lib), one
		}
	}
	t.Fatalf("the example has no %s", kind)
	return nil, quizzes.Question{}
}

var rowOf = regexp.MustCompile(`name="answer" value="(\d+)">.*?(?:<span>|hidden">)([^<]*)</span></button>`)

// tap answers with the row that says so.
func tap(t *testing.T, b *roomtest.Browser, page, says string) string {
	t.Helper()
	for _, m := range rowOf.FindAllStringSubmatch(page, -1) {
		if m[2] == says {
			a := b.Post("/quizzes/fraud/if-cheated", append(form(t, page), "answer", m[1])...).Is(303)
			return b.Get(a.To).Shows().Body
		}
	}
	t.Fatalf("no row %q in:\n%s", says, page)
	return ""
}

// TestEachKindOfQuestionByForm answers both questions of each kind by plain forms, with a
// slip in the first.
func TestEachKindOfQuestionByForm(t *testing.T) {
	tests := []struct {
		kind     quizzes.Kind
		slip     string
		taps     []string
		shows    []string // on the first page
		at       []string // on the page of the right answer
		speaking string
	}{
		{quizzes.InPicture, "绿色的接听", []string{"红色的挂断"}, []string{`<svg viewBox="0 0 480 360" role="img"`, "陌生号码", `class="spot x1 y5 w4 h4"`}, []string{`class="spot right x1 y5 w4 h4"`, "红色的挂断"}, "红色的挂断"},
		{quizzes.InOrder, "问问家里人", []string{"挂断电话", "停一停，喝口水"}, nil, []string{"<li>挂断电话</li><li>停一停，喝口水</li><li>问问家里人</li>"}, "挂断电话"},
		{quizzes.WhatNext, "给他拨回去", []string{"问问家里人"}, []string{"<li>挂断了电话</li><li>停了一停</li>"}, []string{"问问家里人"}, "停了一停"},
		{quizzes.Scam, "不是骗局", []string{"是骗局"}, nil, []string{"是骗局"}, "是骗局"},
	}
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			h, _ := ofKind(t, tt.kind)
			own := h.Own()
			page := own.Get("/quizzes/fraud/if-cheated").Shows(tt.shows...).Body
			page = tap(t, own, page, tt.slip)
			if !strings.Contains(page, "没关系，再看看") || !strings.Contains(page, "看过了") {
				t.Fatalf("after a slip:\n%s", page)
			}
			for q := range 2 {
				for _, says := range tt.taps {
					page = tap(t, own, page, says)
				}
				for _, want := range append(tt.at, "对，就是这样") {
					if !strings.Contains(page, want) {
						t.Errorf("question %d: no %q in\n%s", q+1, want, page)
					}
				}
				if q == 0 {
					page = follow(t, own, page)
				}
			}
			facts := h.facts(ledger.Answered)
			if len(facts) != 1 {
				t.Fatalf("%d facts, want 1", len(facts))
			}
			d, err := ledger.DetailOf[ledger.AnsweredDetail](facts[0])
			if err != nil || d.Right != 1 || d.Of != 2 {
				t.Errorf("%+v, %v", d, err)
			}
		})
	}
}

// TestAnOrderKeepsItsMixing: the page shows the things as the attempt has them.
func TestAnOrderKeepsItsMixing(t *testing.T) {
	h, _ := ofKind(t, quizzes.InOrder)
	own := h.Own()
	page := own.Get("/quizzes/fraud/if-cheated").Body
	first := rowOf.FindAllStringSubmatch(page, -1)
	again := rowOf.FindAllStringSubmatch(own.Get("/quizzes/fraud/if-cheated?attempt="+form(t, page)[1]).Body, -1)
	if len(first) != 3 {
		t.Fatalf("rows: %v", first)
	}
	for i := range first {
		if first[i][2] != again[i][2] || first[i][1] != strconv.Itoa(i) {
			t.Errorf("row %d: %v, then %v", i, first[i][1:], again[i][1:])
		}
	}
}
