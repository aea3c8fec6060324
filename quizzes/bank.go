package quizzes

import (
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"

	"silverclass/app/fault"
	"silverclass/courses"
	"silverclass/locales"
)

//go:embed bank
var embedded embed.FS

// Content is the question bank that comes with the program. Lay an operator's over it
// with courses.Overlay.
func Content() fs.FS {
	sub, err := fs.Sub(embedded, "bank")
	if err != nil {
		panic("quizzes: " + err.Error()) // the directory is embedded above
	}
	return sub
}

// Library is every quiz, read and checked. It never changes after Load and is safe to
// share.
type Library struct {
	quizzes map[string]*Quiz
	wording *courses.Wording
}

// Load reads a question bank; its error is courses.Problems when a file breaks a rule. w
// is how our texts are written (courses.Catalog.Wording); words has 是骗局 and 不是骗局.
func Load(fsys fs.FS, w *courses.Wording, words *locales.Words) (*Library, error) {
	l, problems := read(fsys, w, words)
	if len(problems) > 0 {
		return nil, courses.Problems(problems)
	}
	return l, nil
}

// Check reads a question bank and returns every broken rule, ordered by file and line;
// nil when all is well.
func Check(fsys fs.FS, w *courses.Wording, words *locales.Words) []courses.Problem {
	_, problems := read(fsys, w, words)
	return problems
}

// Has reports whether there is a quiz of that slug ("fraud/police-call"): a lesson whose
// quiz does not exist leaves its door out.
func (l *Library) Has(slug string) bool { return l.quizzes[slug] != nil }

// Quiz is the quiz of that slug, or fault.NotFound.
func (l *Library) Quiz(slug string) (*Quiz, error) {
	if q := l.quizzes[slug]; q != nil {
		return q, nil
	}
	return nil, fault.New(fault.NotFound, "quizzes.missing")
}

// Slugs are the slugs of all quizzes, in the order of the curriculum.
func (l *Library) Slugs() []string {
	var all []string
	for _, slug := range courses.Slugs() {
		if l.Has(slug) {
			all = append(all, slug)
		}
	}
	return all
}

// rulesFile lists the turns that no question uses.
const rulesFile = "rules.yaml"

// partsFile is what the bank's drawings share.
const partsFile = "parts.svg"

func read(fsys fs.FS, w *courses.Wording, words *locales.Words) (*Library, []courses.Problem) {
	l := &Library{quizzes: map[string]*Quiz{}, wording: w}
	r := &reader{w: w, scam: scamAnswers(words), tricky: map[string][]string{}, drawings: courses.NewDrawings(fsys, w)}
	sheet, root := courses.NewSheet(fsys, rulesFile)
	for lang, list := range root.Fields([]string{"tricky"}, nil)["tricky"].Named() {
		r.tricky[lang] = list.Strings()
	}
	problems := sheet.Problems()
	var drawings []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || p == rulesFile || p == partsFile || path.Base(p) == "README.md" || courses.Derived(p) {
			return err
		}
		if path.Ext(p) == ".svg" && courses.KnownSlug(path.Dir(p)) {
			drawings = append(drawings, p)
			return nil
		}
		slug := strings.TrimSuffix(p, ".yaml")
		if slug == p || !courses.KnownSlug(slug) {
			problems = append(problems, courses.Problem{File: p, Line: 1, Rule: "quizzes.rule_unknown_file"})
			return nil
		}
		q, broken := r.quiz(fsys, slug)
		problems = append(problems, broken...)
		l.quizzes[slug] = q
		return nil
	})
	if err != nil {
		problems = append(problems, courses.Problem{File: ".", Rule: "quizzes.rule_unreadable", Args: fault.Args{"Detail": err.Error()}})
	}
	problems = append(problems, r.drawings.Problems(drawings)...)
	if len(problems) == 0 {
		problems = l.balance()
	}
	slices.SortStableFunc(problems, func(a, b courses.Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return l, problems
}

// scamAnswers are the two answers of a scam question, for a fake: the first is right.
func scamAnswers(words *locales.Words) [2]courses.Text {
	both := [2]courses.Text{{}, {}}
	for _, lang := range locales.Languages() {
		both[0][lang] = words.T(lang, "quizzes.is_scam", nil)
		both[1][lang] = words.T(lang, "quizzes.is_no_scam", nil)
	}
	return both
}

// edition is how wording is named: twelve hexadecimal digits of its hash.
func edition(hash []byte) string { return hex.EncodeToString(hash)[:12] }
