package main

import (
	"fmt"
	"os"
	"path/filepath"
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
