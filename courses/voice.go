package courses

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"silverclass/app/fault"
)

// Recordings are of one voice at one speed; browsers play them slower or faster.
const (
	recordedVoice = "zh-Hans"
	recordedRate  = "1.0"
)

// Voices are the recordings of what read-aloud says, sentence by sentence, in a directory
// of their own. A recording is named by the hash of text, voice and rate, so that a changed
// text has none. A nil Voices has no recordings.
type Voices struct{ dir string }

// NewVoices keeps recordings in dir, which is made with the first one.
func NewVoices(dir string) *Voices { return &Voices{dir: dir} }

// RecordingName is the name of a sentence's recording, without its ending.
func RecordingName(text string) string {
	sum := sha256.Sum256([]byte(recordedVoice + "\n" + recordedRate + "\n" + text))
	return hex.EncodeToString(sum[:])[:20]
}

// Find is the file name of a sentence's recording; empty when there is none.
func (v *Voices) Find(text string) string {
	if v == nil {
		return ""
	}
	for _, ending := range soundEndings() {
		name := RecordingName(text) + ending
		if _, err := os.Stat(filepath.Join(v.dir, name)); err == nil {
			return name
		}
	}
	return ""
}

// Add checks a recording of a sentence and keeps it in place of an earlier one. A fault
// says what is wrong with its type or length; nothing is replaced then.
func (v *Voices) Add(said Spoken, data []byte) error {
	text := said.Text
	kind, length, err := soundLength(data)
	if err != nil {
		return fault.New(fault.Invalid, "courses.voice_type").Because(err)
	}
	least, most := spokenFor(text)
	if length < least || length > most {
		return fault.New(fault.Invalid, "courses.voice_length", fault.Args{"Seconds": fmt.Sprintf("%.1f", length.Seconds()),
			"Least": fmt.Sprintf("%.1f", least.Seconds()), "Most": fmt.Sprintf("%.1f", most.Seconds())})
	}
	if err := os.MkdirAll(v.dir, 0o700); err != nil {
		return fmt.Errorf("keep a recording: %w", err)
	}
	name := filepath.Join(v.dir, RecordingName(text))
	if err := os.WriteFile(name+".new", data, 0o600); err != nil {
		return fmt.Errorf("keep a recording: %w", err)
	}
	if err := os.Rename(name+".new", name+kind); err != nil {
		return fmt.Errorf("keep a recording: %w", err)
	}
	for _, other := range soundEndings() {
		if other == kind {
			continue
		}
		if err := os.Remove(name + other); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("take an earlier recording away: %w", err)
		}
	}
	return v.remember(said)
}

// Recorded is a sentence that was recorded once, and the step that said it then.
type Recorded struct {
	Lesson string `json:"lesson"`
	Step   int    `json:"step"`
	Text   string `json:"text"`
}

// UnmarshalJSON reads an earlier note too, which had the text alone.
func (r *Recorded) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &r.Text) == nil {
		return nil
	}
	type plain Recorded
	return json.Unmarshal(b, (*plain)(r))
}

// remember notes that a sentence was recorded once, so that Dropped can tell it, and where,
// when no lesson says it any more.
func (v *Voices) remember(said Spoken) error {
	known := v.remembered()
	known[RecordingName(said.Text)] = Recorded{said.Lesson, said.Step, said.Text}
	b, err := json.MarshalIndent(known, "", " ")
	if err != nil {
		return fmt.Errorf("remember a recording: %w", err)
	}
	file := filepath.Join(v.dir, "recorded.json")
	if err := os.WriteFile(file+".new", b, 0o600); err != nil {
		return fmt.Errorf("remember a recording: %w", err)
	}
	return os.Rename(file+".new", file)
}

func (v *Voices) remembered() map[string]Recorded {
	known := map[string]Recorded{}
	if b, err := os.ReadFile(filepath.Join(v.dir, "recorded.json")); err == nil && json.Unmarshal(b, &known) != nil {
		return map[string]Recorded{}
	}
	return known
}

// spokenFor is how long a recording of a text may be: 100 to 400 Han a minute, and a
// breath before and after.
func spokenFor(text string) (least, most time.Duration) {
	n := Han(text) + len(latinWords.FindAllString(text, -1))
	return time.Duration(n) * 150 * time.Millisecond, time.Duration(n)*600*time.Millisecond + 3*time.Second
}

var latinWords = regexp.MustCompile(`[A-Za-z]+|[0-9]`)

// Spoken is one sentence of a step that a voice says.
type Spoken struct {
	Lesson string // the slug
	Title  string // of the lesson
	Step   int
	Text   string
	Told   string // the text as a computer's voice must be given it, for its readings
	Name   string // of its recording, without the ending
	File   string // of the recording that is there; empty when there is none
}

// SpokenBy are all sentences of a catalog's lessons in Chinese, lesson by lesson, each with
// its recording. A sentence that several steps say stands there each time.
func SpokenBy(c *Catalog, v *Voices) []Spoken {
	var all []Spoken
	for _, l := range c.Lessons() {
		for i := range l.Steps {
			for _, text := range l.Steps[i].spoken(fallback) {
				all = append(all, Spoken{Lesson: l.Slug, Title: l.Title.In(fallback), Step: i + 1, Text: text, Told: c.wording.ForVoice(text),
					Name: RecordingName(text), File: v.Find(text)})
			}
		}
	}
	return all
}

// Dropped are the sentences that were recorded and that no lesson says any more: most often
// the earlier words of a sentence that changed. They are ordered by lesson and step.
func (v *Voices) Dropped(said []Spoken) []Recorded {
	now := map[string]bool{}
	for _, one := range said {
		now[one.Name] = true
	}
	var all []Recorded
	for name, r := range v.remembered() {
		if !now[name] {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Recorded) int {
		return cmp.Or(cmp.Compare(a.Lesson, b.Lesson), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Text, b.Text))
	})
	return all
}

// spoken is what read-aloud says on a step, sentence by sentence.
func (s *Step) spoken(lang string) []string {
	var all []string
	for _, one := range sentences(s.In(lang).Speak) {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// WithVoices is the catalog with recordings for its Chinese texts.
func (c *Catalog) WithVoices(v *Voices) *Catalog {
	d := *c
	d.voices = v
	return &d
}

// voiced is what read-aloud says on a step as JSON pairs of words and the address of their
// recording, empty when nothing of it was recorded. Traditional characters sound the same.
func (c *Catalog) voiced(s *Step, lang string) string {
	if c.voices == nil {
		return ""
	}
	shown, recorded := s.spoken(lang), s.spoken(fallback)
	if len(shown) != len(recorded) {
		return ""
	}
	pairs, some := make([][2]string, len(shown)), false
	for i, text := range shown {
		pairs[i][0] = text
		if file := c.voices.Find(recorded[i]); file != "" {
			pairs[i][1], some = "/voice/"+file, true
		}
	}
	if !some {
		return ""
	}
	b, err := json.Marshal(pairs)
	if err != nil {
		return ""
	}
	return string(b)
}
