package home

import (
	"context"
	"errors"
	"testing"
	"time"

	"silverclass/app/people"
)

func TestGreeting(t *testing.T) {
	for _, tt := range []struct {
		clock string
		name  string
		want  string
	}{
		{"04:59", "", "home.evening"}, {"05:00", "", "home.morning"}, {"10:59", "王阿姨", "home.morning_name"},
		{"11:00", "", "home.noon"}, {"12:59", "王阿姨", "home.noon_name"}, {"13:00", "", "home.afternoon"},
		{"17:59", "王阿姨", "home.afternoon_name"}, {"18:00", "王阿姨", "home.evening_name"},
	} {
		at, err := time.Parse("15:04", tt.clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := greeting(at, tt.name); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.clock, got, tt.want)
		}
	}
}

func TestTodayStopsAtTheFirst(t *testing.T) {
	offers := func(kind Kind) Source {
		return SourceFunc(func(context.Context, people.Reader, string) (*Card, error) { return &Card{Kind: kind}, nil })
	}
	nothing := SourceFunc(func(context.Context, people.Reader, string) (*Card, error) { return nil, nil })
	broken := SourceFunc(func(context.Context, people.Reader, string) (*Card, error) { return nil, errors.New("broken") })
	for _, tt := range []struct {
		name    string
		sources []Source
		want    Kind
		fails   bool
	}{
		{name: "nobody has one"},
		{name: "the first", sources: []Source{offers(Pushed), offers(Next)}, want: Pushed},
		{name: "the first that applies", sources: []Source{nothing, offers(Halfway), broken}, want: Halfway},
		{name: "a fault on the way", sources: []Source{nothing, broken, offers(Next)}, fails: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			card, err := today(t.Context(), tt.sources, people.Reader{}, "zh-Hans")
			if (err != nil) != tt.fails {
				t.Fatalf("got error %v", err)
			}
			var got Kind
			if card != nil {
				got = card.Kind
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
