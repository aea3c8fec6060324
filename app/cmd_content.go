package main

import (
	"errors"
	"time"

	"silverclass/app/fault"
	"silverclass/app/operator"
	"silverclass/courses"
)

// contentCheckCmd checks an operator's content directory before it is used.
type contentCheckCmd struct {
	Dir string `arg:"" optional:"" type:"path"`
}

// Run prints what is there, or every mistake as file, line and rule: what was refused, else
// facts past their date and doors that lead nowhere.
func (c contentCheckCmd) Run(t *terminal) error {
	all, err := loadContent(c.Dir, t.words)
	if err != nil {
		return err
	}
	if len(all.refused) > 0 {
		return all.refused
	}
	if due := all.catalog.Due(time.Now(), all.scenes.Has, all.quizzes.Has); len(due) > 0 {
		return in(lessonsFolder, due)
	}
	t.say("cli.content_fine", fault.Args{
		"Lessons": len(all.catalog.Lessons()), "Scenes": len(all.scenes.Slugs()), "Quizzes": len(all.quizzes.Slugs())})
	return nil
}

// checkContent is the same for check.
func checkContent(s settings, t *terminal) []operator.Finding {
	all, err := loadContent(s.Content, t.words)
	if err == nil && len(all.refused) > 0 {
		err = all.refused
	}
	return []operator.Finding{{Key: "cli.check_content", Err: err}}
}

// problems are the lines for mistakes in content files; nil when err is something else.
func (t *terminal) problems(err error) []string {
	list, ok := errors.AsType[courses.Problems](err)
	if !ok {
		return nil
	}
	var lines []string
	for _, p := range list {
		lines = append(lines, p.Words(func(key string, args map[string]any) string { return t.text(key, args) }))
	}
	return lines
}
