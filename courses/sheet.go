package courses

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"silverclass/app/fault"
	"silverclass/locales"
)

// fallback is the language in which everything is written; english is the other one, which
// a lesson may lack.
const (
	fallback = locales.Default
	english  = "en"
)

// Text is one text by language. After a check every language that people write is in it;
// Chinese in traditional characters is where it was derived.
type Text map[string]string

// In is the text in a language, and in Chinese where that one is missing.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	return t[fallback]
}

// Sheet reads one YAML file of teaching content strictly: what is unknown, doubled or
// missing becomes a Problem with its line. Lessons, scenes and quizzes are read with it.
type Sheet struct {
	file     string
	problems []Problem
	// traditional is what make hant derived of the file's Chinese texts, by text; nil when
	// nothing was.
	traditional map[string]string
}

// NewSheet opens a file. Root is its outermost value; it is empty when the file cannot
// be read, and Problems says why.
func NewSheet(fsys fs.FS, file string) (sheet *Sheet, root Node) {
	s := &Sheet{file: file, traditional: traditional(fsys, file)}
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		s.breakRule(0, "courses.rule_unreadable", nil)
		return s, Node{sheet: s}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		line, detail := yamlError(err)
		s.breakRule(line, "courses.rule_yaml", fault.Args{"Detail": detail})
		return s, Node{sheet: s}
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		s.breakRule(1, "courses.rule_empty_file", nil)
		return s, Node{sheet: s}
	}
	return s, Node{sheet: s, y: doc.Content[0]}
}

// Problems are the rules that were broken so far, in the order they were found.
func (s *Sheet) Problems() []Problem { return s.problems }

func (s *Sheet) breakRule(line int, rule string, args fault.Args) {
	s.problems = append(s.problems, Problem{File: s.file, Line: line, Rule: rule, Args: args})
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

func yamlError(err error) (line int, detail string) {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return 1, strings.TrimPrefix(err.Error(), "yaml: ")
	}
	line, _ = strconv.Atoi(m[1])
	return line, m[2]
}

// Node is a value in a sheet. The zero Node stands for a value that is not there:
// reading it gives zero values and reports nothing more.
type Node struct {
	sheet *Sheet
	y     *yaml.Node
}

// Here reports whether there is a value.
func (n Node) Here() bool { return n.y != nil }

// Line is where the value begins; 0 when it is not there.
func (n Node) Line() int {
	if n.y == nil {
		return 0
	}
	return n.y.Line
}

// Break reports a broken rule at this value.
func (n Node) Break(rule string, args ...fault.Args) {
	if n.sheet == nil {
		return
	}
	var a fault.Args
	if len(args) > 0 {
		a = args[0]
	}
	n.sheet.breakRule(n.Line(), rule, a)
}

// Fields are the values of a mapping by name. Names outside required and optional,
// names that come twice and required names that are missing are reported.
func (n Node) Fields(required, optional []string) map[string]Node {
	all := n.pairs()
	out := map[string]Node{}
	for _, p := range all {
		if !slices.Contains(required, p.name) && !slices.Contains(optional, p.name) {
			p.key.Break("courses.rule_unknown_key", fault.Args{"Key": p.name})
			continue
		}
		out[p.name] = p.value
	}
	if n.y == nil || n.y.Kind != yaml.MappingNode {
		return out
	}
	for _, name := range required {
		if _, ok := out[name]; !ok {
			n.Break("courses.rule_missing_key", fault.Args{"Key": name})
		}
	}
	return out
}

// Named are the values of a mapping whose names the author chooses, by name.
func (n Node) Named() map[string]Node {
	out := map[string]Node{}
	for _, p := range n.pairs() {
		out[p.name] = p.value
	}
	return out
}

type pair struct {
	name       string
	key, value Node
}

func (n Node) pairs() []pair {
	if n.y == nil {
		return nil
	}
	if n.y.Kind != yaml.MappingNode {
		n.Break("courses.rule_want_map")
		return nil
	}
	var all []pair
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.y.Content); i += 2 {
		key := Node{sheet: n.sheet, y: n.y.Content[i]}
		name := key.y.Value
		if seen[name] {
			key.Break("courses.rule_double_key", fault.Args{"Key": name})
			continue
		}
		seen[name] = true
		all = append(all, pair{name: name, key: key, value: Node{sheet: n.sheet, y: n.y.Content[i+1]}})
	}
	return all
}

// Items are the values of a list.
func (n Node) Items() []Node {
	if n.y == nil {
		return nil
	}
	if n.y.Kind != yaml.SequenceNode {
		n.Break("courses.rule_want_list")
		return nil
	}
	items := make([]Node, 0, len(n.y.Content))
	for _, c := range n.y.Content {
		items = append(items, Node{sheet: n.sheet, y: c})
	}
	return items
}

// String is a plain value, without the spaces around it. An empty one is reported.
func (n Node) String() string {
	if n.y == nil {
		return ""
	}
	if n.y.Kind != yaml.ScalarNode {
		n.Break("courses.rule_want_text")
		return ""
	}
	s := strings.TrimSpace(n.y.Value)
	if s == "" {
		n.Break("courses.rule_empty")
	}
	return s
}

// Strings are the plain values of a list.
func (n Node) Strings() []string {
	var all []string
	for _, item := range n.Items() {
		all = append(all, item.String())
	}
	return all
}

// Int is a whole number.
func (n Node) Int() int {
	if n.y == nil {
		return 0
	}
	i, err := strconv.Atoi(n.String())
	if err != nil {
		n.Break("courses.rule_want_number")
	}
	return i
}

// Bool is true or false.
func (n Node) Bool() bool {
	switch n.String() {
	case "true":
		return true
	case "false", "":
		return false
	}
	n.Break("courses.rule_want_bool")
	return false
}

// Date is a day, written 2026-11-23; it is midnight UTC of that day.
func (n Node) Date() time.Time {
	if n.y == nil {
		return time.Time{}
	}
	d, err := time.Parse(time.DateOnly, n.String())
	if err != nil {
		n.Break("courses.rule_want_date")
	}
	return d
}

// Text is a text in every language that people write. One that is missing is reported.
func (n Node) Text() Text { return n.text(locales.Written(), nil) }

// PartialText is a text that may lack languages.
func (n Node) PartialText() Text { return n.text(nil, locales.Written()) }

func (n Node) text(required, optional []string) Text {
	t := Text{}
	for lang, v := range n.Fields(required, optional) {
		t[lang] = v.String()
	}
	if n.sheet != nil {
		if s, ok := n.sheet.traditional[t[fallback]]; ok {
			t[locales.Traditional] = s
		}
	}
	return t
}

// has reports whether a mapping has that name.
func (n Node) has(name string) bool {
	return n.lang(name).y != n.y
}

// lang is the value of one language inside a text, for the line of a problem.
func (n Node) lang(lang string) Node {
	if n.y == nil || n.y.Kind != yaml.MappingNode {
		return n
	}
	for i := 0; i+1 < len(n.y.Content); i += 2 {
		if n.y.Content[i].Value == lang {
			return Node{sheet: n.sheet, y: n.y.Content[i+1]}
		}
	}
	return n
}

// missing reports whether err says that a file is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
