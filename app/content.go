package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

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
	// refused is what was left out of the operator's directory, and why.
	refused courses.Problems
}

// The folders of an operator's own content directory, laid out like ours.
const (
	lessonsFolder = "lessons" // lessons/TOPIC/LESSON/lesson.yaml, lessons/hotlines.yaml, …
	scenesFolder  = "scenes"  // scenes/TOPIC/LESSON.yaml
	quizzesFolder = "quizzes" // quizzes/TOPIC/LESSON.yaml
)

// loadContent reads the content with the directory dir over it; an empty dir lays nothing
// over it. What breaks a rule in dir is refused, with its reason, and the rest is laid over
// ours. The error is courses.Problems, with every mistake of every file, when ours breaks
// one, or a fault when dir cannot be read.
func loadContent(dir string, words *locales.Words) (content, error) {
	var c content
	over, outside, err := overlays(dir)
	if err != nil {
		return c, err
	}
	c.refused = outside
	sound := func(folder string, ours fs.FS, check func(fs.FS) []courses.Problem) fs.FS {
		laid, refused := courses.Sound(ours, over[folder], check)
		c.refused = append(c.refused, in(folder, refused)...)
		return laid
	}
	lessons := sound(lessonsFolder, courses.Content(), courses.Check)
	if c.catalog, err = courses.Load(lessons); err != nil {
		return c, inFolder(lessonsFolder, err)
	}
	w := c.catalog.Wording()
	scenes := sound(scenesFolder, practice.Content(), func(f fs.FS) []courses.Problem { return practice.Check(f, w) })
	questions := sound(quizzesFolder, quizzes.Content(), func(f fs.FS) []courses.Problem { return quizzes.Check(f, w, words) })
	var broken [2]error
	var both sync.WaitGroup
	both.Go(func() { c.scenes, broken[0] = practice.Load(scenes, w) })
	both.Go(func() { c.quizzes, broken[1] = quizzes.Load(questions, w, words) })
	both.Wait()
	var problems courses.Problems
	for i, folder := range []string{scenesFolder, quizzesFolder} {
		list, ok := errors.AsType[courses.Problems](broken[i])
		if broken[i] != nil && !ok {
			return c, broken[i]
		}
		problems = append(problems, in(folder, list)...)
	}
	if len(problems) > 0 {
		return c, problems
	}
	return c, nil
}

// overlays are the folders of the operator's directory; those that are not there are
// missing. A folder that is a link out of the directory is refused, and what leads out of a
// folder cannot be opened through it.
func overlays(dir string) (over map[string]fs.FS, refused courses.Problems, err error) {
	over = map[string]fs.FS{}
	if dir == "" {
		return over, nil, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "cli.content_missing", fault.Args{"Dir": dir}).Because(err)
	}
	defer root.Close()
	for _, folder := range []string{lessonsFolder, scenesFolder, quizzesFolder} {
		if _, err := root.Lstat(folder); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		info, err := root.Stat(folder)
		if err != nil {
			refused = append(refused, courses.Problem{File: folder, Rule: "courses.rule_outside"})
			continue
		}
		sub, err := root.OpenRoot(folder)
		if err != nil || !info.IsDir() {
			return nil, nil, fault.New(fault.Invalid, "cli.content_missing", fault.Args{"Dir": filepath.Join(dir, folder)}).Because(err)
		}
		over[folder] = sub.FS()
	}
	return over, refused, nil
}

// inFolder says in which folder the files of an error stand.
func inFolder(folder string, err error) error {
	if list, ok := errors.AsType[courses.Problems](err); ok {
		return in(folder, list)
	}
	return err
}

// in says of each problem in which folder its file stands.
func in(folder string, problems []courses.Problem) courses.Problems {
	for i := range problems {
		problems[i].File = folder + "/" + problems[i].File
	}
	return problems
}
