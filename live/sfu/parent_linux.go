package sfu

import (
	"os/exec"
	"syscall"
)

// dieWithParent asks the kernel to end the child with the thread that started it, in
// addition to the end of stdin, which is what works everywhere. The caller keeps that
// thread.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
