package courses_test

import (
	"encoding/binary"
	"net/http"
	"strings"
	"testing"

	"silverclass/app/fault"
	"silverclass/app/web"
	"silverclass/courses"
)

// wav is silence of a length, 8,000 bytes a second.
func wav(seconds float64) []byte {
	data := make([]byte, int(seconds*8000))
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = append(b, 1, 0, 8, 0)
	b = append(b, "data"...)
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(data))), data...)
}

// mp3 is frames of MPEG 1 layer 3, 128 kbit/s, 44,100 samples a second: 417 bytes each.
func mp3(frames int) []byte {
	var b []byte
	for range frames {
		b = append(append(b, 0xFF, 0xFB, 0x90, 0x00), make([]byte, 413)...)
	}
	return b
}

func TestARecordingIsKeptWhenItsTypeAndLengthFit(t *testing.T) {
	const text = "挂断，问家里人。" // seven Han: 1.05 to 7.2 seconds
	tests := []struct {
		name string
		data []byte
		rule string // empty when it is kept
	}{
		{"a WAV", wav(2), ""},
		{"an MP3", mp3(80), ""},
		{"too short", wav(0.5), "courses.voice_length"},
		{"too long", wav(20), "courses.voice_length"},
		{"a picture", []byte("\x89PNG\r\n\x1a\n0123456789012345678901234567890123456789"), "courses.voice_type"},
		{"nothing", nil, "courses.voice_type"},
		{"a WAV without data", wav(2)[:40], "courses.voice_type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := courses.NewVoices(t.TempDir())
			if err := v.Add(courses.Spoken{Text: text}, wav(3)); err != nil {
				t.Fatal(err)
			}
			before := v.Find(text)
			err := v.Add(courses.Spoken{Text: text}, tt.data)
			if tt.rule == "" {
				if err != nil || v.Find(text) == "" {
					t.Errorf("not kept: %v", err)
				}
				return
			}
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.rule) || v.Find(text) != before {
				t.Errorf("got %v and %q, want %s and %q as before", err, v.Find(text), tt.rule, before)
			}
		})
	}
}

func TestAStepNamesItsRecordings(t *testing.T) {
	s := newSchool(t, always, always)
	v := courses.NewVoices(t.TempDir())
	said := courses.SpokenBy(s.catalog, v)
	if len(said) < 24*2 || said[0].File != "" {
		t.Fatalf("%d sentences, the first with %q", len(said), said[0].File)
	}
	first := said[0]
	if err := v.Add(first, wav(3)); err != nil {
		t.Fatal(err)
	}
	earlier := courses.Recorded{Lesson: "fraud/police-call", Step: 3, Text: "这一句已经没有人说了。"}
	if err := v.Add(courses.Spoken{Lesson: earlier.Lesson, Step: earlier.Step, Text: earlier.Text}, wav(3)); err != nil {
		t.Fatal(err)
	}
	if got := v.Dropped(said); len(got) != 1 || got[0] != earlier {
		t.Errorf("dropped %v", got)
	}
	courses.Register(web.NewRoutes(s.e, s.e, web.Guards{}), s.site, s.catalog.WithVoices(v), s.store)
	b := s.visitor(t)
	page, _ := b.get("/lessons/" + first.Lesson)
	if !strings.Contains(page, "/voice/"+v.Find(first.Text)) {
		t.Errorf("step 1 of %s does not name the recording of %q", first.Lesson, first.Text)
	}
	b.lang = "en"
	if page, _ = b.get("/lessons/" + first.Lesson); strings.Contains(page, "/voice/") {
		t.Error("an English page names a Chinese recording")
	}
	rec := b.do(http.MethodGet, "/voice/"+v.Find(first.Text), nil)
	if rec.Code != http.StatusOK || rec.Body.Len() != len(wav(3)) || !strings.Contains(rec.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("the recording: %d, %d bytes, %v", rec.Code, rec.Body.Len(), rec.Header())
	}
	for _, name := range []string{"..%2frecorded.json", "recorded.json", strings.Repeat("0", 20) + ".wav"} {
		if rec := b.do(http.MethodGet, "/voice/"+name, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", name, rec.Code)
		}
	}
}
