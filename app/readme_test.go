package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"silverclass/locales"
)

// settingsTable is the README's table of settings in one language.
func settingsTable(t *testing.T, words *locales.Words, lang string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s | %s |\n|---|---|---|\n",
		words.T(lang, "cli.table_setting", nil), words.T(lang, "cli.table_default", nil), words.T(lang, "cli.table_use", nil))
	for _, f := range commandLine(t).Flags {
		standard := ""
		if f.HasDefault && f.Default != "" {
			standard = "`" + f.Default + "`"
		}
		fmt.Fprintf(&b, "| `--%s` | %s | %s |\n", f.Name, standard, strings.ReplaceAll(words.T(lang, settingWord(f), nil), "|", "\\|"))
	}
	return b.String()
}

func commandLine(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := newParser(&cli{}, os.Stdout, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

func TestReadmeHasTheSettings(t *testing.T) {
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("..", "README.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	for _, lang := range locales.Written() {
		begin, end := "<!-- settings "+lang+" -->\n", "<!-- /settings "+lang+" -->"
		head, rest, ok := strings.Cut(want, begin)
		_, tail, closed := strings.Cut(rest, end)
		if !ok || !closed {
			t.Errorf("README.md has no %s … %s", strings.TrimSpace(begin), end)
			continue
		}
		want = head + begin + settingsTable(t, words, lang) + end + tail
	}
	if want != string(text) {
		compare(t, file, want)
	}
}

// What the README says of the tree, of what we build on and of what one types is true.
func TestReadmeNamesWhatIsThere(t *testing.T) {
	text := string(read(t, "README.md"))
	tree, _, _ := strings.Cut(text[strings.Index(text, "## How the tree is laid out"):], "\n## ")
	for _, floor := range floors {
		for _, pkg := range floor {
			if !strings.Contains(tree, "`"+pkg+"`") {
				t.Errorf("README.md: the tree has no line for %s", pkg)
			}
		}
	}
	uses, _, _ := strings.Cut(text[strings.Index(text, "## What we build on"):], "\n---")
	for _, name := range dependencies(t) {
		if !regexp.MustCompile(`(\||, |; )\s*` + regexp.QuoteMeta(name) + `( \(npm\))?\s*(\||,|;)`).MatchString(uses) {
			t.Errorf("README.md does not say what %s does for us", name)
		}
	}
	targets := string(read(t, "Makefile"))
	for _, m := range regexp.MustCompile("(?:`|\\n    )make ([a-z]+)").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(targets, "\n"+m[1]+":") {
			t.Errorf("README.md: there is no make %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile("`silverclass ([^`]+)`").FindAllStringSubmatch(text, -1) {
		node := commandLine(t).Node
		for _, word := range strings.Fields(m[1]) {
			if len(node.Children) == 0 {
				break // the rest are the command's own words
			}
			i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
			if i < 0 {
				t.Errorf("README.md: there is no silverclass %s", m[1])
				break
			}
			node = node.Children[i]
		}
	}
}

// dependencies are the direct ones, as the README names them: of Go modules the path
// without github.com and version, of npm packages the name.
func dependencies(t *testing.T) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(string(read(t, "go.mod"))) {
		m := regexp.MustCompile(`^(?:require)?\s+(\S+\.\S+/\S+) v\S+\s*$`).FindStringSubmatch(line)
		if m != nil {
			all = append(all, regexp.MustCompile(`^github\.com/|/v\d+$`).ReplaceAllString(m[1], ""))
		}
	}
	var npm struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(read(t, "static/_npm/package.json"), &npm); err != nil {
		t.Fatal(err)
	}
	all = slices.AppendSeq(all, maps.Keys(npm.Dependencies))
	all = slices.AppendSeq(all, maps.Keys(npm.DevDependencies))
	if len(all) < 20 {
		t.Fatalf("only %d dependencies were found: %v", len(all), all)
	}
	return all
}

func TestEverySettingAndCommandHasWords(t *testing.T) {
	words := messages(t, locales.Default)
	check := func(key string) {
		if _, ok := words[key]; !ok {
			t.Errorf("no words for %s", key)
		}
	}
	root := commandLine(t).Node
	for _, f := range root.Flags {
		check(settingWord(f))
	}
	for _, leaf := range root.Leaves(true) {
		check(wordOf(leaf))
		for _, f := range leaf.Flags {
			check(optionWord(leaf, f))
		}
	}
}
