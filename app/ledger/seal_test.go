package ledger_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/ledger"
)

// appendMany appends n check-ins in one transaction and gives their IDs.
func appendMany(t testing.TB, d *db.DB, n int) []string {
	t.Helper()
	var ids []string
	err := ledger.Write(t.Context(), d.DB, func(tx *gorm.DB) error {
		for range n {
			f := checkIn()
			if _, err := ledger.Append(t.Context(), tx, ledger.OwnerTour, noon, f, ledger.CheckedInDetail{Method: ledger.MethodCard}); err != nil {
				return err
			}
			ids = append(ids, f.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// seal seals everything and verifies the chain.
func seal(t testing.TB, d *db.DB) ledger.Report {
	t.Helper()
	if _, err := ledger.NewSealer(d).RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := ledger.Verify(t.Context(), d.DB)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSealsGoOnOverBatches(t *testing.T) {
	d := dbtest.Open(t)
	if r := seal(t, d); r.Checked != 0 || r.Broken != nil || r.Head != (ledger.Head{}) {
		t.Errorf("an empty ledger: %+v", r)
	}
	appendMany(t, d, 450)
	r := seal(t, d)
	if r.Checked != 450 || r.Head.Seq != 450 || r.Broken != nil || r.Waiting != 0 {
		t.Errorf("after 450: %+v", r)
	}
	before := r.Head
	appendMany(t, d, 1)
	r = seal(t, d)
	second, err := db.Rows[ledger.Seal](d.DB).Where("seq = ?", 451).Take(t.Context())
	if err != nil || second.Prev != before.Hash || r.Checked != 451 {
		t.Errorf("the next seal %+v does not stand on %+v, %v", second, before, err)
	}
	head, err := ledger.HeadOf(t.Context(), d.DB)
	if err != nil || head != r.Head {
		t.Errorf("head %+v, verified %+v, %v", head, r.Head, err)
	}
}

func TestTheSealerSealsByItself(t *testing.T) {
	d := dbtest.Open(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); ledger.NewSealer(d).Run(ctx) }()
	appendMany(t, d, 3)
	end := time.Now().Add(30 * time.Second)
	for {
		head, err := ledger.HeadOf(t.Context(), d.DB)
		if err != nil {
			t.Fatal(err)
		}
		if head.Seq == 3 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("after half a minute the head is %+v", head)
		}
		<-time.After(10 * time.Millisecond)
	}
	stop()
	<-done
	if ok, err := d.TakeLease(t.Context(), ledger.SealLease, "next", time.Minute); err != nil || !ok {
		t.Errorf("the sealer kept its lease: %v, %v", ok, err)
	}
}

// A fact that is not committed yet has no place, and those committed after it do not wait.
func TestAPositionNeverPassesAnUncommittedFact(t *testing.T) {
	d := dbtest.Open(t)
	if db.IsSQLite(d.DB) {
		return // one writer: nothing is committed while another is open
	}
	open, commit := make(chan string), make(chan struct{})
	done := make(chan error)
	go func() {
		done <- ledger.Write(t.Context(), d.DB, func(tx *gorm.DB) error {
			f := checkIn()
			_, err := ledger.Append(t.Context(), tx, ledger.OwnerTour, noon, f, ledger.CheckedInDetail{Method: ledger.MethodCard})
			open <- f.ID
			<-commit
			return err
		})
	}()
	slow := <-open
	quick := appendMany(t, d, 1)[0]
	if r := seal(t, d); r.Checked != 1 || r.Broken != nil {
		t.Errorf("while one is open: %+v", r)
	}
	close(commit)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if r := seal(t, d); r.Checked != 2 || r.Broken != nil {
		t.Errorf("when all are committed: %+v", r)
	}
	seals, err := db.Rows[ledger.Seal](d.DB).Order("seq").Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{quick, slow}, []string{seals[0].FactID, seals[1].FactID}); diff != "" {
		t.Errorf("order of seals (-want +got):\n%s", diff)
	}
}

// Two sealers without a lease between them, as after a lease was lost without notice,
// still make one chain.
func TestTwoSealersMakeOneChain(t *testing.T) {
	d := dbtest.Open(t)
	appendMany(t, d, 900)
	errs := make(chan error)
	for range 3 {
		go func() {
			_, err := ledger.NewSealer(d).RunOnce(t.Context())
			errs <- err
		}()
	}
	for range 3 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if r := seal(t, d); r.Checked != 900 || r.Broken != nil {
		t.Errorf("%+v", r)
	}
}

func TestANewNodeGoesOnBehindTheOldHead(t *testing.T) {
	d := dbtest.Open(t)
	appendMany(t, d, 2)
	head := seal(t, d).Head
	old, err := ledger.ThisNode(t.Context(), d.DB)
	if err != nil {
		t.Fatal(err)
	}
	next, err := ledger.BeginNode(t.Context(), d.DB, noon)
	if err != nil {
		t.Fatal(err)
	}
	id := appendMany(t, d, 1)[0]
	r := seal(t, d)
	if r.Checked != 3 || r.Broken != nil || r.Head.Node != next.ID {
		t.Errorf("%+v", r)
	}
	f, err := ledger.ByID(t.Context(), d.DB, id)
	if err != nil || f.Node != next.ID {
		t.Errorf("the new fact's node is %s, %v; want %s", f.Node, err, next.ID)
	}
	closed, err := db.Rows[ledger.Node](d.DB).Where("id = ?", old.ID).Take(t.Context())
	if err != nil || closed.Open || *closed.ClosedSeq != head.Seq || *closed.ClosedHash != head.Hash || !closed.ClosedAt.Equal(db.Instant(noon)) {
		t.Errorf("the old node: %+v, %v; want it closed at %+v", closed, err, head)
	}
	if now, err := ledger.ThisNode(t.Context(), d.DB); err != nil || now.ID != next.ID {
		t.Errorf("this node is %+v, %v", now, err)
	}
}
