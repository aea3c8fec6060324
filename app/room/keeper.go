package room

import "silverclass/app/people"

// Keeper answers for what this package keeps about a person: where she sat and whom she
// called. A call stays for counting; with her seat gone it is nobody's.
func Keeper() people.Keeper {
	return people.NewKeeper("room",
		people.Kept{Table: "room_seats", Group: people.KeptAttendance, Order: "began_at, id", Hidden: []string{"token_hash"}},
		people.Kept{Table: "room_calls", Group: people.KeptAttendance, Order: "asked_at, id", Stays: true,
			Where: "seat_id IN (SELECT id FROM room_seats WHERE person_id = ?)"})
}
