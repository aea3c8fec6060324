// Package admin is the staff pages that belong to no one feature: the first page of
// whoever is signed in, the checklist of a new installation, one's own account, the
// staff and what they are granted, tablets, and printing cards.
package admin

import (
	"context"
	"embed"

	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
)

//go:embed all:pages
var pages embed.FS

// Status is how a part of the installation does, in words.
type Status struct {
	Good bool
	Key  string // a locale key
	Port int    // fills its placeholder Port; 0 where it has none
}

// Config is what the pages read from.
type Config struct {
	People *people.Store
	Staff  *people.StaffStore
	Door   *people.Door
	Tour   *tour.Store
	// Live tells how live classes do; nil leaves the line out.
	Live func(ctx context.Context) Status
}

type handlers struct {
	Config
	site  *web.Site
	pages *web.Pages
	paper *web.Pages
}

// Register adds the pages.
func Register(r *web.Routes, site *web.Site, c Config) {
	h := &handlers{Config: c, site: site, pages: site.Pages(pages, web.Staff), paper: site.Pages(pages, web.Print)}
	r.Staff.GET("/staff", h.today)
	r.Admin.GET("/staff/setup", h.setup)

	r.Staff.GET("/staff/account", h.account)
	r.Staff.POST("/staff/account/password", h.setPassword)
	r.Staff.POST("/staff/account/end", h.endSignIns)

	r.Admin.GET("/staff/staff", h.listStaff)
	r.Admin.GET("/staff/staff/new", h.newStaff)
	r.Admin.POST("/staff/staff", h.addStaff)
	r.Admin.GET("/staff/staff/:id", h.showStaff)
	r.Admin.POST("/staff/staff/:id", h.renameStaff)
	r.Admin.POST("/staff/staff/:id/grants", h.grant)
	r.Admin.POST("/staff/staff/:id/grants/take", h.takeGrant)
	r.Admin.POST("/staff/staff/:id/link", h.makeLink)
	r.Admin.GET("/staff/staff/:id/link/:token", h.showLink)
	r.Admin.POST("/staff/staff/:id/act", h.act)

	r.Organizer.GET("/staff/tablets", h.listTablets)
	r.Organizer.POST("/staff/tablets/links", h.makeTabletLink)
	r.Organizer.GET("/staff/tablets/enrol/:code", h.showTabletLink)
	r.Organizer.POST("/staff/tablets/:id", h.renameTablet)
	r.Organizer.POST("/staff/tablets/:id/revoke", h.revokeTablet)

	r.Organizer.GET("/staff/cards", h.listSheets)
	r.Organizer.POST("/staff/cards", h.printCards)
	r.Organizer.GET("/staff/cards/:id", h.showSheet)
}
