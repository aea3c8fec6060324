package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"silverclass/app/fault"
	"silverclass/courses/practice"
)

// practicePlayCmd walks one scene in the terminal, so that whoever writes it sees how it
// goes, or draws it as a graph.
type practicePlayCmd struct {
	File  string `arg:"" type:"path"`
	Graph string `env:"-" type:"path"`
	Mode  string `env:"-" enum:"guided,unaided,changed" default:"guided"`
}

// Run reads the file and plays it: a number and Enter is a tap, an empty line ends.
func (c practicePlayCmd) Run(t *terminal) error {
	all, err := loadContent("", t.words)
	if err != nil {
		return err
	}
	folder := filepath.Dir(c.File)
	slug := filepath.Base(folder) + "/" + strings.TrimSuffix(filepath.Base(c.File), ".yaml")
	scene, err := practice.One(os.DirFS(filepath.Dir(folder)), slug, all.catalog.Wording())
	if err != nil {
		return err
	}
	told := practice.Telling{Lang: t.lang, Words: func(key string) string { return t.text(key) }}
	if c.Graph != "" {
		if err := os.WriteFile(c.Graph, []byte(scene.DOT(told)), 0o600); err != nil {
			return err
		}
		t.say("cli.play_graph", fault.Args{"File": c.Graph})
		return nil
	}
	return c.play(t, scene, told)
}

func (c practicePlayCmd) play(t *terminal, scene *practice.Scene, told practice.Telling) error {
	in := bufio.NewScanner(t)
	st := scene.Begin(practice.ParseMode(c.Mode))
	for {
		lines, taps := scene.Tell(st, told)
		fmt.Fprintf(t, "\n[%s]\n%s\n", st.At.ID, strings.Join(lines, "\n"))
		if st.Done() {
			t.say("cli.play_done", fault.Args{"Slips": st.Slips, "Misses": st.Misses, "FalseAlarms": st.FalseAlarms, "Hints": st.Hints})
			return nil
		}
		for i, tap := range taps {
			fmt.Fprintf(t, "  %d  %s\n", i+1, tap)
		}
		fmt.Fprint(t, "> ")
		if !in.Scan() || in.Text() == "" {
			fmt.Fprintln(t)
			return in.Err()
		}
		n, err := strconv.Atoi(strings.TrimSpace(in.Text()))
		if err != nil || n < 1 || n > len(taps) {
			t.say("cli.play_number", fault.Args{"Most": len(taps)})
			continue
		}
		if st, err = scene.Tap(st, scene.Offers(st)[n-1]); err != nil {
			return err
		}
	}
}
