package courses_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"silverclass/courses"
)

func TestABrokenLessonOfAnOperatorIsLeftOutAndTheRestIsServed(t *testing.T) {
	base := copied(t)
	broken := copied(t)
	edit(t, broken, "fraud/police-call/lesson.yaml", "一听到这两样，就挂断。", "一听到就点击挂断。")
	edit(t, broken, "fraud/stop-and-ask/lesson.yaml", "words: [", "words: [有把握, ")
	over := fstest.MapFS{"fraud/police-call/lesson.yaml": broken["fraud/police-call/lesson.yaml"],
		"fraud/stop-and-ask/lesson.yaml": broken["fraud/stop-and-ask/lesson.yaml"],
		"fraud/nobody/lesson.yaml":       broken["fraud/police-call/lesson.yaml"]}
	laid, refused := courses.Sound(base, over, courses.Check)
	var got []string
	for _, p := range refused {
		got = append(got, p.String())
	}
	want := []string{"fraud/nobody/lesson.yaml:1: courses.rule_unknown_lesson", "fraud/police-call/lesson.yaml:80: courses.rule_banned"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	c, err := courses.Load(laid)
	if err != nil {
		t.Fatal(err)
	}
	ours, _ := catalog(t).Lesson("fraud/police-call")
	if l, _ := c.Lesson("fraud/police-call"); l.Edition != ours.Edition {
		t.Error("instead of the broken lesson ours is not served")
	}
	if l, _ := c.Lesson("fraud/stop-and-ask"); l.Words[0] != "有把握" {
		t.Errorf("the sound lesson was not laid over ours: %v", l.Words)
	}
}

func TestSharedFilesThatBreakOursAreLeftOut(t *testing.T) {
	base, over := copied(t), fstest.MapFS{}
	wording := copied(t)
	edit(t, wording, "wording.yaml", "    # jargon", "    - {word: 警察, instead: 公安}\n    # jargon")
	over["wording.yaml"] = wording["wording.yaml"]
	laid, refused := courses.Sound(base, over, courses.Check)
	if len(refused) == 0 {
		t.Error("a list of words that breaks our lessons is not refused")
	}
	if _, err := courses.Load(laid); err != nil {
		t.Errorf("the rest is not served: %v", err)
	}
}

func TestOurOwnMistakesStay(t *testing.T) {
	base := copied(t)
	edit(t, base, "fraud/police-call/lesson.yaml", "一听到这两样，就挂断。", "一听到就点击挂断。")
	laid, _ := courses.Sound(base, fstest.MapFS{}, courses.Check)
	if _, err := courses.Load(laid); err == nil {
		t.Error("a broken lesson of our own was loaded")
	}
}

func TestLinksOutOfTheDirectoryAndLargeFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret.yaml")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"fraud/police-call", "fraud/stop-and-ask"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "fraud/police-call/lesson.yaml")); err != nil {
		t.Fatal(err)
	}
	large, err := os.Create(filepath.Join(dir, "fraud/stop-and-ask/lesson.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := large.Truncate(courses.MostFile + 1); err != nil {
		t.Fatal(err)
	}
	if err := large.Close(); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	laid, refused := courses.Sound(copied(t), root.FS(), courses.Check)
	var got []string
	for _, p := range refused {
		got = append(got, p.String())
	}
	want := []string{"fraud/police-call/lesson.yaml:0: courses.rule_outside", "fraud/stop-and-ask/lesson.yaml:0: courses.rule_file_size"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if c, err := courses.Load(laid); err != nil || len(c.Lessons()) != 3 {
		t.Errorf("the rest is not served: %v", err)
	}
}
