package tour

import "silverclass/app/people"

// Keeper answers for what this package keeps about a person: when she came. The rows
// stay, since heads are counted from them; the number in them is then nobody's.
func Keeper() people.Keeper {
	return people.NewKeeper("tour",
		people.Kept{Table: "attendances", Group: people.KeptAttendance, Order: "checked_in_at, id", Stays: true})
}
