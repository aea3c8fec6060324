package courses

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// MostFile is the largest file that an operator's content directory may hold, in bytes.
const MostFile = 20 << 20

// TooLarge are the files of a directory that are larger than MostFile or lead out of it.
func TooLarge(fsys fs.FS) []Problem {
	var problems []Problem
	_ = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			problems = append(problems, Problem{File: p, Rule: "courses.rule_unreadable"})
			return nil
		}
		if d.IsDir() {
			return nil
		}
		info, err := fs.Stat(fsys, p)
		switch {
		case err != nil: // a link that leads out of the directory, or nowhere
			problems = append(problems, Problem{File: p, Rule: "courses.rule_outside"})
		case info.Size() > MostFile:
			problems = append(problems, Problem{File: p, Rule: "courses.rule_file_size"})
		}
		return nil
	})
	return problems
}

// Sound lays an operator's files over ours as far as they keep the rules: what belongs to
// a lesson whose file breaks one is left out, and what is shared by all when it breaks
// ours. refused says why; our own mistakes stay, for Load to report.
func Sound(base, over fs.FS, check func(fs.FS) []Problem) (sound fs.FS, refused []Problem) {
	if over == nil {
		return base, nil
	}
	hidden := without{FS: over, names: map[string]bool{}}
	for _, p := range TooLarge(over) {
		hidden.names[unitOf(p.File)] = true
		refused = append(refused, p)
	}
	for {
		laid := Overlay(base, hidden)
		problems := check(laid)
		if len(problems) == 0 {
			return laid, refused
		}
		theirs := slices.DeleteFunc(slices.Clone(problems), func(p Problem) bool { return !hidden.holds(unitOf(p.File)) })
		if len(theirs) == 0 { // theirs is sound by itself and breaks what it is laid over
			if hidden.names["."] {
				return laid, refused // ours is broken
			}
			hidden.names["."] = true
			theirs = problems
		}
		for _, p := range theirs {
			hidden.names[unitOf(p.File)] = true
		}
		refused = append(refused, theirs...)
	}
}

// unitOf is what stands and falls with a file: TOPIC/LESSON for all of a lesson, the file
// itself for what all share. A link in a topic's place is its unit, with all that it hides.
func unitOf(file string) string {
	parts := strings.SplitN(file, "/", 3)
	if len(parts) == 1 {
		return file
	}
	name := parts[1]
	if len(parts) == 2 {
		name, _, _ = strings.Cut(name, ".")
	}
	return parts[0] + "/" + name
}

// without is a directory without the units of some names; the name "." stands for all.
type without struct {
	fs.FS
	names map[string]bool
}

func (w without) gone(name string) bool {
	topic, _, _ := strings.Cut(name, "/")
	return name != "." && (w.names["."] || w.names[unitOf(name)] || w.names[topic])
}

// holds reports whether there is a file of that unit.
func (w without) holds(unit string) bool {
	found := false
	_ = fs.WalkDir(w.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && unitOf(p) == unit && !w.gone(p) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// Open gives a file that is not left out.
func (w without) Open(name string) (fs.File, error) {
	if w.gone(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return w.FS.Open(name)
}

// ReadDir lists what is not left out.
func (w without) ReadDir(name string) ([]fs.DirEntry, error) {
	if w.gone(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	all, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool { return w.gone(path.Join(name, e.Name())) }), err
}
