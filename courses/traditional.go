package courses

import (
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"silverclass/locales"
)

// derivedEnd ends the name of the file beside a content file that holds its Chinese texts
// in traditional characters, from text to text. make hant writes it.
const derivedEnd = "." + locales.Traditional + ".json"

// Derived reports whether a file of a content directory is written by make hant.
func Derived(file string) bool { return strings.HasSuffix(file, derivedEnd) }

// derivedOf is the derived file of a content file.
func derivedOf(file string) string { return strings.TrimSuffix(file, path.Ext(file)) + derivedEnd }

// traditional are the texts of a content file in traditional characters, by text; nil when
// nobody derived them.
func traditional(fsys fs.FS, file string) map[string]string {
	b, err := fs.ReadFile(fsys, derivedOf(file))
	if err != nil {
		return nil
	}
	var m map[string]string
	if json.Unmarshal(b, &m) != nil {
		return nil // as if it were not there: Stale reports it
	}
	return m
}

// Stale reports content files whose texts in traditional characters are not those of make
// hant any more: a text changed, came or went. It reads lessons, scenes and quizzes alike.
// An operator's own files are never asked: their readers see simplified characters where
// nothing was derived.
func Stale(fsys fs.FS) ([]Problem, error) {
	var problems []Problem
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch {
		case Derived(p):
			source := strings.TrimSuffix(p, derivedEnd) + ".yaml"
			if _, err := fs.Stat(fsys, source); missing(err) {
				problems = append(problems, Problem{File: p, Line: 1, Rule: "courses.rule_hant"})
			}
		case path.Ext(p) == ".yaml":
			line, ok, err := derivedWell(fsys, p)
			if err != nil {
				return err
			}
			if !ok {
				problems = append(problems, Problem{File: p, Line: line, Rule: "courses.rule_hant"})
			}
		}
		return nil
	})
	return problems, err
}

// derivedWell compares the Chinese texts of a file with those derived from it; line is the
// first text that nobody derived, 1 when there is one too many.
func derivedWell(fsys fs.FS, file string) (line int, ok bool, err error) {
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		return 0, false, err
	}
	var doc yaml.Node
	if yaml.Unmarshal(b, &doc) != nil {
		return 0, true, nil // its reader says what is wrong
	}
	texts := map[string]int{}
	chineseTexts(&doc, texts)
	derived := traditional(fsys, file)
	if slices.Equal(slices.Sorted(maps.Keys(texts)), slices.Sorted(maps.Keys(derived))) {
		return 0, true, nil
	}
	line = 1
	for s, at := range texts {
		if _, there := derived[s]; !there && (line == 1 || at < line) {
			line = at
		}
	}
	return line, false, nil
}

// chineseTexts are the plain values named zh-Hans below a node that have Chinese
// characters, each with its line.
func chineseTexts(n *yaml.Node, found map[string]int) {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Value == fallback && c.Kind == yaml.ScalarNode {
			if s := strings.TrimSpace(c.Value); strings.ContainsFunc(s, isHan) && found[s] == 0 {
				found[s] = c.Line
			}
			continue
		}
		chineseTexts(c, found)
	}
}
