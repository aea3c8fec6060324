package courses

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
)

// WithDoors is the catalog with its doors: scene and quiz say which lessons have a scene
// to practise on and a quiz. A door that leads nowhere is left out of its lesson. As read
// by Load, no lesson has doors.
func (c *Catalog) WithDoors(scene, quiz func(slug string) bool) *Catalog {
	d := &Catalog{lessons: maps.Clone(c.lessons), wording: c.wording, voices: c.voices, refused: c.refused}
	for slug, l := range d.lessons {
		open := *l
		open.hasScene, open.hasQuiz = scene(slug), quiz(slug)
		d.lessons[slug] = &open
	}
	for _, t := range c.topics {
		topic := *t
		topic.Lessons = nil
		for _, l := range t.Lessons {
			topic.Lessons = append(topic.Lessons, d.lessons[l.Slug])
		}
		d.topics = append(d.topics, &topic)
	}
	return d
}

// HasScene and HasQuiz tell whether the lesson's doors lead anywhere.
func (l *Lesson) HasScene() bool { return l.hasScene }

// HasQuiz reports whether there is a quiz for the lesson.
func (l *Lesson) HasQuiz() bool { return l.hasQuiz }

// Path is the numbers of the steps that the lesson has, in order: all eight, or fewer
// when a door leads nowhere.
func (l *Lesson) Path() []int {
	path := make([]int, 0, Steps)
	for n := FirstStep; n <= Steps; n++ {
		if (n == PracticeStep && !l.hasScene) || (n == QuizStep && !l.hasQuiz) {
			continue
		}
		path = append(path, n)
	}
	return path
}

// At says which one the step is on the path, counted from 1, and how many there are:
// what "step 3 of 8" shows. A step that is left out counts as the one after it.
func (l *Lesson) At(step int) (position, of int) {
	path := l.Path()
	i := slices.IndexFunc(path, func(n int) bool { return n >= step })
	return i + 1, len(path)
}

// Next is the step after step, 0 after the last; Before the one before it, 0 before the
// first. Doors that lead nowhere are passed.
func (l *Lesson) Next(step int) int {
	for _, n := range l.Path() {
		if n > step {
			return n
		}
	}
	return 0
}

// Before is the step before step; 0 when it is the first.
func (l *Lesson) Before(step int) int {
	before := 0
	for _, n := range l.Path() {
		if n >= step {
			break
		}
		before = n
	}
	return before
}

// Sealed reports whether everything that the lesson has is done.
func (l *Lesson) Sealed(s Seal) bool {
	return s.Lesson && (s.Practice || !l.hasScene) && (s.Quiz || !l.hasQuiz)
}

// Step is a step by its number, 1 to 8.
func (l *Lesson) Step(number int) *Step { return &l.Steps[number-1] }

// TopicURL is the page of a topic.
func TopicURL(topic string) string { return "/topics/" + topic }

// LessonURL is where a lesson goes on for whoever opens it: at her step, or the first.
func LessonURL(slug string) string { return "/lessons/" + slug }

// StepURL is a step's page within a run; without a run the page finds or begins one.
func StepURL(slug string, step int, run string) string {
	return withRun(fmt.Sprintf("/lessons/%s/%d", slug, step), run)
}

// NextURL takes the POST that sets a run's place: fields run, target, from and id, and
// aloud or later where they apply.
func NextURL(slug string) string { return "/lessons/" + slug + "/next" }

// DoneURL is the page with the seal.
func DoneURL(slug, run string) string { return withRun("/lessons/"+slug+"/done", run) }

// CardURL is the sheet of paper to take home.
func CardURL(slug string) string { return "/lessons/" + slug + "/card" }

// PracticeURL and QuizURL lead through the doors, RateURL to the three faces.
func PracticeURL(slug, run string) string { return withRun("/practice/"+slug, run) }

// QuizURL is the lesson's quiz.
func QuizURL(slug, run string) string { return withRun("/quizzes/"+slug, run) }

// RateURL asks how it was.
func RateURL(slug, run string) string { return withRun("/rate/"+slug, run) }

func withRun(address, run string) string {
	if run == "" {
		return address
	}
	return address + "?run=" + url.QueryEscape(run)
}
