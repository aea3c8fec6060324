package courses

import "silverclass/app/people"

// Keeper answers for what this package keeps about a person: how far she is in each
// lesson.
func Keeper() people.Keeper {
	return people.NewKeeper("courses",
		people.Kept{Table: "courses_runs", Group: people.KeptLessons, Order: "started_at, id"},
		people.Kept{Table: "courses_run_names", Group: people.KeptLessons, Order: "id",
			Where: "run_id IN (SELECT id FROM courses_runs WHERE person_id = ?)"})
}
