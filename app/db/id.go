package db

import "github.com/google/uuid"

// NewID is a fresh UUID of version 7: rows that are made one after another lie beside
// each other. It tells when it was made; see NewRandomID.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// NewRandomID is a fresh UUID of version 4, which tells nothing: for persons, and for
// facts that must not be tied to a moment.
func NewRandomID() string { return uuid.New().String() }
