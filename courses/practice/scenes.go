package practice

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"

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
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Base(p) == "README.md" {
			return err
		}
		slug := strings.TrimSuffix(p, ".yaml")
		if slug == p || !courses.KnownSlug(slug) {
			problems = append(problems, courses.Problem{File: p, Line: 1, Rule: "practice.rule_unknown_file"})
			return nil
		}
		s, broken := readScene(fsys, slug, w)
		problems = append(problems, broken...)
		l.scenes[slug] = s
		return nil
	})
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
