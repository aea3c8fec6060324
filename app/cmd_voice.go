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
	"slices"
	"strings"
	"time"

	"silverclass/app/fault"
	"silverclass/courses"
	"silverclass/locales"
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

// voiceListCmd lists the steps that lack a recording or whose text changed since.
type voiceListCmd struct{}

// Run prints a line for each step that lacks some, below it what was recorded there before
// its text changed, and at the end what was recorded for nothing.
func (voiceListCmd) Run(s settings, t *terminal) error {
	said, err := s.spoken(t)
	if err != nil {
		return err
	}
	dropped := s.voices().Dropped(said)
	missing, steps := 0, 0
	for i := 0; i < len(said); {
		first, lacks, of := said[i], 0, 0
		for ; i < len(said) && said[i].Lesson == first.Lesson && said[i].Step == first.Step; i++ {
			of++
			if said[i].File == "" {
				lacks++
			}
		}
		if lacks == 0 {
			continue
		}
		steps++
		missing += lacks
		t.say("cli.voice_lacks", fault.Args{"Lesson": first.Lesson, "Step": first.Step, "Missing": lacks, "Of": of})
		dropped = slices.DeleteFunc(dropped, func(r courses.Recorded) bool {
			here := r.Lesson == first.Lesson && r.Step == first.Step
			if here {
				t.say("cli.voice_changed", fault.Args{"Text": r.Text})
			}
			return here
		})
	}
	for _, r := range dropped {
		t.say("cli.voice_dropped", fault.Args{"Text": r.Text})
	}
	t.say("cli.voice_missing", fault.Args{"Steps": steps, "Missing": missing, "Of": len(said)})
	return nil
}

// voiceScriptCmd writes what a speaker reads: a table, and the same to print.
type voiceScriptCmd struct {
	Dir string `arg:"" type:"path"`
}

// scriptPage is a script to read from: on A4, a table a lesson, a box to tick a sentence.
var scriptPage = template.Must(template.New("").Parse(`<!doctype html><html lang="{{.Lang}}"><meta charset="utf-8"><title>{{.Title}}</title>
<style>
@page { size: A4; margin: 15mm }
body { font: 18pt/1.5 sans-serif; max-width: 180mm; margin: 0 auto }
h1 { font-size: 24pt } h2 { font-size: 18pt; margin: 8mm 0 2mm; break-after: avoid } p { font-size: 12pt }
table { border-collapse: collapse; width: calc(100% - 1px) } tr { break-inside: avoid }
td { border: 1px solid #999; padding: 2mm 3mm }
td:first-child { width: 8mm; text-align: center; font-size: 12pt } td:nth-child(3) { width: 46mm; font: 9pt monospace; color: #444 }
td:last-child { width: 8mm }
</style>
<h1>{{.Title}}</h1><p>{{.How}}</p>
{{range .Lessons}}<h2>{{(index . 0).Title}}</h2><table>{{range .}}<tr><td>{{.Step}}</td><td>{{.Text}}</td><td>{{.Name}}</td><td></td></tr>{{end}}</table>
{{end}}</html>
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
	err = scriptPage.Execute(&page, map[string]any{"Lang": locales.Default, "Title": t.text("cli.voice_script", nil),
		"How": t.text("cli.voice_how", fault.Args{"Count": len(rows)}), "Lessons": byLesson(rows)})
	if err != nil {
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

// byLesson are the sentences of one lesson after another.
func byLesson(rows []courses.Spoken) [][]courses.Spoken {
	var all [][]courses.Spoken
	for i, r := range rows {
		if i == 0 || rows[i-1].Lesson != r.Lesson {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], r)
	}
	return all
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
	names := map[string]courses.Spoken{}
	for _, one := range slices.Backward(said) { // of several steps that say it, the first
		names[one.Name] = one
	}
	kept, refused := 0, 0
	err = filepath.WalkDir(v.Dir, func(p string, d fs.DirEntry, err error) error {
		name := strings.TrimSuffix(filepath.Base(p), filepath.Ext(p))
		one, ours := names[name]
		if err != nil || d.IsDir() || !ours {
			return err
		}
		if err := addFile(s.voices(), one, p); err != nil {
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
func addFile(v *courses.Voices, said courses.Spoken, file string) error {
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
	return v.Add(said, b)
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
			err = addFile(s.voices(), r, file)
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
