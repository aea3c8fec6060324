package main

import (
	"encoding/binary"
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"silverclass/courses"
)

// quiet is a recording of two seconds in which nobody speaks.
func quiet() []byte {
	const rate, length = 8000, 16000
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = append(b, 1, 0, 8, 0)
	b = append(b, "data"...)
	return append(binary.LittleEndian.AppendUint32(b, length), make([]byte, length)...)
}

// A sentence is written to the script, recorded and taken in; then its lesson changes, and
// the list says so at its step.
func TestARecordingWhoseTextChangedIsListedAtItsStep(t *testing.T) {
	dir := t.TempDir()
	voice := func(want string, args ...string) string {
		t.Helper()
		code, out, errs := command(t, append([]string{"voice", "--data", filepath.Join(dir, "data")}, args...)...)
		if code != exitFine || !strings.Contains(out, want) {
			t.Fatalf("voice %v: exit %d, want %q:\n%s%s", args, code, want, out, errs)
		}
		return out
	}
	voice("sentences written", "script", dir)
	script, err := os.Open(filepath.Join(dir, "script.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer script.Close()
	rows, err := csv.NewReader(script).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	name, lesson, text := rows[1][0], rows[1][1], rows[1][3]
	page, err := os.ReadFile(filepath.Join(dir, "script.html"))
	if err != nil || !strings.Contains(string(page), "<td>"+text+"</td><td>"+name) {
		t.Errorf("the printed script lacks %q: %v", text, err)
	}
	recordings := filepath.Join(dir, "recordings")
	write(t, filepath.Join(recordings, name+".wav"), quiet())
	voice("1 taken in", "import", recordings)
	if out := voice("sentences are missing", "list"); strings.Contains(out, text) {
		t.Errorf("told as changed before it was:\n%s", out)
	}
	own := filepath.Join(dir, "own")
	b, err := fs.ReadFile(courses.Content(), lesson+"/lesson.yaml")
	written := strings.TrimSuffix(text, "。") // a heading has none in its file
	if err != nil || !strings.Contains(string(b), written) {
		t.Fatalf("%q is not written in %s: %v", text, lesson, err)
	}
	write(t, filepath.Join(own, lessonsFolder, lesson, "lesson.yaml"), []byte(strings.ReplaceAll(string(b), written, "今天就学会这三个动作")))
	want := lesson + " step 1: "
	lines := strings.Split(voice(want, "list", "--content", own), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, want) && (i+1 == len(lines) || !strings.Contains(lines[i+1], "recorded was: "+text)) {
			t.Errorf("below %q stands %q", line, lines[i+1])
		}
	}
}

func write(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
