package practice_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestTheWarmUpProposesAndSaysNothing goes through it by links, as without a script, and
// keeps what the measures propose.
func TestTheWarmUpProposesAndSaysNothing(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	own.Get("/practice/info-apps/touch-basics").Shows(`href="/practice/warm-up"`)
	for _, step := range []string{"1", "2", "3", "4"} {
		own.Get("/practice/warm-up?step="+step).Shows("练习，不是真的", "data-warm-target")
	}
	own.Get("/practice/warm-up?step=4").Shows("data-warm-leaf", `href="/practice/warm-up?step=5"`) // a finger may slide; a link does the same
	own.Get("/practice/warm-up?step=6").Shows(`name="size" value="1"`, `name="touch" value="1"`, `name="voice" value="85"`)
	page := own.Get("/practice/warm-up?step=6&missed=6&double=2&long=1").Shows(`name="size" value="3"`, `name="touch" value="2"`, `name="voice" value="70"`).Body
	if strings.Contains(page, "6") && strings.Contains(page, "没点中") {
		t.Error("the warm-up comments")
	}
	own.Get("/practice/warm-up?step=6&short=2").Shows(`name="size" value="1"`, `name="touch" value="2"`, `name="voice" value="85"`)
	own.Get("/practice/warm-up?step=6&missed=-1&double=x&short=1000000").Shows(`name="size" value="1"`)
	own.Post("/practice/warm-up", "size", "9", "touch", "1", "voice", "85").Is(http.StatusUnprocessableEntity)
	own.Post("/practice/warm-up", "size", "3", "touch", "2", "voice", "70").Leads("/lessons/info-apps/touch-basics/1")
	own.Get("/practice/fraud/police-call").Shows(`data-size="3"`, `data-touch="2"`, `data-voice="70"`)
}

// TestTheWarmUpIsKeptWithHer: on the next tablet she finds it as she liked it.
func TestTheWarmUpIsKeptWithHer(t *testing.T) {
	h := newHall(t)
	_, number := h.Learner("王阿姨")
	first, second := h.Enrol(), h.Enrol()
	first.Post("/card", "card", number).Leads("/tablet")
	first.Post("/practice/warm-up", "size", "2", "touch", "2", "voice", "70").Leads("/lessons/info-apps/touch-basics/1")
	first.Post("/leave").Leads("/tablet")
	first.Get("/practice/warm-up?step=6").Shows(`data-size="1"`, `name="size" value="1"`).Hides("data-touch=", "data-voice=")
	second.Post("/card", "card", number).Leads("/tablet")
	second.Get("/practice/warm-up?step=6").Shows(`data-size="2"`, `data-touch="2"`, `data-voice="70"`, `name="size" value="2"`)
}
