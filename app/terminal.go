package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"silverclass/app/fault"
	"silverclass/locales"
)

// terminal is where a command reads and writes, and the words of its language.
type terminal struct {
	io.Reader
	io.Writer
	Errors io.Writer
	words  *locales.Words
	lang   string // zh-Hans or en, from the environment
}

// say prints the sentence of key as a line.
func (t *terminal) say(key string, args ...fault.Args) {
	fmt.Fprintln(t, t.text(key, args...))
}

func (t *terminal) text(key string, args ...fault.Args) string {
	var a fault.Args
	if len(args) == 1 {
		a = args[0]
	}
	return t.words.T(t.lang, key, a)
}

// complain prints err on the error output: one plain line, and a line for each mistake
// when there are several (fields of a form, problems in content files).
func (t *terminal) complain(err error) {
	for _, line := range t.explain(err) {
		fmt.Fprintln(t.Errors, "silverclass:", line)
	}
}

// secret asks for a passphrase without showing it. When the input is no terminal, its
// first line is taken, so that a script can give one.
func (t *terminal) secret(key string) (string, error) {
	if !t.isTerminal() {
		return t.line()
	}
	fmt.Fprint(t.Errors, t.text(key), " ")
	line, err := term.ReadPassword(int(t.Reader.(*os.File).Fd()))
	fmt.Fprintln(t.Errors)
	return string(line), err
}

// isTerminal reports whether a person types the input.
func (t *terminal) isTerminal() bool {
	f, ok := t.Reader.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (t *terminal) line() (string, error) {
	line, err := bufio.NewReader(t.Reader).ReadString('\n')
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// help prints what the command of args takes, or the whole program.
func (t *terminal) help(parser *kong.Kong, args []string) {
	node := parser.Model.Node
	if c, err := kong.Trace(parser, args); err == nil && c.Selected() != nil && len(args) > 0 {
		node = c.Selected()
	}
	if node.Parent == nil || node.Leaf() { // a word over several commands says nothing of its own
		fmt.Fprintf(t, "%s\n\n", t.text(wordOf(node)))
	}
	fmt.Fprintf(t, "  %s\n", usage(node))
	t.commands(node)
	t.flags(node)
}

func usage(node *kong.Node) string {
	if node.Parent == nil {
		return node.Name
	}
	line := usage(node.Parent) + " " + node.Name
	for _, p := range node.Positional {
		line += " " + strings.ToUpper(p.Name)
	}
	return line
}

func (t *terminal) commands(node *kong.Node) {
	var leaves []*kong.Node
	for _, l := range node.Leaves(true) {
		if l != node {
			leaves = append(leaves, l)
		}
	}
	if len(leaves) == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s\n", t.text("cli.help_commands"))
	for _, l := range leaves {
		fmt.Fprintf(t, "  %s\n      %s\n", strings.TrimPrefix(usage(l), "silverclass "), t.text(wordOf(l)))
	}
}

func (t *terminal) flags(node *kong.Node) {
	if node.Parent != nil && len(node.Flags) > 0 {
		fmt.Fprintf(t, "\n%s\n", t.text("cli.help_options"))
		for _, f := range node.Flags {
			fmt.Fprintf(t, "  --%s\n      %s\n", f.Name, t.text(optionWord(node, f)))
		}
	}
	root := node
	for root.Parent != nil {
		root = root.Parent
	}
	fmt.Fprintf(t, "\n%s\n", t.text("cli.help_settings"))
	for _, f := range root.Flags {
		line := "--" + f.Name
		if f.HasDefault && f.Default != "" {
			line += " " + f.Default
		}
		fmt.Fprintf(t, "  %s\n      %s\n", line, t.text(settingWord(f)))
	}
}

// wordOf is the key of what a command says about itself: cli.cmd_ledger_verify.
func wordOf(node *kong.Node) string {
	path := node.Name
	for p := node.Parent; p != nil; p = p.Parent {
		if p.Parent != nil {
			path = p.Name + "_" + path
		}
	}
	return "cli.cmd_" + strings.ReplaceAll(path, "-", "_")
}

// settingWord is the key of what a setting is for: cli.set_listen_tls.
func settingWord(f *kong.Flag) string { return "cli.set_" + strings.ReplaceAll(f.Name, "-", "_") }

// optionWord is the key of what a command's own option does: cli.opt_backup_no_keys.
func optionWord(node *kong.Node, f *kong.Flag) string {
	return strings.Replace(wordOf(node), "cli.cmd_", "cli.opt_", 1) + "_" + strings.ReplaceAll(f.Name, "-", "_")
}
