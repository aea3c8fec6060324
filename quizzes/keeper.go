package quizzes

import "silverclass/app/people"

// Keeper answers for what this package keeps about a person: her attempts. What somebody
// said about a lesson or a session is kept without a person and is found nowhere here.
func Keeper() people.Keeper {
	return people.NewKeeper("quizzes",
		people.Kept{Table: "quiz_attempts", Group: people.KeptLessons, Order: "started_at, id"})
}
