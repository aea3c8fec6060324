package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEveryPackageHasOneComment(t *testing.T) {
	_, all := sources(t)
	comments := map[string][]string{}
	for _, s := range all {
		if s.test {
			continue
		}
		if _, ok := comments[s.pkg]; !ok {
			comments[s.pkg] = nil
		}
		if s.syntax.Doc != nil {
			comments[s.pkg] = append(comments[s.pkg], s.path)
		}
	}
	for pkg, files := range comments {
		if len(files) != 1 {
			t.Errorf("package %s has its comment in %v, want one file", pkg, files)
		}
	}
}

func TestEveryExportedNameHasAComment(t *testing.T) {
	set, all := sources(t)
	for _, s := range all {
		if s.test {
			continue
		}
		for _, d := range s.syntax.Decls {
			for _, name := range uncommented(d) {
				t.Errorf("%s: %s has no comment", set.Position(d.Pos()), name)
			}
		}
	}
}

// uncommented are the exported names that a declaration makes without saying anything.
func uncommented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, spec := range d.Specs {
			names = append(names, uncommentedSpec(d, spec)...)
		}
		return names
	}
	return nil
}

func uncommentedSpec(d *ast.GenDecl, spec ast.Spec) []string {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() && spec.Doc == nil && spec.Comment == nil && d.Doc == nil {
			return []string{spec.Name.Name}
		}
	case *ast.ValueSpec:
		if spec.Doc == nil && spec.Comment == nil && d.Doc == nil {
			var names []string
			for _, n := range spec.Names {
				if n.IsExported() {
					names = append(names, n.Name)
				}
			}
			return names
		}
	}
	return nil
}

func receiver(d *ast.FuncDecl) string {
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// leftOut are names that this program does without, and why.
var leftOut = map[string]string{
	"AutoMigrate":        "the schema changes by migrations that somebody reads",
	"InsecureSkipVerify": "a certificate that is not checked protects nobody",
	"DefaultServeMux":    "anything linked in can hang a page there",
	"HandleFunc":         "routes stand in web.Routes, with their guards",
	"ListenAndServe":     "a server has time limits and an orderly end",
	"gorm.Model":         "rows say what they are; nothing is deleted softly",
}

func TestNobodyUsesWhatWeLeaveOut(t *testing.T) {
	set, all := sources(t)
	for _, s := range all {
		for _, d := range s.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: init works before anybody can see a failure", set.Position(f.Pos()))
			}
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if why := leftOut[n.Sel.Name]; why != "" {
					t.Errorf("%s: %s: %s", set.Position(n.Pos()), n.Sel.Name, why)
				}
				if x, ok := n.X.(*ast.Ident); ok {
					judge(t, set, s, x.Name+"."+n.Sel.Name, n.Pos())
				}
			case *ast.KeyValueExpr:
				if k, ok := n.Key.(*ast.Ident); ok && leftOut[k.Name] != "" {
					t.Errorf("%s: %s: %s", set.Position(n.Pos()), k.Name, leftOut[k.Name])
				}
			}
			return true
		})
	}
}

// judge looks at names whose package matters.
func judge(t *testing.T, set *token.FileSet, s source, name string, at token.Pos) {
	if why := leftOut[name]; why != "" {
		t.Errorf("%s: %s: %s", set.Position(at), name, why)
	}
	if name == "gorm.G" && !s.test {
		t.Errorf("%s: gorm.G: db.Rows asks the same and is a tenth of the program smaller", set.Position(at))
	}
	load := strings.HasPrefix(path.Base(s.path), "bench") // a load keeps time; it tests nothing
	if s.test && !load && slices.Contains([]string{"time.Sleep", "t.Skip", "t.Skipf", "t.SkipNow"}, name) {
		t.Errorf("%s: %s in a test: wait for what must come, and never skip", set.Position(at), name)
	}
}

// unfinished are words that say a thing is not done. They are put together here, so that
// this file does not hold them.
var unfinished = []string{"TO" + "DO", "FIX" + "ME", "X" + "XX", "not " + "implemented"}

func TestNothingIsLeftForLater(t *testing.T) {
	set, all := sources(t)
	for _, s := range all {
		for _, group := range s.syntax.Comments {
			for _, word := range unfinished {
				if strings.Contains(group.Text(), word) {
					t.Errorf("%s: says %q", set.Position(group.Pos()), word)
				}
			}
		}
	}
	walk(t, func(p string) {
		if !ours(p) || path.Ext(p) == ".go" {
			return
		}
		text := read(t, p)
		for _, word := range unfinished {
			if i := bytes.Index(text, []byte(word)); i >= 0 {
				t.Errorf("%s:%d: says %q", p, 1+bytes.Count(text[:i], []byte("\n")), word)
			}
		}
	})
}

// longest is how many lines a file may have before it is two files.
const longest = 400

func TestFilesAreShort(t *testing.T) {
	walk(t, func(p string) {
		if !ours(p) {
			return
		}
		if n := bytes.Count(read(t, p), []byte("\n")); n > longest {
			t.Errorf("%s has %d lines, want at most %d", p, n, longest)
		}
	})
}

// ours reports whether a file is written by hand in a language that people read.
func ours(p string) bool {
	return slices.Contains([]string{".go", ".js", ".css", ".html", ".sql"}, path.Ext(p)) &&
		!strings.Contains(p, "/testdata/")
}

func read(t *testing.T, p string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(p)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// compare fails the test with a line-by-line difference. With GOLDEN=update it writes
// the file instead; then the difference is read in git.
func compare(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("GOLDEN") == "update" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (make golden writes it)", err)
	}
	if d := difference(string(want), got); d != "" {
		t.Errorf("%s is not what the program has (make golden writes it anew):\n%s", file, d)
	}
}

// difference lists the lines that only one of two texts has; empty when they are equal.
func difference(want, got string) string {
	if want == got {
		return ""
	}
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	for _, line := range w {
		if !slices.Contains(g, line) {
			fmt.Fprintf(&out, "- %s\n", line)
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			fmt.Fprintf(&out, "+ %s\n", line)
		}
	}
	if out.Len() == 0 {
		return "the same lines in another order"
	}
	return out.String()
}
