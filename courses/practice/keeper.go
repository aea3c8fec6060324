package practice

import "silverclass/app/people"

// Keeper answers for what this package keeps about a person: what she tapped in each
// scene.
func Keeper() people.Keeper {
	return people.NewKeeper("practice",
		people.Kept{Table: "practice_plays", Group: people.KeptPractice, Order: "started_at, id"})
}
