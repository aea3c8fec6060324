//go:build browser

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"silverclass/app/db/dbtest"
	"silverclass/app/operator"
)

// TestTwoInstancesAreOne runs two processes on one PostgreSQL, as a city does behind a
// balancer: what somebody does at one is there at the other.
func TestTwoInstancesAreOne(t *testing.T) {
	if !dbtest.IsPostgres() {
		t.Fatalf("set %s to a PostgreSQL server; `make test` starts one", dbtest.EnvURL)
	}
	database := dbtest.URL(t)
	a := prepare(t, "--database", database, "--livekit", "off")
	b := prepare(t, "--database", database, "--livekit", "off", "--keys", string(operator.Dir(a.Dir).Keys()))
	h := seed(t, a, database, 1)
	a.Start()
	b.Start()
	room := "/staff/sessions/" + h.Session.ID + "/room"

	// Sign in at A with a second factor, which a city asks for; be signed in at B.
	trainer := window(t, "trainer", 1280, 800)
	trainer.signIn(a)
	trainer.Open(b.URL("/staff"))
	trainer.See("王管理")

	// A tablet is enrolled at A and used at B.
	trainer.Open(a.URL("/staff/tablets"))
	trainer.Fill("#places", "1")
	trainer.Follow("main form button.main")
	code := trainer.Text(".url code")
	tablet := window(t, "tablet", 800, 1280)
	tablet.Open(b.URL(path(code)))
	tablet.Follow("[data-primary]")
	tablet.Open(b.URL("/tablet"))
	tablet.Follow("[data-primary]")
	tablet.Open(b.URL(lesson + "/1"))
	tablet.Press("[data-primary]", at(2))

	// The trainer at A sees the step at B, and sends everybody to another one.
	trainer.Open(a.URL(room))
	trainer.See("第 2 步")
	trainer.Click("details.choose summary")
	trainer.Set("select[name=lesson]", "fraud/police-call")
	trainer.Set("select[name=step]", "4")
	trainer.Follow("details.choose form button")
	tablet.AwaitAddress(at(4))
	trainer.See("第 4 步")
	tablet.Press("[data-primary]", at(5))
	trainer.See("第 5 步")

	// B goes, A stays: nobody is signed out and nothing is lost.
	tablet.ServerDown(true)
	b.Kill()
	trainer.Open(a.URL("/staff"))
	trainer.See("王管理")
	tablet.Open(a.URL("/"))
	tablet.Follow("[data-primary]")
	tablet.AwaitAddress(at(5))
}

// signIn signs the seeded administrator in and sets up the second factor on the way, as
// an app on a phone would answer for it.
func (tab *Tab) signIn(p *Program) {
	tab.t.Helper()
	tab.Open(p.URL("/staff/sign-in"))
	tab.Fill("#login", adminLogin)
	tab.Fill("#password", adminPassword)
	tab.Follow("main form button.main")
	tab.AwaitAddress("/staff/sign-in/factor")
	tab.Follow("main form button.main")
	secret, err := evaluate[string](tab, `document.querySelector("details .digits").textContent`)
	if err != nil {
		tab.t.Fatal(err)
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), time.Now())
	if err != nil {
		tab.t.Fatal(err)
	}
	tab.Fill("#code", code)
	tab.Follow("main form button.main")
	tab.AwaitAddress("/staff/account/codes")
	tab.Follow("main form button.main")
}
