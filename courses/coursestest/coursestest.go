// Package coursestest gives tests a small catalog that stays the same when lessons are
// added: golden pages of other rooms show lessons, and must not change with each new one.
package coursestest

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"silverclass/courses"
)

var kept = []string{"fraud/stop-and-ask", "fraud/police-call", "fraud/child-in-trouble"}

// ThreeLessons is a catalog of our topics with three lessons, all of fraud.
func ThreeLessons(t testing.TB) *courses.Catalog {
	t.Helper()
	few := fstest.MapFS{}
	err := fs.WalkDir(courses.Content(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if dir := path.Dir(p); strings.Contains(dir, "/") && !slices.Contains(kept, dir) {
			return nil
		}
		b, err := fs.ReadFile(courses.Content(), p)
		few[p] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := courses.Load(few)
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}
