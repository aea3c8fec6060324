package courses

import (
	"fmt"
	"io/fs"
	"strings"

	"silverclass/app/fault"
	"silverclass/locales"
)

// mostPicture is the largest a drawing of a practice may be, in bytes, with its shared
// parts put in: a scene should weigh at most 25 KB on its way (issue 4).
const mostPicture = 8192

// Drawing is a picture's file ready to be put into a page, with the shared parts of the
// lessons' drawings in place; empty when it cannot be used. It has no words.
func Drawing(fsys fs.FS, file string) (string, []Problem) {
	parts, _ := readParts(Content())
	src, problems := readSVG(fsys, file)
	if src == "" {
		return "", problems
	}
	src = usePart.ReplaceAllStringFunc(src, func(use string) string {
		m := usePart.FindStringSubmatch(use)
		part, ok := parts[m[1]]
		if !ok {
			problems = append(problems, Problem{File: file, Line: 1, Rule: "courses.rule_svg_part", Args: fault.Args{"Part": m[1]}})
			return ""
		}
		return fmt.Sprintf(part, strings.TrimRight(m[2], " "))
	})
	if len(src) > mostPicture {
		problems = append(problems, Problem{File: file, Line: 1, Rule: "courses.rule_svg_size",
			Args: fault.Args{"Bytes": len(src), "Most": mostPicture}})
	}
	box := viewBox.FindString(firstTag.FindString(src))
	return firstTag.ReplaceAllLiteralString(src, `<svg `+box+` aria-hidden="true">`), problems
}

// Same is a plain value without Chinese characters, such as an amount or a time: a text
// that is the same in every language. It reports false for anything else.
func (n Node) Same() (Text, bool) {
	if n.y == nil || n.y.Value == "" || strings.ContainsFunc(n.y.Value, isHan) {
		return nil, false
	}
	t := Text{}
	for _, lang := range locales.Languages() {
		t[lang] = strings.TrimSpace(n.y.Value)
	}
	return t, true
}
