package main

import (
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/BurntSushi/toml"

	"silverclass/locales"
)

// message is one entry of a locale file.
type message struct {
	file        string
	description string
	forms       map[string]string // one, other
}

// messages are all messages of a language by key.
func messages(t *testing.T, lang string) map[string]message {
	t.Helper()
	all := map[string]message{}
	names, err := fs.Glob(locales.Files(), "*."+lang+".toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var file map[string]map[string]string
		if _, err := toml.DecodeFS(locales.Files(), name, &file); err != nil {
			t.Fatalf("locales/%s: %v", name, err)
		}
		feature, _ := locales.FileOf(name)
		for key, entry := range file {
			if !strings.HasPrefix(key, feature+".") {
				t.Errorf("locales/%s: key %s belongs to another file", name, key)
			}
			m := message{file: name, description: entry["description"], forms: entry}
			delete(m.forms, "description")
			all[key] = m
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`{{\s*\.(\w+)\s*}}`)

// placeholders are the names of a message's placeholders. Count may be left out where a
// language says one in words.
func placeholders(m message) []string {
	found := map[string]bool{}
	for _, text := range m.forms {
		for _, p := range placeholder.FindAllStringSubmatch(text, -1) {
			if p[1] != "Count" {
				found[p[1]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestLanguagesHaveTheSameWords(t *testing.T) {
	first := messages(t, locales.Default)
	for key, m := range first {
		if m.description == "" {
			t.Errorf("locales/%s: %s has no description for translators", m.file, key)
		}
		if m.forms["other"] == "" {
			t.Errorf("locales/%s: %s has no text", m.file, key)
		}
	}
	for _, lang := range locales.Languages()[1:] {
		second := messages(t, lang)
		for key, m := range first {
			other, ok := second[key]
			if !ok {
				t.Errorf("locales/%s: %s has no %s", m.file, key, lang)
				continue
			}
			if other.forms["other"] == "" {
				t.Errorf("locales/%s: %s has no text", other.file, key)
			}
			if got, want := placeholders(other), placeholders(m); !slices.Equal(got, want) {
				t.Errorf("%s: placeholders of %s are %v, of %s %v", key, lang, got, locales.Default, want)
			}
		}
		for key, m := range second {
			if _, ok := first[key]; !ok {
				t.Errorf("locales/%s: %s has no %s", m.file, key, locales.Default)
			}
		}
	}
}

// keyInText finds what may be a message key in a template, a script or a content file.
var keyInText = regexp.MustCompile("[\"'`]([a-z]+\\.[a-z][a-z0-9_]*)")

// used are all message keys and beginnings of keys ("people.role_") that code, templates
// and scripts hold, with one place each.
func used(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	set, all := sources(t)
	for _, s := range all {
		if s.test {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && storesUnderAName(call) {
				return false
			}
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if text, err := strconv.Unquote(l.Value); err == nil {
					text, _, _ = strings.Cut(text, "%")
					found[text] = set.Position(l.Pos()).String()
				}
			}
			return true
		})
	}
	walk(t, func(p string) {
		if !strings.HasSuffix(p, ".html") && !strings.HasSuffix(p, ".js") || strings.Contains(p, "/testdata/") {
			return
		}
		for _, m := range keyInText.FindAllStringSubmatch(string(read(t, p)), -1) {
			found[m[1]] = p
		}
	})
	return found
}

// storesUnderAName tells c.Set("web.reader", …) from a message.
func storesUnderAName(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (f.Sel.Name == "Set" || f.Sel.Name == "Get")
}

var wholeKey = regexp.MustCompile(`^[a-z]+\.[a-z][a-z0-9_]*[a-z0-9]$`)

func TestWordsAreThereAndAreUsed(t *testing.T) {
	words, found := messages(t, locales.Default), used(t)
	features := map[string]bool{}
	for key := range words {
		feature, _, _ := strings.Cut(key, ".")
		features[feature] = true
	}
	for text, at := range found {
		feature, rest, _ := strings.Cut(text, ".")
		if !wholeKey.MatchString(text) || !features[feature] || isFile(rest) {
			continue
		}
		if _, ok := words[text]; !ok && !begins(text, words) {
			t.Errorf("%s: no words for %s", at, text)
		}
	}
	for key, m := range words {
		if _, ok := found[key]; ok || begun(key, found) {
			continue
		}
		t.Errorf("locales/%s: nobody uses %s", m.file, key)
	}
}

// isFile tells "sfu.json" from a message.
func isFile(rest string) bool {
	return slices.Contains([]string{"json", "html", "js", "css", "db", "toml", "yaml", "sql", "pem", "sqlite", "pgdump", "svg", "xlsx", "csv"}, rest)
}

// begins reports whether text is the beginning of keys, completed where it stands.
func begins(text string, words map[string]message) bool {
	for key := range words {
		if strings.HasPrefix(key, text+"_") {
			return true
		}
	}
	return false
}

// begun reports whether code holds a beginning of key that ends where a word ends.
func begun(key string, found map[string]string) bool {
	for i := strings.Index(key, ".") + 1; i < len(key); i++ {
		if key[i-1] != '_' && key[i-1] != '.' {
			continue
		}
		if _, ok := found[key[:i]]; ok && key[i-1] == '_' {
			return true
		}
	}
	return false
}

func hasHan(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
}

func TestNoSentenceStandsInCode(t *testing.T) {
	set, all := sources(t)
	for _, s := range all {
		if s.test {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && (l.Kind == token.STRING || l.Kind == token.CHAR) && hasHan(l.Value) {
				t.Errorf("%s: %s belongs in locales", set.Position(l.Pos()), l.Value)
			}
			return true
		})
	}
}

var (
	comments    = regexp.MustCompile(`(?s){{-?\s*/\*.*?\*/\s*-?}}|<!--.*?-->`)
	actions     = regexp.MustCompile(`(?s){{.*?}}`)
	tags        = regexp.MustCompile(`(?s)<[^>]*>`)
	spoken      = regexp.MustCompile(`\b(?:title|alt|placeholder|aria-label|aria-description|content)="([^"]*)"`)
	latinWord   = regexp.MustCompile(`[A-Za-z]{2,}`)
	scriptLines = regexp.MustCompile(`(?m)^\s*(?://|\*|/\*).*$|\s//\s.*$`)
	metaTag     = regexp.MustCompile(`<meta [^>]*>`)
)

func TestNoSentenceStandsInTemplates(t *testing.T) {
	walk(t, func(p string) {
		if strings.Contains(p, "/testdata/") {
			return
		}
		switch {
		case strings.HasSuffix(p, ".html"):
			text := comments.ReplaceAllString(string(read(t, p)), "")
			if hasHan(text) {
				t.Errorf("%s: Chinese words belong in locales", p)
			}
			text = actions.ReplaceAllString(metaTag.ReplaceAllString(text, ""), "")
			for _, m := range spoken.FindAllStringSubmatch(text, -1) {
				if w := latinWord.FindString(m[1]); w != "" {
					t.Errorf("%s: %q in %s belongs in locales", p, w, m[0])
				}
			}
			if w := latinWord.FindString(tags.ReplaceAllString(text, " ")); w != "" {
				t.Errorf("%s: %q between tags belongs in locales", p, w)
			}
		case strings.HasSuffix(p, ".js"):
			if hasHan(scriptLines.ReplaceAllString(string(read(t, p)), "")) {
				t.Errorf("%s: Chinese words belong in locales", p)
			}
		}
	})
}
