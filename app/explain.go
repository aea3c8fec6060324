package main

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"syscall"

	"silverclass/app/fault"
)

// addressInUseOnWindows is WSAEADDRINUSE, which Go does not call EADDRINUSE.
const addressInUseOnWindows = syscall.Errno(10048)

// explain says in the reader's words what went wrong and what to do: one line, and more
// only where there are several mistakes.
func (t *terminal) explain(err error) []string {
	if lines := t.problems(err); lines != nil {
		return lines
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, e := range joined.Unwrap() {
			lines = append(lines, t.explain(e)...)
		}
		return lines
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		if len(f.Fields) == 0 {
			return []string{t.text(f.Key, f.Args)}
		}
		var lines []string // a form's lead speaks of a page: what is beside the fields says it all
		for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
			lines = append(lines, t.text(f.Fields[name].Key, f.Fields[name].Args))
		}
		return lines
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && inUse(err) {
		return []string{t.text("cli.port_taken", fault.Args{"Address": e.Addr.String()})}
	}
	if errors.Is(err, context.Canceled) {
		return []string{t.text("cli.interrupted")}
	}
	return []string{t.text("cli.trouble", fault.Args{"Reason": err.Error()})}
}

func inUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, addressInUseOnWindows)
}
