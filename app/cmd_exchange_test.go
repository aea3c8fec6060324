package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/people"
)

// TestExchangeBetweenTwoDirectories: a file goes from one data directory to another, and
// what is wrong is said in one line.
func TestExchangeBetweenTwoDirectories(t *testing.T) {
	box, city, file := filepath.Join(t.TempDir(), "box"), filepath.Join(t.TempDir(), "city"), filepath.Join(t.TempDir(), "from-box")
	for _, dir := range []string{box, city} {
		if code, _, errs := command(t, "migrate", "--data", dir); code != exitFine {
			t.Fatal(errs)
		}
	}
	d, err := settings{Data: box}.openDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people.NewStore(d.DB, time.Now).Issue(t.Context(), people.Issue{ID: db.NewID(), Name: "慕容阿姨"}); err != nil {
		t.Fatal(err)
	}
	d.Close()
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"write", []string{"exchange", "write", file, "--data", box}, exitFine, "1 facts and 1 learners"},
		{"write over it", []string{"exchange", "write", file, "--data", box}, exitTrouble, "already"},
		{"read", []string{"exchange", "read", file, "--data", city}, exitFine, "1 new facts, 1 new learners"},
		{"read again", []string{"exchange", "read", file, "--data", city}, exitFine, "0 new facts, 0 new learners"},
		{"read at home", []string{"exchange", "read", file, "--data", box}, exitTrouble, "This file was written here"},
		{"nothing there", []string{"exchange", "read", file + "2", "--data", city}, exitTrouble, "from-box2"},
	} {
		code, out, errs := command(t, c.args...)
		if code != c.code || !strings.Contains(out+errs, c.want) || strings.Count(errs, "\n") > 1 {
			t.Errorf("%s: exit %d, want %d and %q:\n%s%s", c.name, code, c.code, c.want, out, errs)
		}
	}
}
