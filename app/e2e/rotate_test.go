//go:build browser

package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/operator"
	"silverclass/app/people"
)

// TestKeysRotateSurvivesKills kills `silverclass keys rotate` again and again in the middle
// of its work; called once more it ends, and every number still opens, under one key.
func TestKeysRotateSurvivesKills(t *testing.T) {
	const phones = 3000
	p := prepare(t, "--livekit", "off")
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := operator.Dir(p.Dir)
	must(dir.Keys().Prepare())
	d, err := db.Open(ctx, "sqlite:"+filepath.ToSlash(dir.Database()), time.Now)
	must(err)
	defer d.Close()
	must(db.Migrate(ctx, d))
	keys, err := people.OpenPhoneKeys(ctx, d.DB, time.Now, dir.Keys().Phones(), "")
	must(err)
	store := people.NewStore(d.DB, time.Now)
	numbers := map[string]string{}
	for n := range phones {
		number := fmt.Sprintf("138%08d", n)
		i, err := store.Issue(ctx, people.Issue{ID: db.NewID(), PhoneToo: true, Phone: number, Phones: keys})
		must(err)
		numbers[i.Person.ID] = number
	}
	left := func() (n int64) {
		t.Helper()
		must(d.Raw("SELECT count(*) FROM phones WHERE key_id = 1").Scan(&n).Error)
		return n
	}
	kills := 0
	for before := left(); before > 0 && kills < 3; before = left() {
		cmd := exec.Command(programPath(t), append([]string{"keys", "rotate"}, p.args...)...)
		must(cmd.Start())
		eventually(t, "some numbers to be sealed anew", func() error {
			if left() < before {
				return nil
			}
			return fmt.Errorf("%d of %d are left", left(), phones)
		})
		must(cmd.Process.Kill())
		_ = cmd.Wait() // it was killed, or had ended just before
		kills++
	}
	said := p.Run("keys", "rotate")
	if kills == 0 || left() != 0 {
		t.Errorf("%d kills, %d numbers under the old key; it said %s", kills, left(), said)
	}
	again, err := people.OpenPhoneKeys(ctx, d.DB, time.Now, dir.Keys().Phones(), "")
	must(err)
	must(again.Trouble())
	for id, number := range numbers {
		if got, err := store.PhoneOf(ctx, again, id); err != nil || got != number {
			t.Fatalf("%s opens as %q, %v", number, got, err)
		}
	}
	t.Logf("%d kills", kills)
}
