package practice

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"silverclass/app/fault"
	"silverclass/courses"
)

//go:embed scenes
var embedded embed.FS

// Content are the scenes that come with the program, as TOPIC/LESSON.yaml. Lay an
// operator's over them with courses.Overlay.
func Content() fs.FS {
	sub, err := fs.Sub(embedded, "scenes")
	if err != nil {
		panic("practice: " + err.Error()) // the directory is embedded above
	}
	return sub
}

// Library is every scene, read and checked. It never changes after Load and is safe to
// share.
type Library struct {
	scenes  map[string]*Scene
	wording *courses.Wording
}

// Load reads a directory of scenes; its error is courses.Problems when a file breaks a
// rule. w is how our texts are written and spoken (courses.Catalog.Wording).
func Load(fsys fs.FS, w *courses.Wording) (*Library, error) {
	l, problems := read(fsys, w)
	if len(problems) > 0 {
		return nil, courses.Problems(problems)
	}
	return l, nil
}

// Check reads a directory of scenes and returns every broken rule, ordered by file and
// line; nil when all is well.
func Check(fsys fs.FS, w *courses.Wording) []courses.Problem {
	_, problems := read(fsys, w)
	return problems
}

// Has reports whether there is a scene of that slug ("fraud/police-call"): a lesson
// whose scene does not exist leaves its door out.
func (l *Library) Has(slug string) bool { return l.scenes[slug] != nil }

// HasSecond reports whether the scene of that slug is also practised on a phone that looks
// different.
func (l *Library) HasSecond(slug string) bool {
	s := l.scenes[slug]
	return s != nil && s.Second
}

// Scene is the scene of that slug, or fault.NotFound.
func (l *Library) Scene(slug string) (*Scene, error) {
	if s := l.scenes[slug]; s != nil {
		return s, nil
	}
	return nil, fault.New(fault.NotFound, "practice.missing")
}

// Slugs are the slugs of all scenes, in the order of the curriculum.
func (l *Library) Slugs() []string {
	var all []string
	for _, slug := range courses.Slugs() {
		if l.Has(slug) {
			all = append(all, slug)
		}
	}
	return all
}

// read reads every file of the directory. A file whose path names no lesson of the
// curriculum is a problem: most often a typing error.
func read(fsys fs.FS, w *courses.Wording) (*Library, []courses.Problem) {
	l := &Library{scenes: map[string]*Scene{}, wording: w}
	var problems []courses.Problem
	var slugs []string
	names := newBrands()
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Base(p) == "README.md" || path.Ext(p) == ".svg" || courses.Derived(p) {
			return err
		}
		slug := strings.TrimSuffix(p, ".yaml")
		if slug == p || !courses.KnownSlug(slug) {
			problems = append(problems, courses.Problem{File: p, Line: 1, Rule: "practice.rule_unknown_file"})
			return nil
		}
		slugs = append(slugs, slug)
		return nil
	})
	type result struct {
		scene    *Scene
		problems []courses.Problem
	}
	for _, r := range courses.Together(slugs, func(slug string) result {
		s, problems := readScene(fsys, slug, w, names)
		return result{s, problems}
	}) {
		problems = append(problems, r.problems...)
		l.scenes[r.scene.Slug] = r.scene
	}
	if err != nil {
		problems = append(problems, courses.Problem{File: ".", Rule: "practice.rule_unreadable", Args: fault.Args{"Detail": err.Error()}})
	}
	slices.SortStableFunc(problems, func(a, b courses.Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return l, problems
}

func edition(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])[:12]
}

// brandNames are real names that no scene uses; secrets what no scene lets anybody put in.
var (
	//go:embed brands.txt
	brandNames string
	//go:embed secrets.txt
	secrets string
)

// brands are the real names: Latin ones, which are whole words in lower case, and others by
// their first character.
type brands struct {
	latin map[string]bool
	other map[rune][]string
}

func newBrands() brands {
	b := brands{map[string]bool{}, map[rune][]string{}}
	for _, name := range strings.Fields(brandNames) {
		if first, _ := utf8.DecodeRuneInString(name); first < utf8.RuneSelf {
			b.latin[name] = true
		} else {
			b.other[first] = append(b.other[first], name)
		}
	}
	return b
}

// in are the real names in a text.
func (b brands) in(text string) []string {
	var all []string
	for i, r := range text {
		for _, name := range b.other[r] {
			if strings.HasPrefix(text[i:], name) {
				all = append(all, name)
			}
		}
	}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return r > 'z' || (r < '0' || r > '9') && r < 'a'
	}) {
		if b.latin[word] {
			all = append(all, word)
		}
	}
	return all
}

// seconds are the lessons that are also practised on a phone that looks different (issue
// 4); any other scene may ask for it with "second: true".
func seconds() []string {
	return []string{
		"info-apps/video-call", "info-apps/hospital-booking", "info-apps/ride-hailing",
		"mobile-payment/two-ways-to-pay", "mobile-payment/pay-code", "mobile-payment/slow-transfer",
		"mobile-payment/wrong-transfer", "mobile-payment/lost-phone",
		"fraud/police-call", "fraud/child-in-trouble", "fraud/screen-sharing", "fraud/miracle-cures",
		"e-commerce/place-order", "e-commerce/seven-day-return",
		"network-security/permissions", "network-security/phishing",
	}
}

// realPages are the pages of this program to which an ending may lead, by the names that
// files give them; app checks that they are there.
func realPages() map[string]string {
	return map[string]string{"my-information": "/me/information/practice"}
}

// RealPages are the addresses of all pages to which an ending may lead.
func RealPages() []string { return slices.Sorted(maps.Values(realPages())) }
