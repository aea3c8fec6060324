//go:build !linux

package sfu

import "os/exec"

// dieWithParent does nothing here: the end of stdin tells the child.
func dieWithParent(*exec.Cmd) {}
