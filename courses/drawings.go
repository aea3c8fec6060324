package courses

import (
	"html/template"
	"io/fs"
	"path"

	"silverclass/app/fault"
)

// Drawings reads the pictures of another feature's content by the rules that hold for
// ours: what a drawing may consist of, its size, its words by name.
type Drawings struct {
	fsys     fs.FS
	wording  *Wording
	parts    map[string]string
	read     map[string]string // drawings ready for a page, by file
	problems []Problem
}

// NewDrawings reads from fsys; its parts.svg, where there is one, holds what drawings share.
func NewDrawings(fsys fs.FS, w *Wording) *Drawings {
	d := &Drawings{fsys: fsys, wording: w, read: map[string]string{}}
	if _, err := fs.Stat(fsys, "parts.svg"); err == nil {
		d.parts, d.problems = readParts(fsys)
	}
	return d
}

// Problems are the broken rules in the drawings' own files, and the files below dir that
// nothing has shown.
func (d *Drawings) Problems(files []string) []Problem {
	problems := d.problems
	for _, file := range files {
		if _, used := d.read[file]; !used {
			problems = append(problems, Problem{File: file, Line: 1, Rule: "courses.rule_picture_unused"})
		}
	}
	return problems
}

// Picture reads a picture (file, alt, labels) that stands in dir, with its drawing. Both
// are empty when it cannot be used; the problem is noted.
func (d *Drawings) Picture(n Node, dir string) (*Picture, string) {
	f := n.Fields([]string{"file", "alt"}, []string{"labels"})
	p := &Picture{File: f["file"].String(), Alt: d.text(f["alt"])}
	for name, v := range f["labels"].Named() {
		if p.Labels == nil {
			p.Labels = map[string]Text{}
		}
		p.Labels[name] = d.text(v)
	}
	if p.File == "" {
		return nil, ""
	}
	if path.Base(p.File) != p.File || path.Ext(p.File) != ".svg" {
		f["file"].Break("courses.rule_picture_name")
		return nil, ""
	}
	file := path.Join(dir, p.File)
	src, ok := d.read[file]
	if !ok {
		if _, err := fs.Stat(d.fsys, file); missing(err) {
			f["file"].Break("courses.rule_picture_missing", fault.Args{"File": p.File})
			return nil, ""
		}
		var problems []Problem
		src, problems = drawing(d.fsys, file, d.parts)
		d.problems = append(d.problems, problems...)
		d.read[file] = src
	}
	checkLabels(f["file"], src, p.Labels)
	return p, src
}

func (d *Drawings) text(n Node) Text {
	if !n.Here() {
		return nil
	}
	t := n.Text()
	d.wording.Check(n, t)
	return t
}

// Box is the viewBox of a drawing, such as "0 0 480 360".
func Box(src string) string {
	box := viewBox.FindString(firstTag.FindString(src))
	if len(box) < len(`viewBox=""`) {
		return ""
	}
	return box[len(`viewBox="`) : len(box)-1]
}

// Inline is a drawing that Drawings.Picture read as part of a page in one language.
func Inline(src string, p *Picture, lang string) template.HTML { return inline(src, p, lang) }
