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

// Where templates and scripts hold keys: {{.T "courses.next"}}, data-key="room.ask".
var (
	keyInText   = regexp.MustCompile("[\"'`]((?:[a-z]+\\.|_)[a-z0-9_]*)")
	wordInPage  = regexp.MustCompile(`\.[TN] "([a-z0-9_.]+)"`)
	wordingCall = []string{"T", "N", "New", "Beside", "Flash", "say", "text", "Text", "Say"}
)

// literals are what the tree holds in quotes: all, which may be keys, beginnings of keys
// ("people.role_") or their ends ("col_when" behind "reports."), and said, which are
// surely keys because words are asked for by them. Each has one place.
func literals(t *testing.T) (all, said map[string]string) {
	t.Helper()
	all, said = map[string]string{}, map[string]string{}
	set, files := sources(t)
	for _, s := range files {
		if s.test && s.pkg != "app" { // the tests here write the README's tables
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if text, ok := unquoted(n); ok {
					text, _, _ = strings.Cut(text, "%")
					all[text] = set.Position(n.Pos()).String()
				}
			case *ast.CallExpr:
				if !s.test && slices.Contains(wordingCall, called(n)) {
					for _, a := range n.Args {
						if text, ok := unquoted(a); ok {
							said[text] = set.Position(a.Pos()).String()
						}
					}
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
			all[m[1]] = p
		}
		for _, m := range wordInPage.FindAllStringSubmatch(string(read(t, p)), -1) {
			said[m[1]] = p
		}
	})
	return all, said
}

func unquoted(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

// called is the last name of what a call calls.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

var wholeKey = regexp.MustCompile(`^[a-z]+\.[a-z0-9_]*[a-z0-9]$`)

func TestWordsAreThereAndAreUsed(t *testing.T) {
	words := messages(t, locales.Default)
	all, said := literals(t)
	features := map[string]bool{}
	for key := range words {
		feature, _, _ := strings.Cut(key, ".")
		features[feature] = true
	}
	for text, at := range said {
		feature, _, _ := strings.Cut(text, ".")
		if _, ok := words[text]; !ok && wholeKey.MatchString(text) && features[feature] {
			t.Errorf("%s: no words for %s", at, text)
		}
	}
	for key, m := range words {
		if _, ok := all[key]; !ok && !puttogether(key, all) {
			t.Errorf("locales/%s: nobody uses %s", m.file, key)
		}
	}
}

// puttogether reports whether code holds a beginning of key that ends where a word ends
// ("people.role_"), or its feature alone and its end ("reports." and "col_when",
// "reports." and "verb_", "home." and "_title").
func puttogether(key string, all map[string]string) bool {
	feature, rest, _ := strings.Cut(key, ".")
	if begun(key, len(feature)+1, all) {
		return true
	}
	if _, ok := all[feature+"."]; !ok {
		return false
	}
	_, whole := all[rest]
	return whole || begun(rest, 0, all) || ended(rest, all)
}

// ended looks for an end of text in all that begins with "_".
func ended(text string, all map[string]string) bool {
	for i := range text {
		if text[i] == '_' {
			if _, ok := all[text[i:]]; ok {
				return true
			}
		}
	}
	return false
}

// begun looks for a beginning of text in all that ends with "_" after position from.
func begun(text string, from int, all map[string]string) bool {
	for i := from; i < len(text); i++ {
		if text[i] == '_' {
			if _, ok := all[text[:i+1]]; ok {
				return true
			}
		}
	}
	return false
}

func hasHan(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
}

// hanWord leaves single signs alone: they are what a rule about text is about.
var hanWord = regexp.MustCompile(`\p{Han}{2}`)

func TestNoSentenceStandsInCode(t *testing.T) {
	set, all := sources(t)
	for _, s := range all {
		if s.test || helpsTests(s.pkg) {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING && hanWord.MatchString(l.Value) {
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
