package tour

// TableName is the table of cities.
func (City) TableName() string { return "cities" }

// TableName is the table of venues.
func (Venue) TableName() string { return "venues" }

// TableName is the table of partners.
func (Partner) TableName() string { return "partners" }

// TableName is the table of tours.
func (Tour) TableName() string { return "tours" }

// TableName is the table of stops.
func (Stop) TableName() string { return "stops" }

// TableName is the table that joins stops and partners.
func (StopPartner) TableName() string { return "stop_partners" }

// TableName is the table that joins stops and venues.
func (StopVenue) TableName() string { return "stop_venues" }

// TableName is the table of sessions (场次); sign-ins are in web_sessions.
func (Session) TableName() string { return "sessions" }

// TableName is the table of check-ins.
func (Attendance) TableName() string { return "attendances" }

// TableName is the table of counts of heads.
func (HeadCount) TableName() string { return "head_counts" }

// TableName is the table of other figures.
func (Figure) TableName() string { return "figures" }

// TableName is the table of refused scans.
func (Refusal) TableName() string { return "desk_refusals" }
