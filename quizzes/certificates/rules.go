package certificates

import (
	_ "embed"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"silverclass/app/ledger"
)

//go:embed rules.yaml
var rulesFile []byte

// Rule is what a certificate for a topic asks for. A version that was used never changes.
type Rule struct {
	Topic     string `yaml:"topic"`
	Version   string `yaml:"version"`   // unique within the topic
	Lessons   int    `yaml:"lessons"`   // lessons of the topic finished, at least
	Practices int    `yaml:"practices"` // of its scenes practised without a hint or help, at least
	Quizzes   int    `yaml:"quizzes"`   // of its quizzes handed in, at least
	// OwnWay is true where only practices in the modes 自己做 and 换个样子做 count
	// (indicators.md T11); the first rules took a guided one too.
	OwnWay bool `yaml:"own_way"`
}

// Name is the rule in facts and on certificates: "fraud-2026-1".
func (r Rule) Name() string { return r.Topic + "-" + r.Version }

// Rules are all rules, by name, and the one that each topic is issued by.
type Rules struct {
	all    map[string]Rule
	newest map[string]Rule
}

// LoadRules reads the rules that come with the program.
func LoadRules() (Rules, error) {
	var file struct {
		Rules []Rule `yaml:"rules"`
	}
	r := Rules{all: map[string]Rule{}, newest: map[string]Rule{}}
	if err := yaml.Unmarshal(rulesFile, &file); err != nil {
		return r, fmt.Errorf("rules.yaml: %w", err)
	}
	for _, one := range file.Rules {
		if _, twice := r.all[one.Name()]; twice || one.Topic == "" || one.Version == "" || one.Lessons < 1 {
			return r, fmt.Errorf("rules.yaml: rule %q", one.Name())
		}
		r.all[one.Name()], r.newest[one.Topic] = one, one
	}
	return r, nil
}

// Of is the rule by which a topic's certificates are issued; ok is false when there is
// none.
func (r Rules) Of(topic string) (Rule, bool) { one, ok := r.newest[topic]; return one, ok }

// Named is a rule by its name, also an older one.
func (r Rules) Named(name string) (Rule, bool) { one, ok := r.all[name]; return one, ok }

// Done is what one person has done in one topic. Each count is over different lessons.
type Done struct {
	Lessons, Practices, Quizzes int
	Sessions                    int // sessions that she came to, of any topic
}

// doneIn counts what a person's facts say about a rule's topic: a pure function in which neither
// the order of the facts nor doing something twice matters. Facts that were taken back do
// not count.
func doneIn(rule Rule, facts []ledger.Fact) Done {
	gone := map[string]bool{}
	for _, f := range facts {
		if f.Verb == ledger.Retracted {
			if d, err := ledger.DetailOf[ledger.RetractedDetail](f); err == nil {
				gone[d.FactID] = true
			}
		}
	}
	sets := map[ledger.Verb]map[string]bool{ledger.Finished: {}, ledger.Practised: {}, ledger.Answered: {}, ledger.CheckedIn: {}}
	for _, f := range facts {
		set, counts := sets[f.Verb]
		if !counts || gone[f.ID] {
			continue
		}
		kind, slug := ledger.SplitObject(f.Object)
		switch {
		case f.Verb == ledger.CheckedIn:
		case !strings.HasPrefix(slug, rule.Topic+"/") || kind == "check":
			continue
		case f.Verb == ledger.Practised && !rule.alone(f):
			continue
		}
		set[slug] = true
	}
	return Done{Lessons: len(sets[ledger.Finished]), Practices: len(sets[ledger.Practised]), Quizzes: len(sets[ledger.Answered]), Sessions: len(sets[ledger.CheckedIn])}
}

// alone is a practice that reached its end without a hint and without help.
func (r Rule) alone(f ledger.Fact) bool {
	d, err := ledger.DetailOf[ledger.PractisedDetail](f)
	return err == nil && (d.Alone() || !r.OwnWay && d.WithoutHelp())
}

// Lacks is what is missing for a certificate; all zero when the rule is met. sessions is
// how many sessions the organizer asks for.
func (r Rule) Lacks(d Done, sessions int) Done {
	return Done{Lessons: max(0, r.Lessons-d.Lessons), Practices: max(0, r.Practices-d.Practices), Quizzes: max(0, r.Quizzes-d.Quizzes), Sessions: max(0, sessions-d.Sessions)}
}

// Met reports whether nothing is missing.
func (d Done) Met() bool { return d == Done{} }
