package practice

import (
	"regexp"
	"slices"
	"strings"

	"silverclass/app/fault"
	"silverclass/courses"
)

// mostTaps is how many things a face can show to be tapped, each large enough.
func (f Face) mostTaps() int {
	switch f {
	case Apps:
		return 9
	case Picture, Bill:
		return 8
	case App:
		return 6
	case Dialog, Lock:
		return 3
	case Message, Talk:
		return 1 // a web address in what was written
	}
	return 0
}

// screen reads one screen of the file and adds what it is in the machine.
func (r *reader) screen(id string, number int, n courses.Node) {
	r.name(id, n)
	f := n.Fields([]string{"phone"}, []string{"from", "choices", "video", "pressure", "truth", "says", "rows", "shows", "code",
		"picture", "alt", "ask", "hint", "tell", "good", "to", "steps", "dial", "type"})
	x := &Screen{ID: id, Base: id, number: number, line: n.Line()}
	x.Phone = Face(f["phone"].String())
	if f["phone"].Here() && !slices.Contains(faces(), x.Phone) {
		f["phone"].Break("practice.rule_phone", fault.Args{"Faces": listed(faces())})
	}
	x.Video, x.Pressure, x.Code = f["video"].Bool(), f["pressure"].Bool(), f["code"].Bool()
	x.Truth = Truth(f["truth"].String())
	if f["truth"].Here() && x.Truth != Real && x.Truth != Fake {
		f["truth"].Break("practice.rule_truth")
	}
	x.From = r.text(f["from"], mostChoiceHan, mostChoiceWords)
	if x.From == nil && !x.Phone.onScreen() {
		n.Break("courses.rule_missing_key", fault.Args{"Key": "from"})
	}
	r.shown(x, f)
	x.Ask = r.text(f["ask"], mostSayHan, mostSayWords)
	x.Hint = r.text(f["hint"], mostSayHan, mostSayWords)
	x.Tell = r.text(f["tell"], mostTextHan, mostTextWords)
	x.Good = r.text(f["good"], mostSayHan, mostSayWords)
	for _, c := range f["choices"].Items() {
		x.Choices = append(x.Choices, r.choice(x, c))
	}
	r.count(x, f, n)
	r.expand(x, f, n)
}

// shown reads what can be seen on a screen and not tapped.
func (r *reader) shown(x *Screen, f map[string]courses.Node) {
	for _, line := range f["says"].Items() {
		x.Says = append(x.Says, r.spoken(line, mostSayHan, mostSayWords))
	}
	if len(x.Says) > mostSays {
		f["says"].Break("practice.rule_says_many", fault.Args{"Most": mostSays})
	}
	if len(x.Says) == 0 && x.Phone != Ringing && x.Phone != Home && !x.Phone.onScreen() && f["phone"].Here() {
		f["phone"].Break("practice.rule_says_none")
	}
	for _, n := range f["rows"].Items() {
		v := n.Fields([]string{"text"}, []string{"value", "icon"})
		x.Rows = append(x.Rows, Line{Icon: r.icon(v["icon"]), Text: r.text(v["text"], mostSayHan, mostSayWords), Value: r.short(v["value"])})
	}
	if len(x.Rows) > mostRows {
		f["rows"].Break("practice.rule_rows_many", fault.Args{"Most": mostRows})
	}
	x.Shows = r.short(f["shows"])
	if (x.Phone == Picture) != f["picture"].Here() {
		f["phone"].Break("practice.rule_picture")
	}
	if !f["picture"].Here() {
		return
	}
	x.Alt = r.text(f["alt"], mostTextHan, mostTextWords)
	if x.Alt == nil {
		f["picture"].Break("courses.rule_missing_key", fault.Args{"Key": "alt"})
	}
	topic, _, _ := strings.Cut(r.s.Slug, "/")
	drawing, problems := courses.Drawing(r.fsys, topic+"/"+f["picture"].String()+".svg")
	for _, p := range problems {
		f["picture"].Break("practice.rule_drawing", fault.Args{"Rule": p.Rule, "Line": p.Line})
	}
	x.Drawing = drawing
}

// short reads a text, or a plain value that is the same in every language: an amount, a
// time.
func (r *reader) short(n courses.Node) courses.Text {
	if !n.Here() {
		return nil
	}
	if t, ok := n.Same(); ok {
		for _, brand := range r.brands.in(n.String()) {
			n.Break("practice.rule_brand", fault.Args{"Brand": brand})
		}
		return t
	}
	return r.text(n, mostChoiceHan, mostChoiceWords)
}

func (r *reader) icon(n courses.Node) string {
	if !n.Here() {
		return ""
	}
	name := n.String()
	if icon(name) == "" {
		n.Break("practice.rule_icon", fault.Args{"Icons": strings.Join(iconNames(), ", ")})
	}
	return name
}

var choiceName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (r *reader) choice(x *Screen, n courses.Node) Choice {
	f := n.Fields(nil, []string{"do", "pick", "tap", "to", "text", "other", "right", "icon", "note", "value", "switch", "at"})
	c := Choice{To: f["to"].String(), Right: f["right"].Bool(), line: n.Line(), Icon: r.icon(f["icon"])}
	c.Text = r.text(f["text"], mostChoiceHan, mostChoiceWords)
	c.Other = r.text(f["other"], mostChoiceHan, mostChoiceWords)
	c.Note = r.text(f["note"], mostSayHan, mostSayWords)
	c.Value = r.short(f["value"])
	sorts := 0
	for _, sort := range []Part{Do, Pick, On} {
		if v := f[string(sort)]; v.Here() {
			c.Part, c.Do = sort, v.String()
			sorts++
		}
	}
	if sorts != 1 {
		n.Break("practice.rule_one_sort")
		return c
	}
	if c.Part == Do {
		r.act(c, n, f)
	} else {
		r.thing(&c, x, n, f)
	}
	if x.Choice(c.Do) != nil {
		f[string(c.Part)].Break("practice.rule_act_twice", fault.Args{"Act": c.Do})
	}
	r.lines[choiceKey(x.ID, c.Do)] = n
	return c
}

// act checks a choice that every scene knows.
func (r *reader) act(c Choice, n courses.Node, f map[string]courses.Node) {
	a, known := findAct(c.Do)
	switch {
	case !known:
		f["do"].Break("practice.rule_act", fault.Args{"Acts": actNames()})
	case a.key == "" && c.Text == nil:
		n.Break("practice.rule_act_words", fault.Args{"Act": c.Do})
	case a.fixed && c.Text != nil:
		f["text"].Break("practice.rule_act_fixed", fault.Args{"Act": c.Do})
	}
}

// thing checks a choice of the scene's own: an answer, or a thing on the phone.
func (r *reader) thing(c *Choice, x *Screen, n courses.Node, f map[string]courses.Node) {
	if c.Text == nil {
		n.Break("courses.rule_missing_key", fault.Args{"Key": "text"})
	}
	a, known := findAct(c.Do)
	if !choiceName.MatchString(c.Do) || slices.Contains([]string{TapBack, TapAgain, TapTry, TapHint}, c.Do) || known && a.fixed {
		f[string(c.Part)].Break("practice.rule_name", fault.Args{"Name": c.Do})
	}
	c.Switch = Switch(f["switch"].String())
	if f["switch"].Here() && c.Switch != SwitchOn && c.Switch != SwitchOff {
		f["switch"].Break("practice.rule_switch")
	}
	if (c.Part == On && x.Phone == Picture) != f["at"].Here() {
		n.Break("practice.rule_area")
		return
	}
	for i, v := range f["at"].Items() {
		if i < len(c.Area) {
			c.Area[i] = v.Int()
		}
	}
	if f["at"].Here() {
		r.area(*c, x, f["at"])
	}
}

// The measures of a place in a picture, in its units. Places lie on a grid, so that the
// stylesheet can hold every one; at the narrowest phone a unit is two thirds of a pixel.
const (
	pictureWidth, pictureHeight = 420, 360
	areaGrid                    = 20
	leastArea, leastBetween     = 80, 20
)

// area checks a place in a picture: on the grid, inside it, large enough, apart from the
// others.
func (r *reader) area(c Choice, x *Screen, n courses.Node) {
	a := c.Area
	odd := slices.ContainsFunc(a[:], func(v int) bool { return v%areaGrid != 0 })
	if odd || len(n.Items()) != len(a) || a[0] < 0 || a[1] < 0 || a[0]+a[2] > pictureWidth || a[1]+a[3] > pictureHeight || a[2] < leastArea || a[3] < leastArea {
		n.Break("practice.rule_area_size", fault.Args{"Least": leastArea, "Width": pictureWidth, "Height": pictureHeight, "Grid": areaGrid})
		return
	}
	for _, o := range x.Choices {
		b := o.Area
		dx, dy := max(a[0], b[0])-min(a[0]+a[2], b[0]+b[2]), max(a[1], b[1])-min(a[1]+a[3], b[1]+b[3])
		if b[2] > 0 && max(dx, dy) < leastBetween {
			n.Break("practice.rule_area_near", fault.Args{"Other": o.Do, "Least": leastBetween})
		}
	}
}

// count checks how many things are offered.
func (r *reader) count(x *Screen, f map[string]courses.Node, n courses.Node) {
	beside, on := 0, 0
	for _, c := range x.Choices {
		if c.Part == On {
			on++
		} else {
			beside++
		}
	}
	least := 2
	if x.Phone.onScreen() {
		least = 1
	}
	making := f["steps"].Here() || f["dial"].Here() || f["type"].Here()
	at := f["choices"]
	switch {
	case !f["choices"].Here() && !making:
		n.Break("courses.rule_missing_key", fault.Args{"Key": "choices"})
	case beside > mostChoices || beside+on < least && !making:
		at.Break("practice.rule_choices", fault.Args{"Count": beside, "Most": mostChoices})
	case on > x.Phone.mostTaps() && slices.Contains(faces(), x.Phone):
		at.Break("practice.rule_taps", fault.Args{"Count": on, "Most": x.Phone.mostTaps()})
	}
}

func choiceKey(screen, do string) string { return screen + "\x00" + do }
