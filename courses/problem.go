package courses

import (
	"cmp"
	"fmt"
	"slices"

	"silverclass/app/fault"
)

// Problem is one broken rule in a content file.
type Problem struct {
	File string // its path inside the content directory
	Line int    // 1 is the first; 0 when the file as a whole is meant
	Rule string // the locale key of the rule, such as "courses.rule_han"
	Args fault.Args
}

// String is "file:line: rule", with the rule's key: for logs and tests.
func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Rule) }

// Words is "file:line: rule" in words; t finds a sentence by key in one language.
func (p Problem) Words(t func(key string, args map[string]any) string) string {
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, t(p.Rule, p.Args))
}

// Problems are all that is wrong with a content directory, ordered by file and line.
// They are an error, so that a program with a broken lesson does not start.
type Problems []Problem

// Error is every problem on a line of its own.
func (p Problems) Error() string {
	s := ""
	for i, one := range p {
		if i > 0 {
			s += "\n"
		}
		s += one.String()
	}
	return s
}

// sorted orders problems by file, line and rule; nil stays nil.
func sorted(list []Problem) []Problem {
	slices.SortStableFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule))
	})
	return list
}
