package quizzes_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"silverclass/courses"
	"silverclass/quizzes"

	"pgregory.net/rapid"
)

// example is the README's question file and its picture.
func example(t testing.TB) (text, picture string) {
	t.Helper()
	readme, err := fs.ReadFile(quizzes.Content(), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ = strings.Cut(string(readme), "```yaml\n")
	text, rest, _ := strings.Cut(text, "```")
	_, picture, _ = strings.Cut(rest, "```xml\n")
	picture, _, _ = strings.Cut(picture, "```")
	return text, picture
}

// kinds is a bank of one file with a question of each kind.
func kinds(t testing.TB, text, picture string) fs.FS {
	t.Helper()
	fsys := fstest.MapFS{"fraud/if-cheated.yaml": {Data: []byte(text)}, "fraud/if-cheated/call.svg": {Data: []byte(picture)}}
	for _, name := range []string{"rules.yaml", "parts.svg"} {
		b, err := fs.ReadFile(quizzes.Content(), name)
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: b}
	}
	return fsys
}

func TestTheReadmesExampleIsSound(t *testing.T) {
	text, picture := example(t)
	lib, err := quizzes.Load(kinds(t, text, picture), wording(t), words(t))
	if err != nil {
		t.Fatal(err)
	}
	q, err := lib.Quiz("fraud/if-cheated")
	if err != nil {
		t.Fatal(err)
	}
	var got []quizzes.Kind
	for _, one := range q.Questions {
		got = append(got, one.Kind)
	}
	if !slices.Equal(got, quizzes.Kinds()) {
		t.Errorf("got %v, want one of each of %v", got, quizzes.Kinds())
	}
	other, err := quizzes.Load(kinds(t, text, strings.Replace(picture, "#90251A", "#90251B", 1)), wording(t), words(t))
	if err != nil {
		t.Fatal(err)
	}
	if o, err := other.Quiz("fraud/if-cheated"); err != nil || o.Edition == q.Edition {
		t.Errorf("another picture is the same edition %s, %v", o.Edition, err)
	}
}

func TestBrokenKinds(t *testing.T) {
	text, picture := example(t)
	tests := []struct{ name, old, new, at, rule string }{
		{"a place outside", "x: 7, y: 5, w: 4", "x: 9, y: 5, w: 4", "x: 9", "quizzes.rule_spot"},
		{"a place too small", "x: 7, y: 5, w: 4", "x: 7, y: 5, w: 2", "x: 7", "quizzes.rule_spot"},
		{"a place over another", "x: 7, y: 5, w: 4", "x: 4, y: 5, w: 4", "x: 4", "quizzes.rule_spot_over"},
		{"two right places", "x: 7, y: 5, w: 4, h: 4", "x: 7, y: 5, w: 4, h: 4, right: true", "- {name: {zh-Hans: 红", "quizzes.rule_one_right"},
		{"no such picture", "file: call.svg", "file: cat.svg", "cat.svg", "courses.rule_picture_missing"},
		{"a label too many", "labels: {caller:", "labels: {cat: {zh-Hans: 猫, en: Cat}, caller:", "call.svg", "courses.rule_label_unused"},
		{"two things to order", "      - {zh-Hans: 停一停，喝口水, en: \"Stop and have some tea\"}\n", "", "- {zh-Hans: 挂断电话", "quizzes.rule_items"},
		{"nothing done", "done:\n      - {zh-Hans: 挂断了电话, en: \"You hung up\"}\n      - {zh-Hans: 停了一停, en: \"You stopped for a moment\"}", "done: []", "[]", "quizzes.rule_done"},
		{"a key of another kind", "    items:", "    done: [{zh-Hans: 停, en: Stop}]\n    items:", "[{zh-Hans: 停, en: Stop}]", "quizzes.rule_key_of_kind"},
		{"no picture to tap", "kind: next", "kind: tap", "id: and-then", "courses.rule_missing_key"},
		{"the same thing twice", "问问家里人, en: \"Ask your family\"}\n    why: {zh-Hans: 先挂断", "挂断电话, en: \"Ask your family\"}\n    why: {zh-Hans: 先挂断", "- {zh-Hans: 挂断电话, en: \"Ask", "quizzes.rule_same_answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			broken := strings.Replace(text, tt.old, tt.new, 1)
			before, _, found := strings.Cut(broken, tt.at)
			if broken == text || !found {
				t.Fatalf("nothing is broken, or %q is not in the broken file", tt.at)
			}
			want := fmt.Sprintf("fraud/if-cheated.yaml:%d: %s", strings.Count(before, "\n")+1, tt.rule)
			var got []string
			for _, p := range quizzes.Check(kinds(t, broken, picture), wording(t), words(t)) {
				got = append(got, p.String())
			}
			if !slices.Contains(got, want) {
				t.Errorf("got %q, want %q among them", got, want)
			}
		})
	}
	t.Run("a picture of another size", func(t *testing.T) {
		got := quizzes.Check(kinds(t, text, strings.Replace(picture, "0 0 480 360", "0 0 100 100", 1)), wording(t), words(t))
		if !slices.ContainsFunc(got, func(p courses.Problem) bool { return p.Rule == "quizzes.rule_picture_box" }) {
			t.Errorf("got %v", courses.Problems(got))
		}
	})
	t.Run("a picture that nothing shows", func(t *testing.T) {
		fsys := kinds(t, text, picture).(fstest.MapFS)
		fsys["fraud/if-cheated/other.svg"] = fsys["fraud/if-cheated/call.svg"]
		got := quizzes.Check(fsys, wording(t), words(t))
		if len(got) != 1 || got[0].Rule != "courses.rule_picture_unused" {
			t.Errorf("got %v", courses.Problems(got))
		}
	})
}

// inOrder is a question of four things whose right order is d, b, a, c.
func inOrder() quizzes.Question {
	return quizzes.Question{ID: "q", Kind: quizzes.InOrder, Answers: []quizzes.Answer{{Place: 3}, {Place: 2}, {Place: 4}, {Place: 1}}}
}

func TestMarkingAnOrder(t *testing.T) {
	tests := []struct {
		name    string
		taps    []int
		refused int // how many of the taps
		done    bool
		right   int
	}{
		{"nothing yet", nil, 0, false, 0},
		{"three right, and the fourth has only one place left", []int{3, 1, 0}, 0, true, 1},
		{"half way", []int{3, 1}, 0, false, 0},
		{"one slip on the way", []int{3, 0, 1, 0}, 0, true, 0},
		{"a slip at the beginning", []int{0, 3, 1, 0}, 0, true, 0},
		{"the same slip twice", []int{0, 0, 3, 1, 0}, 1, true, 0},
		{"what stands already", []int{3, 3, 1, 0}, 1, true, 1},
		{"after the end", []int{3, 1, 0, 2}, 1, true, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, refused := quizzes.Sheet{Questions: []quizzes.Question{inOrder()}}, 0
			for _, a := range tt.taps {
				next, err := s.Answer(quizzes.Given{Answer: a})
				if err != nil {
					refused++
				}
				s = next
			}
			if s.Done() != tt.done || s.Right() != tt.right || refused != tt.refused {
				t.Errorf("got done %v, right %d, refused %d; want %v, %d, %d", s.Done(), s.Right(), refused, tt.done, tt.right, tt.refused)
			}
		})
	}
}

// TestHowAnswersStandNeverMatters mixes the answers of a question: the same taps, by
// what they say, give the same marks.
func TestHowAnswersStandNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 4).Draw(t, "answers")
		q := quizzes.Question{ID: "q", Kind: rapid.SampledFrom([]quizzes.Kind{quizzes.Choice, quizzes.InOrder, quizzes.InPicture, quizzes.WhatNext}).Draw(t, "kind")}
		for i := range n {
			a := quizzes.Answer{Text: courses.Text{"en": string(rune('a' + i))}, Right: q.Kind != quizzes.InOrder && i == 0}
			if q.Kind == quizzes.InOrder {
				a.Place = i + 1
			}
			q.Answers = append(q.Answers, a)
		}
		mixed := q
		mixed.Answers = rapid.Permutation(q.Answers).Draw(t, "mixed")
		taps := rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 12).Draw(t, "taps")
		one, other := quizzes.Sheet{Questions: []quizzes.Question{q}}, quizzes.Sheet{Questions: []quizzes.Question{mixed}}
		for _, tap := range taps {
			there := slices.IndexFunc(mixed.Answers, func(a quizzes.Answer) bool { return a.Text["en"] == q.Answers[tap].Text["en"] })
			var err, err2 error
			before := one.Right()
			one, err = one.Answer(quizzes.Given{Answer: tap})
			other, err2 = other.Answer(quizzes.Given{Answer: there})
			if (err == nil) != (err2 == nil) || one.Done() != other.Done() || one.Right() != other.Right() {
				t.Fatalf("tap %s: %v and %v, right %d and %d", q.Answers[tap].Text["en"], err, err2, one.Right(), other.Right())
			}
			if one.Right() < before {
				t.Fatalf("right fell from %d to %d", before, one.Right())
			}
		}
	})
}

func TestAnOrderIsNeverDrawnInOrder(t *testing.T) {
	text, picture := example(t)
	lib, err := quizzes.Load(kinds(t, text, picture), wording(t), words(t))
	if err != nil {
		t.Fatal(err)
	}
	q, err := lib.Quiz("fraud/if-cheated")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for seed := range int64(300) {
		for _, one := range q.Draw(seed) {
			if one.Kind != quizzes.InOrder {
				continue
			}
			order := ""
			for _, a := range one.Answers {
				order += fmt.Sprint(a.Place)
			}
			seen[order] = true
		}
	}
	if seen["123"] || len(seen) != 5 {
		t.Errorf("orders: %v, want the other five", seen)
	}
}
