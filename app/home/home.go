// Package home is the first page, 我的 and the help page: what a learner sees when she
// has not chosen anything yet. It is composed from what the features export and keeps
// nothing of its own.
package home

import (
	"context"
	"time"

	"silverclass/app/people"
)

// Kind is what a card is about; the words of a card are the locale messages
// home.KIND_title, home.KIND_text and home.KIND_button.
type Kind string

// The kinds of card, in the order in which home asks for them (design.md §4).
const (
	Pushed  Kind = "push" // the trainer sent everybody somewhere
	Class   Kind = "live" // a class is running
	Halfway Kind = "half" // a lesson was left before its end
	Due     Kind = "due"  // something learned is due again
	Next    Kind = "next" // the next lesson
	AllDone Kind = "all"  // every lesson there is has been learned
)

// Card is the today card: one thing to do now.
type Card struct {
	Kind Kind
	// Lesson is a lesson's title, Teacher who holds a class; empty where it does not apply.
	Lesson, Teacher string
	// Step is where she is or goes, Of how many steps there are, Minutes about how long
	// the rest takes; 0 where it does not apply.
	Step, Of, Minutes int
	// URL is where the button leads. With Fields the button is a form that posts them
	// there; without it is a link.
	URL    string
	Fields []Field
}

// Left is how many steps are left.
func (c Card) Left() int { return max(0, c.Of-c.Step) }

// Field is one hidden field of a card's form.
type Field struct{ Name, Value string }

// Source offers a card for the reader in her language, or nil when it has nothing for
// her now.
type Source interface {
	Today(ctx context.Context, who people.Reader, lang string) (*Card, error)
}

// SourceFunc is a function that is a Source.
type SourceFunc func(ctx context.Context, who people.Reader, lang string) (*Card, error)

// Today calls the function.
func (f SourceFunc) Today(ctx context.Context, who people.Reader, lang string) (*Card, error) {
	return f(ctx, who, lang)
}

// today is the card of the first source that has one; nil when none has.
func today(ctx context.Context, sources []Source, who people.Reader, lang string) (*Card, error) {
	for _, s := range sources {
		if card, err := s.Today(ctx, who, lang); err != nil || card != nil {
			return card, err
		}
	}
	return nil, nil
}

// greeting is the locale key of the greeting at a local time of day, with her name or
// without.
func greeting(local time.Time, name string) string {
	key := "home.evening"
	switch hour := local.Hour(); {
	case hour >= 5 && hour < 11:
		key = "home.morning"
	case hour >= 11 && hour < 13:
		key = "home.noon"
	case hour >= 13 && hour < 18:
		key = "home.afternoon"
	}
	if name == "" {
		return key
	}
	return key + "_name"
}
