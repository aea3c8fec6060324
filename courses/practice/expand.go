package practice

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"silverclass/app/fault"
	"silverclass/courses"
	"silverclass/locales"
)

// The measures of what one screen of the file may unfold into.
const (
	mostFound               = 4 // things to find on one screen: every combination is a screen
	mostSteps               = 6
	mostValues, leastValues = 7, 2
	mostDigits              = 6
)

// expand adds to the machine what one screen of the file is there: most often that
// screen. Where several things are tapped in turn, each stand between is a screen of its
// own, so that the machine has nothing but screens and taps.
func (r *reader) expand(x *Screen, f map[string]courses.Node, n courses.Node) {
	made := 0
	for _, key := range []string{"steps", "dial", "type"} {
		if f[key].Here() {
			made++
		}
	}
	find := slices.ContainsFunc(x.Choices, func(c Choice) bool { return c.Right && c.To == "" })
	if find {
		made++
	}
	wants := map[string]Face{"steps": Order, "dial": Dial, "type": Keypad}
	for key, face := range wants {
		if (x.Phone == face) != f[key].Here() {
			n.Break("practice.rule_goes_with", fault.Args{"Key": key, "Face": string(face)})
			return
		}
	}
	if made > 1 || (made == 1) != f["to"].Here() {
		n.Break("practice.rule_to")
		return
	}
	to := f["to"].String()
	switch {
	case find:
		r.find(x, to, f["choices"])
	case f["steps"].Here():
		r.steps(x, to, f["steps"])
	case f["dial"].Here():
		r.dial(x, to, f["dial"])
	case f["type"].Here():
		r.keys(x, to, f["type"])
	default:
		r.add(x, n)
	}
}

// add puts a screen into the machine. at is where its file says so.
func (r *reader) add(x *Screen, at courses.Node) {
	if x.ID != x.Base {
		r.lines[x.ID] = at
	}
	for _, c := range x.Choices {
		if _, ok := r.lines[choiceKey(x.ID, c.Do)]; !ok {
			own, ok := r.lines[choiceKey(x.Base, c.Do)]
			if !ok {
				own = at
			}
			r.lines[choiceKey(x.ID, c.Do)] = own
		}
	}
	r.s.Screens = append(r.s.Screens, x)
	r.s.screens[x.ID] = x
}

// part is the i-th screen that a screen of the file unfolds into; the first has its name.
func part(base *Screen, i int) *Screen {
	x := *base
	if i > 0 {
		x.ID = partID(base.ID, i)
	}
	x.Choices = slices.Clone(base.Choices)
	return &x
}

func partID(base string, i int) string {
	if i == 0 {
		return base
	}
	return base + "~" + strconv.Itoa(i)
}

// find unfolds a screen on which several right things are to be tapped, in any order.
func (r *reader) find(base *Screen, to string, at courses.Node) {
	var wanted []int
	for i, c := range base.Choices {
		if c.Right && c.To == "" {
			wanted = append(wanted, i)
		}
	}
	if len(wanted) > mostFound {
		at.Break("practice.rule_find_many", fault.Args{"Most": mostFound})
		return
	}
	all := 1<<len(wanted) - 1
	for found := range all {
		x := part(base, found)
		x.Of = len(wanted)
		for bit, i := range wanted {
			c := &x.Choices[i]
			if next := found | 1<<bit; next == found {
				c.Found, c.Switch = true, c.Switch.turned()
			} else if x.Left++; next == all {
				c.To = to
			} else {
				c.To = partID(base.ID, next)
			}
		}
		r.add(x, at)
	}
}

func (s Switch) turned() Switch {
	switch s {
	case SwitchOn:
		return SwitchOff
	case SwitchOff:
		return SwitchOn
	}
	return s
}

// steps unfolds steps to put in order: the file has them as they should be, the page does
// not.
func (r *reader) steps(base *Screen, to string, at courses.Node) {
	items := at.Items()
	if len(items) < 3 || len(items) > mostSteps {
		at.Break("practice.rule_steps", fault.Args{"Count": len(items), "Most": mostSteps})
		return
	}
	var steps []Choice
	wrong := map[string]string{}
	for _, n := range items {
		f := n.Fields([]string{"tap", "text"}, []string{"other", "icon", "note", "wrong"})
		c := Choice{Do: f["tap"].String(), Part: On, Icon: r.icon(f["icon"]), line: n.Line()}
		c.Text, c.Other = r.text(f["text"], mostChoiceHan, mostChoiceWords), r.text(f["other"], mostChoiceHan, mostChoiceWords)
		c.Note = r.text(f["note"], mostSayHan, mostSayWords)
		if !choiceName.MatchString(c.Do) || slices.ContainsFunc(steps, func(o Choice) bool { return o.Do == c.Do }) {
			f["tap"].Break("practice.rule_name", fault.Args{"Name": c.Do})
		}
		wrong[c.Do] = f["wrong"].String()
		r.lines[choiceKey(base.ID, c.Do)] = n
		steps = append(steps, c)
	}
	for k := range steps {
		x := part(base, k)
		for _, i := range shuffled(r.s.Slug+base.ID, len(steps)) {
			c := steps[i]
			switch {
			case i < k:
				continue
			case i > k:
				c.To = wrong[c.Do]
			case k == len(steps)-1:
				c.Right, c.To = true, to
			default:
				c.Right, c.To = true, partID(base.ID, k+1)
			}
			x.Choices = append(x.Choices, c)
		}
		for _, c := range steps[:k] {
			x.Picked = append(x.Picked, c.Text)
		}
		x.Left, x.Of = len(steps)-k, len(steps)
		r.add(x, at)
	}
}

// shuffled is an order of n things that looks like none, always the same for a seed, and
// neither the right one nor its reverse, which another skin would turn into it.
func shuffled(seed string, n int) []int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(seed))
	sum := int(h.Sum32() >> 1)
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	var out []int
	for len(left) > 0 {
		i := sum % len(left)
		if len(left) == n && i == 0 {
			i = n - 1
		}
		sum = sum/7 + 3*len(left)
		out, left = append(out, left[i]), slices.Delete(left, i, i+1)
	}
	if slices.IsSortedFunc(out, func(a, b int) int { return b - a }) {
		out[0], out[1] = out[1], out[0]
	}
	return out
}

// The names of the keys that the engine draws by itself.
const (
	keyLess  = "less"
	keyMore  = "more"
	keyDone  = "done"
	keyEnter = "enter"
	keyErase = "erase"
	keyDigit = "key-"
)

// dial unfolds a setting that is made larger or smaller.
func (r *reader) dial(base *Screen, to string, at courses.Node) {
	f := at.Fields([]string{"values", "start", "want"}, []string{"less", "more", "wrong"})
	var values []courses.Text
	for _, v := range f["values"].Items() {
		values = append(values, r.short(v))
	}
	start, want := f["start"].Int()-1, f["want"].Int()-1
	last := len(values) - 1
	if len(values) < leastValues || len(values) > mostValues || start < 0 || want < 0 || start > last || want > last || start == want {
		at.Break("practice.rule_dial", fault.Args{"Least": leastValues, "Most": mostValues})
		return
	}
	less, more := r.text(f["less"], mostChoiceHan, mostChoiceWords), r.text(f["more"], mostChoiceHan, mostChoiceWords)
	id := func(value int) string { // the screen of the file is the one at the start
		if value == start {
			return base.ID
		}
		return partID(base.ID, value+1)
	}
	for i, value := range values {
		x := part(base, 0)
		x.ID, x.Shows = id(i), value
		x.Left, x.Of = i+1, len(values)
		if i > 0 {
			x.Choices = append(x.Choices, Choice{Do: keyLess, Part: On, Text: less, To: id(i - 1), Right: i > want, line: at.Line()})
		}
		if i < last {
			x.Choices = append(x.Choices, Choice{Do: keyMore, Part: On, Text: more, To: id(i + 1), Right: i < want, line: at.Line()})
		}
		done := Choice{Do: keyDone, Part: On, To: f["wrong"].String(), line: at.Line()}
		if i == want {
			done.To, done.Right = to, true
		}
		x.Choices = append(x.Choices, done)
		r.add(x, at)
	}
}

// secretWords are what is never put in, not even in a practice.
func secretWords() []string {
	return strings.Fields(secrets)
}

// keys unfolds a number that is put in digit by digit. The number is the file's; nothing
// else can be put in.
func (r *reader) keys(base *Screen, to string, at courses.Node) {
	f := at.Fields([]string{"want"}, []string{"wrong"})
	want := f["want"].String()
	if len(want) == 0 || len(want) > mostDigits || strings.Trim(want, "0123456789.") != "" {
		f["want"].Break("practice.rule_digits", fault.Args{"Most": mostDigits})
		return
	}
	words := slices.Concat([]courses.Text{base.From, base.Ask, base.Hint, base.Shows}, base.Says)
	for _, row := range base.Rows {
		words = append(words, row.Text, row.Value)
	}
	for _, t := range words {
		for _, s := range t {
			if i := slices.IndexFunc(secretWords(), func(w string) bool { return strings.Contains(strings.ToLower(s), w) }); i >= 0 {
				at.Break("practice.rule_secret", fault.Args{"Word": secretWords()[i]})
				return
			}
		}
	}
	for k := range len(want) + 1 {
		x := part(base, k)
		x.Shows = typed(base.Shows, want[:k])
		pad := "123456789"
		if strings.Contains(want, ".") {
			pad += "."
		}
		for _, d := range strings.Split(pad+"0", "") {
			c := Choice{Do: keyDigit + strings.Replace(d, ".", "dot", 1), Part: On, Text: same(d), To: f["wrong"].String(), line: at.Line()}
			if k < len(want) && want[k:k+1] == d {
				c.To, c.Right = partID(base.ID, k+1), true
			}
			x.Choices = append(x.Choices, c)
		}
		if k > 0 {
			x.Choices = append(x.Choices, Choice{Do: keyErase, Part: On, To: partID(base.ID, k-1), line: at.Line()})
		}
		enter := Choice{Do: keyEnter, Part: On, line: at.Line()}
		if k == len(want) {
			enter.To, enter.Right = to, true
		}
		x.Choices = append(x.Choices, enter)
		r.add(x, at)
	}
}

// typed is what the display shows: the digits where the file has {}, or after its words.
func typed(shows courses.Text, digits string) courses.Text {
	if shows == nil {
		return same(digits)
	}
	t := courses.Text{}
	for lang, s := range shows {
		if strings.Contains(s, "{}") {
			t[lang] = strings.Replace(s, "{}", digits, 1)
		} else {
			t[lang] = s + " " + digits
		}
	}
	return t
}

// same is a text that is the same in every language.
func same(s string) courses.Text {
	t := courses.Text{}
	for _, lang := range locales.Languages() {
		t[lang] = s
	}
	return t
}
