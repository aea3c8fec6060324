package main

import (
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/live"
	"silverclass/quizzes"
	"silverclass/quizzes/certificates"
)

// keepers are all who keep something about a person. The learner's own row goes last,
// after what hangs on it.
func keepers() []people.Keeper {
	return []people.Keeper{
		courses.Keeper(), practice.Keeper(), quizzes.Keeper(), certificates.Keeper(),
		tour.Keeper(), room.Keeper(), live.Keeper(),
		people.KeeperOfPeople(),
	}
}
