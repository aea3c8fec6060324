package quizzes

// SeedOf is what an attempt draws with, so that a test can choose what is asked.
var SeedOf = seedOf

// DueOfList is what of one reader's attempts is due.
var DueOfList = due
