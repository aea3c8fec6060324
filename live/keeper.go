package live

import "silverclass/app/people"

// Keeper answers for what this package keeps about a person: which classes she was in and
// for how long. The rows stay, since minutes can be reckoned anew from them; the number
// in them is then nobody's.
func Keeper() people.Keeper {
	return people.NewKeeper("live",
		people.Kept{Table: "live_visits", Group: people.KeptAttendance, Order: "joined_at, ticket", Hidden: []string{"who"}, Stays: true},
		people.Kept{Table: "live_evidence", Group: people.KeptAttendance, Order: "at, id", Stays: true,
			Where: "ticket IN (SELECT ticket FROM live_visits WHERE person_id = ?)"},
		people.Kept{Table: "live_attendances", Group: people.KeptAttendance, Order: "class_id", Stays: true})
}
