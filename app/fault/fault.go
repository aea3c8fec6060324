// Package fault says what kinds of failure there are. It knows no HTTP and no SQL:
// app/web turns a kind into a status and a message key into words, in the reader's
// language; everything below only says what went wrong.
package fault

import (
	"errors"
	"fmt"
)

// Kind is what sort of failure an error is. The zero value is Internal, so that an
// error nobody thought about is never shown as something milder.
type Kind int

// The kinds, with the HTTP status that app/web answers.
const (
	Internal        Kind = iota // 500: our mistake; logged once, shown as an apology
	Invalid                     // 422: what was typed does not fit; messages stand beside the fields
	NotFound                    // 404: no such thing, or not for this reader
	Forbidden                   // 403: signed in, but not granted here
	Unauthenticated             // 401: nobody is signed in; staff are sent to the sign-in page
	Conflict                    // 409: somebody else was first, or an act's ID came with other content
	Gone                        // 410: it was there, and is over
	TooMany                     // 429: please wait
	ReadOnly                    // 503: the disk takes no more; reading goes on
	Unavailable                 // 503: a part we need is away for now
)

// Args are the placeholders of a message: {"Lesson": "…"}.
type Args map[string]any

// Field is the message that stands beside one form field.
type Field struct {
	Key  string
	Args Args
}

// Error is a failure with words. Kind decides the status, Key and Args the sentence,
// Fields the sentences beside form fields (nil when there are none), and the cause
// goes to the log only.
type Error struct {
	Kind   Kind
	Key    string
	Args   Args
	Fields map[string]Field
	cause  error
}

// New makes a failure whose sentence is the locale message named key.
func New(kind Kind, key string, args ...Args) *Error {
	return &Error{Kind: kind, Key: key, Args: merge(args)}
}

// Because adds the error that caused it; the log shows it, the reader never does.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Beside adds a message beside the form field of that name. A second message for the
// same field is dropped: one thing to mend at a time.
func (e *Error) Beside(field, key string, args ...Args) *Error {
	if e.Fields == nil {
		e.Fields = map[string]Field{}
	}
	if _, taken := e.Fields[field]; !taken {
		e.Fields[field] = Field{Key: key, Args: merge(args)}
	}
	return e
}

// OrNil is nil while no field has a message, so that a form's checks read
// "f := fault.New(…); f.Beside(…); return f.OrNil()".
func (e *Error) OrNil() error {
	if e == nil || len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Error is for the log: the message key and the cause, never the reader's words.
func (e *Error) Error() string {
	s := e.Key
	for name, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s]", name, f.Key)
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.cause }

// KindOf is the kind of the first fault in err's chain, and Internal when there is
// none. It is meaningless for a nil error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is a fault of that kind; false for nil.
func Is(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}

func merge(list []Args) Args {
	if len(list) == 1 {
		return list[0]
	}
	var all Args
	for _, a := range list {
		for k, v := range a {
			if all == nil {
				all = Args{}
			}
			all[k] = v
		}
	}
	return all
}
