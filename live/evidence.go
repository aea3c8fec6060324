package live

import (
	"time"
)

// Source is who reported a piece of evidence.
type Source string

// The four sources.
const (
	FromWebhook   Source = "webhook"   // the media server told us
	FromPoll      Source = "poll"      // we asked the media server
	FromHeartbeat Source = "heartbeat" // the page told us
	FromAct       Source = "act"       // we did it ourselves
)

// Kind is what a piece of evidence says.
type Kind string

// The kinds.
const (
	Joined       Kind = "joined"        // webhook: a connection became active
	Left         Kind = "left"          // webhook: a connection ended, and why
	Sent         Kind = "sent"          // webhook: a connection sent or stopped sending
	RoomFinished Kind = "room-finished" // webhook
	Seen         Kind = "seen"          // poll: everybody who was there at once
	Alive        Kind = "alive"         // heartbeat
	ClassOpened  Kind = "opened"        // act
	ClassClosed  Kind = "closed"        // act
)

// Evidence is one report about who was in a class. It is written once.
//
// A connection is named by the media server's own participant ID (SID), not by identity:
// one device that reconnects has several.
type Evidence struct {
	ID       string `gorm:"primaryKey"`
	ClassID  string
	Source   Source
	Kind     Kind
	SID      string `gorm:"column:sid"`
	RoomSID  string `gorm:"column:room_sid"`
	Identity string `gorm:"column:ticket"`
	At       time.Time
	Data     Detail `gorm:"serializer:json"`
}

// TableName is the table of evidence.
func (Evidence) TableName() string { return "live_evidence" }

// Detail is what a piece of evidence says besides. Which fields mean something hangs on
// its kind.
type Detail struct {
	// JoinedAtMS is when the connection began (Joined, Left, Sent): Unix milliseconds by
	// the media server, also when the report of the joining itself was lost.
	JoinedAtMS int64 `json:"joined_at_ms,omitempty"`
	// Reason is why it ended (Left), in the media server's words.
	Reason string `json:"reason,omitempty"`
	// People are all connections (Seen), in order of SID.
	People []Person `json:"people,omitempty"`
	// Visible, Hears and FrameMS are how the page was (Alive): in front, with sound
	// playing, and how old the last picture or sound was in milliseconds.
	Visible bool `json:"visible,omitempty"`
	Hears   bool `json:"hears,omitempty"`
	FrameMS int  `json:"frame_ms,omitempty"`
}

// Person is one connection in a poll.
type Person struct {
	SID        string `json:"sid"`
	Identity   string `json:"identity"`
	JoinedAtMS int64  `json:"joined_at_ms"`
}

// TimedOut is the reason of a connection that went silent: the media server notices
// about 20 seconds late.
const TimedOut = "CONNECTION_TIMEOUT"
