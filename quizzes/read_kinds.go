package quizzes

import (
	"slices"

	"silverclass/app/fault"
	"silverclass/courses"
	"silverclass/locales"
)

// The measures of pictures and of things to put in order. A picture is so wide and high
// that a place of leastCells by leastCells is a finger's width on a telephone.
const (
	pictureBox               = "0 0 480 360"
	pictureWide, pictureHigh = 12, 9
	leastCells               = 3
	leastPlaces              = 2
	mostPlaces               = 6

	leastItems, mostItems      = 3, 4
	leastDone, mostDone        = 1, 3
	mostDoneHan, mostDoneWords = 20, 16
)

// keysOf says which kinds may have a key that not every question has.
var keysOf = map[string][]Kind{
	"answers": {Choice, WhatNext},
	"is":      {Scam},
	"places":  {InPicture},
	"items":   {InOrder},
	"done":    {WhatNext},
}

// onlyOf reports keys that belong to another kind.
func (r *reader) onlyOf(kind Kind, f map[string]courses.Node) {
	for key, kinds := range keysOf {
		if f[key].Here() && slices.Contains(Kinds(), kind) && !slices.Contains(kinds, kind) {
			f[key].Break("quizzes.rule_key_of_kind", fault.Args{"Key": key, "Kind": string(kind)})
		}
	}
}

// picture reads a question's picture and adds its drawing to the edition.
func (r *reader) picture(q *Question, f map[string]courses.Node) {
	if !f["picture"].Here() {
		return
	}
	p, src := r.drawings.Picture(f["picture"], r.dir)
	if p == nil {
		return
	}
	if courses.Box(src) != pictureBox {
		f["picture"].Break("quizzes.rule_picture_box", fault.Args{"Box": pictureBox})
	}
	_, _ = r.hash.Write([]byte(src))
	q.Picture = &Picture{Drawing: src, Alt: p.Alt, Labels: p.Labels}
}

// places are the answers of a question that is answered in its picture.
func (r *reader) places(n courses.Node, f map[string]courses.Node, q *Question) []Answer {
	if q.Picture == nil && !f["picture"].Here() {
		n.Break("courses.rule_missing_key", fault.Args{"Key": "picture"})
	}
	if !f["places"].Here() {
		n.Break("courses.rule_missing_key", fault.Args{"Key": "places"})
		return nil
	}
	var all []Answer
	right := 0
	for _, item := range f["places"].Items() {
		v := item.Fields([]string{"name", "x", "y", "w", "h"}, []string{"right"})
		a := Answer{Text: r.text(v["name"], mostAnswerHan, mostAnswerWords), Right: v["right"].Bool(),
			Spot: &Spot{X: v["x"].Int(), Y: v["y"].Int(), W: v["w"].Int(), H: v["h"].Int()}}
		if !a.Spot.fits() {
			item.Break("quizzes.rule_spot", fault.Args{"Wide": pictureWide, "High": pictureHigh, "Least": leastCells})
		}
		if slices.ContainsFunc(all, func(o Answer) bool { return a.Spot.over(*o.Spot) }) {
			item.Break("quizzes.rule_spot_over")
		}
		same(item, all, a)
		if a.Right {
			right++
		}
		all = append(all, a)
	}
	if len(all) < leastPlaces || len(all) > mostPlaces {
		f["places"].Break("quizzes.rule_answers", fault.Args{"Count": len(all), "Least": leastPlaces, "Most": mostPlaces})
	}
	if right != 1 {
		f["places"].Break("quizzes.rule_one_right", fault.Args{"Count": right})
	}
	return all
}

// fits reports whether a place lies in the picture and is large enough to be hit.
func (s Spot) fits() bool {
	return s.X >= 0 && s.Y >= 0 && s.W >= leastCells && s.H >= leastCells && s.X+s.W <= pictureWide && s.Y+s.H <= pictureHigh
}

// over reports whether two places share a cell.
func (s Spot) over(o Spot) bool {
	return s.X < o.X+o.W && o.X < s.X+s.W && s.Y < o.Y+o.H && o.Y < s.Y+s.H
}

// items are the answers of a question to put in order, which is how they stand in the file.
func (r *reader) items(n courses.Node, f map[string]courses.Node) []Answer {
	if !f["items"].Here() {
		n.Break("courses.rule_missing_key", fault.Args{"Key": "items"})
		return nil
	}
	var all []Answer
	for _, item := range f["items"].Items() {
		a := Answer{Text: r.text(item, mostAnswerHan, mostAnswerWords), Place: len(all) + 1}
		r.straight(item, a.Text)
		same(item, all, a)
		all = append(all, a)
	}
	if len(all) < leastItems || len(all) > mostItems {
		f["items"].Break("quizzes.rule_items", fault.Args{"Count": len(all), "Least": leastItems, "Most": mostItems})
	}
	return all
}

// done is what is done already when it is asked what comes next.
func (r *reader) done(n courses.Node, f map[string]courses.Node) []courses.Text {
	if !f["done"].Here() {
		n.Break("courses.rule_missing_key", fault.Args{"Key": "done"})
		return nil
	}
	var all []courses.Text
	for _, item := range f["done"].Items() {
		all = append(all, r.text(item, mostDoneHan, mostDoneWords))
	}
	if len(all) < leastDone || len(all) > mostDone {
		f["done"].Break("quizzes.rule_done", fault.Args{"Count": len(all), "Least": leastDone, "Most": mostDone})
	}
	return all
}

// same reports an answer that reads as one above it.
func same(n courses.Node, above []Answer, a Answer) {
	for _, o := range above {
		if slices.ContainsFunc(locales.Written(), func(lang string) bool { return a.Text[lang] == o.Text[lang] }) {
			n.Break("quizzes.rule_same_answer")
		}
	}
}
