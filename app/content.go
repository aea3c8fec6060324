package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"silverclass/app/fault"
	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/locales"
	"silverclass/quizzes"
)

// content is all teaching content, read and checked: what comes with the program with
// the operator's own files laid over it.
type content struct {
	catalog *courses.Catalog
	scenes  *practice.Library
	quizzes *quizzes.Library
}

// The folders of an operator's own content directory, laid out like ours.
const (
	lessonsFolder = "lessons" // lessons/TOPIC/LESSON/lesson.yaml, lessons/hotlines.yaml, …
	scenesFolder  = "scenes"  // scenes/TOPIC/LESSON.yaml
	quizzesFolder = "quizzes" // quizzes/TOPIC/LESSON.yaml
)

// loadContent reads the content with the directory dir over it; an empty dir lays
// nothing over it. The error is courses.Problems, with every mistake of every file, or a
// fault when dir cannot be read.
func loadContent(dir string, words *locales.Words) (content, error) {
	var c content
	over := map[string]fs.FS{}
	for _, folder := range []string{lessonsFolder, scenesFolder, quizzesFolder} {
		f, err := overlayOf(dir, folder)
		if err != nil {
			return c, err
		}
		over[folder] = f
	}
	var problems courses.Problems
	lessons := courses.Overlay(courses.Content(), over[lessonsFolder])
	if problems = courses.Check(lessons); len(problems) > 0 {
		return c, in(lessonsFolder, problems)
	}
	var err error
	if c.catalog, err = courses.Load(lessons); err != nil {
		return c, err
	}
	w := c.catalog.Wording()
	scenes := courses.Overlay(practice.Content(), over[scenesFolder])
	questions := courses.Overlay(quizzes.Content(), over[quizzesFolder])
	problems = append(in(scenesFolder, practice.Check(scenes, w)), in(quizzesFolder, quizzes.Check(questions, w, words))...)
	if len(problems) > 0 {
		return c, problems
	}
	if c.scenes, err = practice.Load(scenes, w); err != nil {
		return c, err
	}
	c.quizzes, err = quizzes.Load(questions, w, words)
	return c, err
}

// overlayOf is a folder of the operator's directory; nil when there is none.
func overlayOf(dir, folder string) (fs.FS, error) {
	if dir == "" {
		return nil, nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fault.New(fault.Invalid, "cli.content_missing", fault.Args{"Dir": dir}).Because(err)
	}
	path := filepath.Join(dir, folder)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return os.DirFS(path), nil
}

// in says of each problem in which folder its file stands.
func in(folder string, problems []courses.Problem) courses.Problems {
	for i := range problems {
		problems[i].File = folder + "/" + problems[i].File
	}
	return problems
}
