package dbtest_test

import (
	"testing"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
)

// A test finds nothing of the tests before it, neither rows nor what they did to tables.
func TestADatabaseIsFresh(t *testing.T) {
	nodes := map[string]bool{}
	for range 4 {
		t.Run("test", func(t *testing.T) {
			d := dbtest.Open(t)
			var node string
			if err := d.DB.Raw(`SELECT id FROM ledger_nodes`).Scan(&node).Error; err != nil || nodes[node] {
				t.Fatalf("node %q was seen before, or %v", node, err)
			}
			nodes[node] = true
			var leases int64
			if err := d.DB.Raw(`SELECT count(*) FROM leases`).Scan(&leases).Error; err != nil || leases != 0 {
				t.Fatalf("%d leases of another test, %v", leases, err)
			}
			if _, err := d.TakeLease(t.Context(), "x", "y", 1); err != nil {
				t.Fatal(err)
			}
			err := db.Write(t.Context(), d.DB, func(tx *gorm.DB) error {
				return tx.Exec(`DROP TABLE write_probes`).Error
			})
			if err != nil {
				t.Fatalf("the table another test dropped: %v", err)
			}
		})
	}
}
