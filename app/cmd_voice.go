package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"silverclass/app/fault"
	"silverclass/courses"
)

// voices are the recordings of this data directory.
func (s settings) voices() *courses.Voices {
	return courses.NewVoices(filepath.Join(s.dir().Media(), "voice"))
}

// spoken are all sentences of the lessons with their recordings.
func (s settings) spoken(t *terminal) ([]courses.Spoken, error) {
	all, err := loadContent(s.Content, t.words)
	if err != nil {
		return nil, err
	}
	return courses.SpokenBy(all.catalog, s.voices()), nil
}

// voiceListCmd lists the steps that lack a recording.
type voiceListCmd struct{}

// Run prints a line for each step that lacks some, and what was recorded for nothing.
func (voiceListCmd) Run(s settings, t *terminal) error {
	said, err := s.spoken(t)
	if err != nil {
		return err
	}
	missing, steps := 0, 0
	for i := 0; i < len(said); {
		first, lacks, of := said[i], 0, 0
		for ; i < len(said) && said[i].Lesson == first.Lesson && said[i].Step == first.Step; i++ {
			of++
			if said[i].File == "" {
				lacks++
			}
		}
		if lacks > 0 {
			steps++
			missing += lacks
			t.say("cli.voice_lacks", fault.Args{"Lesson": first.Lesson, "Step": first.Step, "Missing": lacks, "Of": of})
		}
	}
	for _, text := range s.voices().Dropped(said) {
		t.say("cli.voice_dropped", fault.Args{"Text": text})
	}
	t.say("cli.voice_missing", fault.Args{"Steps": steps, "Missing": missing, "Of": len(said)})
	return nil
}

// voiceScriptCmd writes what a speaker reads: a table, and the same to print.
type voiceScriptCmd struct {
	Dir string `arg:"" type:"path"`
}

var scriptPage = template.Must(template.New("").Parse(`<!doctype html><meta charset="utf-8"><title>{{.Title}}</title>
<style>body{font:18pt/1.5 sans-serif}table{border-collapse:collapse;width:100%}td{border:1px solid #999;padding:6px 10px}td:first-child,td:nth-child(2){font-size:10pt}tr{break-inside:avoid}</style>
<h1>{{.Title}}</h1><table>{{range .Rows}}<tr><td>{{.Lesson}} {{.Step}}</td><td>{{.Name}}</td><td>{{.Text}}</td></tr>{{end}}</table>
`))

// Run writes script.csv and script.html with every sentence that lacks a recording, once.
func (v voiceScriptCmd) Run(s settings, t *terminal) error {
	rows, err := s.unrecorded(t)
	if err != nil {
		return err
	}
	var table, page bytes.Buffer
	w := csv.NewWriter(&table)
	table.WriteString("\ufeff") // spreadsheets then read it as UTF-8
	lines := [][]string{{"file", "lesson", "step", "text"}}
	for _, r := range rows {
		lines = append(lines, []string{r.Name, r.Lesson, fmt.Sprint(r.Step), r.Text})
	}
	if err := w.WriteAll(lines); err != nil {
		return fmt.Errorf("write the script: %w", err)
	}
	title := t.text("cli.voice_script", nil)
	if err := scriptPage.Execute(&page, map[string]any{"Title": title, "Rows": rows}); err != nil {
		return fmt.Errorf("write the script: %w", err)
	}
	if err := os.MkdirAll(v.Dir, 0o755); err != nil {
		return fmt.Errorf("write the script: %w", err)
	}
	for name, b := range map[string][]byte{"script.csv": table.Bytes(), "script.html": page.Bytes()} {
		if err := os.WriteFile(filepath.Join(v.Dir, name), b, 0o600); err != nil {
			return fmt.Errorf("write the script: %w", err)
		}
	}
	t.say("cli.voice_written", fault.Args{"Count": len(rows), "Dir": v.Dir})
	return nil
}

// unrecorded are the sentences without a recording, each once.
func (s settings) unrecorded(t *terminal) ([]courses.Spoken, error) {
	said, err := s.spoken(t)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var rows []courses.Spoken
	for _, one := range said {
		if one.File == "" && !seen[one.Name] {
			seen[one.Name] = true
			rows = append(rows, one)
		}
	}
	return rows, nil
}

// voiceImportCmd takes recordings named as the script says, such as 0123….wav.
type voiceImportCmd struct {
	Dir string `arg:"" type:"existingdir"`
}

// Run keeps the recordings whose type and length fit, and says what is wrong with others.
func (v voiceImportCmd) Run(s settings, t *terminal) error {
	said, err := s.spoken(t)
	if err != nil {
		return err
	}
	texts := map[string]string{}
	for _, one := range said {
		texts[one.Name] = one.Text
	}
	kept, refused := 0, 0
	err = filepath.WalkDir(v.Dir, func(p string, d fs.DirEntry, err error) error {
		name := strings.TrimSuffix(filepath.Base(p), filepath.Ext(p))
		text, ours := texts[name]
		if err != nil || d.IsDir() || !ours {
			return err
		}
		if err := addFile(s.voices(), text, p); err != nil {
			refused++
			for _, line := range t.explain(err) {
				t.say("cli.voice_refused", fault.Args{"File": filepath.Base(p), "Why": line})
			}
			return nil
		}
		kept++
		return nil
	})
	if err != nil {
		return fmt.Errorf("import recordings: %w", err)
	}
	t.say("cli.voice_kept", fault.Args{"Kept": kept, "Refused": refused})
	if refused > 0 {
		return fault.New(fault.Invalid, "cli.voice_some_refused", fault.Args{"Refused": refused})
	}
	return nil
}

// addFile keeps a recording from a file, if it is not larger than a sentence can be.
func addFile(v *courses.Voices, text, file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("read a recording: %w", err)
	}
	if info.Size() > courses.MostFile {
		return fault.New(fault.Invalid, "courses.rule_file_size")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read a recording: %w", err)
	}
	return v.Add(text, b)
}

// voiceMakeCmd has an outside program speak every sentence that lacks a recording. It is
// called with the name of the file to write, and reads the sentence from its input.
type voiceMakeCmd struct {
	VoiceCommand string `required:""`
}

// aSentence is how long the outside program may take for one.
const aSentence = time.Minute

// Run calls the program sentence by sentence and checks what it wrote.
func (v voiceMakeCmd) Run(ctx context.Context, s settings, t *terminal) error {
	rows, err := s.unrecorded(t)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "silverclass-voice")
	if err != nil {
		return fmt.Errorf("make recordings: %w", err)
	}
	defer os.RemoveAll(dir)
	for i, r := range rows {
		file := filepath.Join(dir, r.Name)
		err := v.speak(ctx, r.Told, file)
		if err == nil {
			err = addFile(s.voices(), r.Text, file)
		}
		if err != nil {
			return errors.Join(fault.New(fault.Invalid, "cli.voice_stopped", fault.Args{"Text": r.Text, "Made": i}), err)
		}
	}
	t.say("cli.voice_kept", fault.Args{"Kept": len(rows), "Refused": 0})
	return nil
}

func (v voiceMakeCmd) speak(ctx context.Context, text, file string) error {
	ctx, cancel := context.WithTimeout(ctx, aSentence)
	defer cancel()
	c := exec.CommandContext(ctx, v.VoiceCommand, file) // #nosec G204 -- the operator names it
	c.Stdin = strings.NewReader(text)
	out, err := c.CombinedOutput()
	if err != nil {
		return fault.New(fault.Invalid, "cli.voice_command", fault.Args{"Program": v.VoiceCommand,
			"Detail": strings.TrimSpace(string(out))}).Because(err)
	}
	return nil
}
