// Package locales holds every sentence people read and finds a reader's language.
//
// There are three files a feature: FEATURE.zh-Hans.toml is the source, FEATURE.en.toml its
// English, and FEATURE.zh-Hant.toml is derived from the source by make hant; a test in app
// compares keys and placeholders.
package locales

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// Default is the language of a reader who says nothing.
const Default = "zh-Hans"

// Traditional is Chinese in traditional characters. Nobody writes it: it is derived.
const Traditional = "zh-Hant"

// Written are the languages that people write, the default first.
func Written() []string { return []string{Default, "en"} }

// Languages are the languages the pages have, the default first.
func Languages() []string { return append(Written(), Traditional) }

// Chinese reports whether a language is written in Chinese characters.
func Chinese(lang string) bool { return strings.HasPrefix(lang, "zh") }

// Tag is the value of an html lang attribute for one of our languages.
func Tag(lang string) string {
	if lang == "zh-Hans" {
		return "zh-CN"
	}
	return lang
}

// Words finds sentences by key. It never changes after Load and is safe to share.
type Words struct {
	printers map[string]*i18n.Localizer
}

// Load reads all message files. An error names the file and the line that is wrong.
func Load() (*Words, error) {
	bundle := i18n.NewBundle(language.MustParse(Default))
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := bundle.LoadMessageFileFS(files, name); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	w := &Words{printers: map[string]*i18n.Localizer{}}
	for _, lang := range Languages() {
		w.printers[lang] = i18n.NewLocalizer(bundle, lang, Default)
	}
	return w, nil
}

// Files are the message files, for the test that compares languages.
func Files() fs.FS { return files }

// T is the sentence of key in lang, with args filled in. A key that is missing comes
// back in brackets: a test forbids it, and a person still sees the rest of the page.
func (w *Words) T(lang, key string, args map[string]any) string {
	return w.localize(lang, &i18n.LocalizeConfig{MessageID: key, TemplateData: args})
}

// N is the sentence of key for a count, which is also its placeholder Count.
func (w *Words) N(lang, key string, count int, args map[string]any) string {
	data := map[string]any{"Count": count}
	for k, v := range args {
		data[k] = v
	}
	return w.localize(lang, &i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: count})
}

func (w *Words) localize(lang string, cfg *i18n.LocalizeConfig) string {
	printer, ok := w.printers[lang]
	if !ok {
		printer = w.printers[Default]
	}
	s, err := printer.Localize(cfg)
	if err != nil {
		return "[" + cfg.MessageID + "]"
	}
	return s
}

// Choose is the language for a reader: the cookie's when it is one of ours, else the
// first that Accept-Language asks for and we have, else the default.
func Choose(cookie, acceptLanguage string) string {
	if slices.Contains(Languages(), cookie) {
		return cookie
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return Default
	}
	for _, t := range tags {
		base, _ := t.Base()
		switch base.String() {
		case "zh":
			if script, _ := t.Script(); script.String() == "Hant" {
				return Traditional
			}
			return Default
		case "en":
			return "en"
		}
	}
	return Default
}

// Environment is the language for the command line, from LC_ALL, LC_MESSAGES or LANG
// as getenv gives them: Chinese unless they say English.
func Environment(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" && v != "C" && v != "POSIX" && !strings.HasPrefix(v, "C.") {
			return Choose("", strings.ReplaceAll(strings.SplitN(v, ".", 2)[0], "_", "-"))
		}
	}
	return Default
}

// FileOf splits a message file's name into feature and language:
// "courses.zh-Hans.toml" gives "courses", "zh-Hans".
func FileOf(name string) (feature, lang string) {
	base := strings.TrimSuffix(path.Base(name), ".toml")
	feature, lang, _ = strings.Cut(base, ".")
	return feature, lang
}
