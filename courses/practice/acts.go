package practice

import (
	"embed"
	"html/template"
	"slices"
	"strings"
)

// act is something a person can do with a phone. Scenes name it in "do".
type act struct {
	name string
	// key is the locale message that every scene uses for it; empty means that the
	// scene gives the words. What is always there reads the same everywhere.
	key string
	// fixed is true when a scene may not give words of its own.
	fixed bool
	// onPhone is true when its button is drawn on the phone, where a real one has it.
	onPhone bool
	look    string // a colour: "stop", "go", "people", or plain when empty
}

// acts are all there are, in the order in which errors list them.
func acts() []act {
	return []act{
		{name: "answer", key: "practice.do_answer", fixed: true, onPhone: true, look: "go"},
		{name: "decline", key: "practice.do_decline", fixed: true, onPhone: true, look: "stop"},
		{name: "hang-up", key: "practice.do_hang_up", fixed: true, onPhone: true, look: "stop"},
		{name: "ask-family", key: "practice.do_ask_family", fixed: true, look: "people"},
		{name: "ignore", key: "practice.do_ignore"},
		{name: "report", key: "practice.do_report"},
		{name: "contacts", key: "practice.do_contacts"},
		{name: "call-police"}, {name: "call-saved"}, {name: "redial"},
		{name: "listen"}, {name: "talk"}, {name: "question"}, {name: "password"}, {name: "wait"},
		{name: "tell"}, {name: "pay"}, {name: "obey"}, {name: "install"}, {name: "trust"},
		{name: "open"}, {name: "read"},
	}
}

// keys are what the engine draws by itself; no scene names them.
func keys() []act {
	return []act{
		{name: keyLess, key: "practice.do_less"}, {name: keyMore, key: "practice.do_more"},
		{name: keyDone, key: "practice.do_done"}, {name: keyEnter, key: "practice.do_done"},
		{name: keyErase, key: "practice.do_erase"},
	}
}

// The acts that the rules know by name.
const (
	doAnswer    = "answer"
	doDecline   = "decline"
	doHangUp    = "hang-up"
	doAskFamily = "ask-family"
)

func findAct(name string) (act, bool) {
	all := acts()
	i := slices.IndexFunc(all, func(a act) bool { return a.name == name })
	if i < 0 {
		return act{}, false
	}
	return all[i], true
}

func actNames() string {
	var names []string
	for _, a := range acts() {
		names = append(names, a.name)
	}
	return strings.Join(names, ", ")
}

//go:embed icons/*.svg
var iconFiles embed.FS

// words is the locale key of an act's or a key's words; empty where the scene gives them.
func words(name string) string {
	for _, a := range slices.Concat(acts(), keys()) {
		if a.name == name {
			return a.key
		}
	}
	return ""
}

// iconNames are the names of all drawings.
func iconNames() []string {
	files, err := iconFiles.ReadDir("icons")
	if err != nil {
		panic("practice: " + err.Error()) // the directory is embedded above
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".svg"))
	}
	return names
}

// icon is the drawing of an act or of another thing on these pages, inline; empty when
// there is none, which a test forbids for acts.
func icon(name string) template.HTML {
	b, err := iconFiles.ReadFile("icons/" + name + ".svg")
	if err != nil {
		return ""
	}
	return template.HTML(strings.TrimSpace(string(b))) // #nosec G203 -- our own embedded file
}
