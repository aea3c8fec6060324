package operator_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/operator"
)

// wrong are the keys of what a check found wrong.
func wrong(found []operator.Finding) []string {
	var keys []string
	for _, f := range found {
		if f.Err != nil {
			key := f.Err.Error()
			if e, ok := errors.AsType[*fault.Error](f.Err); ok {
				key = e.Key
			}
			keys = append(keys, key)
		}
	}
	return keys
}

func TestChecksOfASoundPlaceFindNothing(t *testing.T) {
	dir := operator.Dir(t.TempDir())
	p := operator.Place{Dir: dir, Keys: dir.Keys(), Database: dbtest.URL(t), Now: time.Now}
	write(t, p.Keys.People(), "secret")
	found := append(operator.CheckDir(dir), operator.CheckKeys(p.Keys.People(), filepath.Join(string(dir), "not-yet"))...)
	found = append(found, operator.CheckDatabase(t.Context(), p)...)
	found = append(found, operator.CheckPort(t.Context(), "127.0.0.1:0"), operator.CheckUDP(t.Context(), 0, false))
	if got := wrong(found); got != nil {
		t.Errorf("found %v", got)
	}
}

func TestChecksSayWhatIsWrong(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	write(t, key, "secret")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := wrong(operator.CheckKeys(key)); len(got) != 1 || got[0] != "cli.key_open" {
		t.Errorf("a key that all can read: %v", got)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	if got := wrong(operator.CheckDir(operator.Dir(filepath.Join(file, "data")))); len(got) == 0 || got[0] != "cli.data_unwritable" {
		t.Errorf("a data directory below a file: %v", got)
	}
	p := operator.Place{Database: dbtest.URL(t), Now: func() time.Time { return time.Now().Add(-24 * time.Hour) }}
	if dbtest.IsPostgres() {
		if got := wrong(operator.CheckDatabase(t.Context(), p)); len(got) != 1 || got[0] != "cli.clock_wrong" {
			t.Errorf("a clock of yesterday: %v", got)
		}
	}
}

func TestATakenPortIsFineOnlyWhenTheProgramAnswers(t *testing.T) {
	ours := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer ours.Close()
	if f := operator.CheckPort(t.Context(), strings.TrimPrefix(ours.URL, "http://")); f.Err != nil {
		t.Errorf("our own pages: %v", f.Err)
	}
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	go func() {
		for {
			c, err := other.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	if f := operator.CheckPort(t.Context(), other.Addr().String()); f.Err == nil {
		t.Error("another program's port: found nothing wrong")
	}
}
