package room_test

import (
	"net/http"
	"testing"

	"silverclass/app/room/roomtest"
)

// TestWhatSheLikesGoesWithHer: text size, patience with a finger and the voice's speed are
// the person's, on every tablet; nothing of it stays on one.
func TestWhatSheLikesGoesWithHer(t *testing.T) {
	h := roomtest.New(t)
	_, number := h.Learner("王阿姨")
	_, other := h.Learner("李叔叔")
	first, second := h.Enrol(), h.Enrol()
	first.Post("/card", "card", number).Leads("/tablet")
	first.Post("/size", "size", "3", "back", "/tablet").Leads("/tablet")
	first.Post("/voice", "voice", "70").Is(http.StatusNoContent)
	first.Post("/voice", "voice", "130").Is(http.StatusUnprocessableEntity)
	first.Post("/size", "size", "4", "back", "/tablet").Is(http.StatusUnprocessableEntity)
	first.Get("/tablet").Shows(`data-size="3"`, `data-voice="70"`)
	for _, name := range []string{"size", "touch", "voice"} {
		if first.Cookie(name) != "" {
			t.Errorf("the tablet remembers her %s", name)
		}
	}
	first.Post("/leave").Leads("/tablet")
	first.Get("/tablet").Shows(`data-size="1"`).Hides("data-voice=")
	second.Post("/card", "card", number).Leads("/tablet")
	second.Get("/tablet").Shows("王阿姨", `data-size="3"`, `data-voice="70"`)
	second.Post("/card", "card", other).Leads("/tablet") // he sits down where she was left sitting
	second.Get("/tablet").Shows("李叔叔", `data-size="1"`).Hides("data-voice=")
	home := h.Own()
	home.Post("/card", "card", number).Leads("/")
	home.Get("/leave").Shows(`data-size="3"`)
}

// TestAVisitorsComfortIsTheTablets: nobody is known, so the tablet keeps it until she leaves.
func TestAVisitorsComfortIsTheTablets(t *testing.T) {
	h := roomtest.New(t)
	tablet := h.Enrol()
	tablet.Post("/tablet/visit").Leads("/")
	tablet.Post("/size", "size", "2", "back", "/tablet").Leads("/tablet")
	tablet.Post("/voice", "voice", "120").Is(http.StatusNoContent)
	tablet.Get("/tablet").Shows(`data-size="2"`, `data-voice="120"`)
	tablet.Post("/leave").Leads("/tablet")
	tablet.Get("/tablet").Shows(`data-size="1"`).Hides("data-voice=")
}
