package courses

import (
	"embed"
	"errors"
	"io/fs"
	"slices"
	"strings"
)

//go:embed content
var embedded embed.FS

// Content is the teaching content that comes with the program.
func Content() fs.FS {
	sub, err := fs.Sub(embedded, "content")
	if err != nil {
		panic("courses: " + err.Error()) // the directory is embedded above
	}
	return sub
}

// Overlay lays an operator's files over the program's own, file by file: a file that is
// in over hides the one of the same name in base, and new files are added. A nil over
// changes nothing.
func Overlay(base, over fs.FS) fs.FS {
	if over == nil {
		return base
	}
	return overlay{base: base, over: over}
}

type overlay struct{ base, over fs.FS }

// Open gives the operator's file when there is one, else ours. Directories are read by
// ReadDir; opened, they are those of whichever side has them.
func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.over.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.base.Open(name)
	}
	return f, err
}

// ReadDir merges both directories, ordered by name.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	ours, errBase := fs.ReadDir(o.base, name)
	theirs, errOver := fs.ReadDir(o.over, name)
	if errBase != nil && errOver != nil {
		return nil, errBase
	}
	for _, err := range []error{errBase, errOver} {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	all := slices.Clone(theirs)
	for _, e := range ours {
		if !slices.ContainsFunc(theirs, func(t fs.DirEntry) bool { return t.Name() == e.Name() }) {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}
