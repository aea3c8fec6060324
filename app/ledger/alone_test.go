package ledger_test

import (
	"testing"

	"silverclass/app/ledger"
)

func TestAloneIsWithoutHelpAndWithoutBeingShown(t *testing.T) {
	for _, tt := range []struct {
		name                string
		d                   ledger.PractisedDetail
		withoutHelp, wholly bool
	}{
		{"on her own, with slips", ledger.PractisedDetail{Mode: ledger.ModeUnaided, Outcome: ledger.OutcomeDone, Slips: 3}, true, true},
		{"on a phone that looks different", ledger.PractisedDetail{Mode: ledger.ModeChanged, Outcome: ledger.OutcomeDone}, true, true},
		{"guided, without a slip", ledger.PractisedDetail{Mode: "guided", Outcome: ledger.OutcomeDone}, true, false},
		{"a hint", ledger.PractisedDetail{Mode: ledger.ModeUnaided, Outcome: ledger.OutcomeDone, Hints: 1}, false, false},
		{"somebody helped", ledger.PractisedDetail{Mode: ledger.ModeUnaided, Outcome: ledger.OutcomeDone, Helped: true}, false, false},
		{"another outcome", ledger.PractisedDetail{Mode: ledger.ModeUnaided, Outcome: "left"}, false, false},
	} {
		if tt.d.WithoutHelp() != tt.withoutHelp || tt.d.Alone() != tt.wholly {
			t.Errorf("%s: without help %v, alone %v", tt.name, tt.d.WithoutHelp(), tt.d.Alone())
		}
	}
}
