package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors is the house, from the ground up: a package imports only floors below its own.
// app/web stands above app/db because sign-ins are rows.
var floors = [][]string{
	{"locales", "static", "app/fault", "live/sfu", "live/recorder"},
	{"app/db"},
	{"app/ledger", "app/web"},
	{"app/people"},
	{"app/tour"},
	{"app/room"},
	{"courses"},
	{"courses/practice", "quizzes", "live"},
	{"quizzes/certificates"},
	{"app/home", "app/cockpit", "app/reports", "app/admin", "app/operator", "app/demo", "app/privacy", "app/exchange"},
	{"app"},
	{"app/e2e"},
}

const module = "silverclass/"

// source is one Go file of the tree.
type source struct {
	path   string // from the top of the tree, with slashes
	pkg    string // its package's directory
	test   bool
	syntax *ast.File
}

// sources parses every Go file of the tree; hidden directories and those that begin with
// an underscore are not ours to judge.
func sources(t *testing.T) (*token.FileSet, []source) {
	t.Helper()
	set := token.NewFileSet()
	var all []source
	walk(t, func(p string) {
		if !strings.HasSuffix(p, ".go") {
			return
		}
		f, err := parser.ParseFile(set, filepath.Join("..", filepath.FromSlash(p)), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{path: p, pkg: path.Dir(p), test: strings.HasSuffix(p, "_test.go"), syntax: f})
	})
	return set, all
}

// walk calls visit with every file of the tree that is written by us.
func walk(t *testing.T, visit func(p string)) {
	t.Helper()
	err := filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && name != ".." && (name[0] == '.' || name[0] == '_' || name == "node_modules" || name == "vendor" || name == "data" || name == "demo-data") {
			return filepath.SkipDir
		}
		if !d.IsDir() {
			rel, err := filepath.Rel("..", p)
			if err != nil {
				return err
			}
			visit(filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// floorOf is the floor of a package; help for its tests (app/db/dbtest) stands beside
// it. It is -1 for a package that is on no floor.
func floorOf(pkg string) int {
	if helpsTests(pkg) {
		pkg = path.Dir(pkg)
	}
	return slices.IndexFunc(floors, func(f []string) bool { return slices.Contains(f, pkg) })
}

func helpsTests(pkg string) bool { return strings.HasSuffix(pkg, "test") }

func TestPackagesImportOnlyFloorsBelow(t *testing.T) {
	_, all := sources(t)
	for _, s := range all {
		from := floorOf(s.pkg)
		if from < 0 {
			t.Errorf("%s: package %s stands on no floor; say in imports_test.go where it belongs", s.path, s.pkg)
			continue
		}
		for _, i := range s.syntax.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			to, ours := strings.CutPrefix(name, module)
			switch {
			case strings.HasPrefix(name, "github.com/livekit/livekit-server") && !strings.HasPrefix(s.pkg, "live/sfu"):
				t.Errorf("%s imports %s; only live/sfu does", s.path, name)
			case !ours || to == s.pkg:
			case helpsTests(to) && !s.test && !helpsTests(s.pkg):
				t.Errorf("%s imports %s, which is for tests", s.path, to)
			case helpsTests(s.pkg) && to == path.Dir(s.pkg), s.test && helpsTests(to):
			case floorOf(to) >= from && !(s.test && floorOf(to) == from):
				t.Errorf("%s (floor %d) imports %s (floor %d)", s.path, from, to, floorOf(to))
			}
		}
	}
}
