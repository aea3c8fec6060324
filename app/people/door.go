package people

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/web"
)

// Door lets people in: it finds out who asks for a page, and keeps staff signed in.
type Door struct {
	site    *web.Site
	store   *Store
	staff   *StaffStore
	signIns *web.SignIns
	// city is true when this installation serves a city: then whoever is granted more
	// than a venue must have a second factor (design.md §3).
	city bool
}

// NewDoor makes the door. city tells whether roles that reach beyond a venue need a
// second factor.
func NewDoor(site *web.Site, store *Store, staff *StaffStore, signIns *web.SignIns, city bool) *Door {
	return &Door{site: site, store: store, staff: staff, signIns: signIns, city: city}
}

// What a sign-in holds: who, and the epoch it began in; the half ones while a code or a
// second factor is still to come.
const (
	keyStaff     = "staff"
	keyEpoch     = "epoch"
	keyHalf      = "half"
	keyHalfEpoch = "half_epoch"
	keyHalfUntil = "half_until"
	keyNext      = "next"
	keyCodes     = "codes"
)

const (
	tabletCookie    = "tablet"
	tabletCookieAge = 400 * 24 * time.Hour // what browsers keep at most; renewed while it is used
	halfLife        = 10 * time.Minute
)

// Load is the middleware that finds the member of staff by her sign-in and the tablet by
// its cookie. It stands after web.SignIns.Load; app/room adds who sits there.
func (d *Door) Load(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		var r Reader
		if err := d.loadTablet(c, &r); err != nil {
			return err
		}
		if err := d.loadStaff(c, &r); err != nil {
			return err
		}
		SetWho(c, r)
		return next(c)
	}
}

func (d *Door) loadTablet(c echo.Context, r *Reader) error {
	token := d.site.Cookie(c, tabletCookie)
	if token == "" {
		return nil
	}
	t, renewed, err := d.store.TabletByToken(c.Request().Context(), token)
	if fault.Is(err, fault.NotFound) {
		d.site.SetCookie(c, tabletCookie, "", -1) // revoked: from now on it is nobody's tablet
		return nil
	}
	if err != nil {
		return err
	}
	if renewed {
		d.site.SetCookie(c, tabletCookie, token, tabletCookieAge)
	}
	r.Tablet, r.VenueID = &t, t.VenueID
	return nil
}

func (d *Door) loadStaff(c echo.Context, r *Reader) error {
	id := d.signIns.Get(c, keyStaff)
	if id == "" {
		return nil
	}
	ctx := c.Request().Context()
	who, err := d.staff.Staff(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !who.Active() || strconv.FormatInt(who.Epoch, 10) != d.signIns.Get(c, keyEpoch) {
		return nil // ended elsewhere
	}
	grants, err := d.staff.Grants(ctx, id)
	if err != nil {
		return fmt.Errorf("read grants: %w", err)
	}
	r.Staff, r.Grants = &who, grants
	return nil
}

// SignIn makes this browser who's, under a new token. After a changed password it is
// called again, since that ends all sign-ins.
func (d *Door) SignIn(c echo.Context, who Staff) error {
	if err := d.signIns.Renew(c); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	for _, key := range []string{keyHalf, keyHalfEpoch, keyHalfUntil} {
		d.signIns.Remove(c, key)
	}
	d.signIns.Put(c, keyStaff, who.ID)
	d.signIns.Put(c, keyEpoch, strconv.FormatInt(who.Epoch, 10))
	return d.staff.SignedIn(c.Request().Context(), who.ID)
}

// signInHalf remembers whose password was right, until the code is, too.
func (d *Door) signInHalf(c echo.Context, who Staff) error {
	if err := d.signIns.Renew(c); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	d.signIns.Remove(c, keyStaff)
	d.signIns.Put(c, keyHalf, who.ID)
	d.signIns.Put(c, keyHalfEpoch, strconv.FormatInt(who.Epoch, 10))
	d.signIns.Put(c, keyHalfUntil, strconv.FormatInt(d.site.Now().Add(halfLife).Unix(), 10))
	return nil
}

// half is whose password was right a short while ago. It is fault.Unauthenticated, which
// leads to the sign-in page, when there is nobody.
func (d *Door) half(c echo.Context) (Staff, error) {
	nobody := fault.New(fault.Unauthenticated, "web.sign_in_first")
	id := d.signIns.Get(c, keyHalf)
	until, _ := strconv.ParseInt(d.signIns.Get(c, keyHalfUntil), 10, 64)
	if id == "" || d.site.Now().Unix() > until {
		return Staff{}, nobody
	}
	who, err := d.staff.Staff(c.Request().Context(), id)
	if err != nil {
		return Staff{}, err
	}
	if !who.Active() || strconv.FormatInt(who.Epoch, 10) != d.signIns.Get(c, keyHalfEpoch) {
		return Staff{}, nobody
	}
	return who, nil
}

// needsFactor reports whether somebody may not sign in without a second factor.
func (d *Door) needsFactor(grants []Grant) bool {
	return d.city && slices.ContainsFunc(grants, func(g Grant) bool { return g.PlaceKind != Venue })
}

// Guards are the checks in front of the route groups. Role guards ask for the role at
// some place; the handler asks for the place at hand.
func Guards() web.Guards {
	return web.Guards{
		Tablet: func(c echo.Context) error {
			if Who(c).Tablet == nil {
				return fault.New(fault.Forbidden, "people.only_tablet")
			}
			return nil
		},
		Learner: func(c echo.Context) error {
			if Who(c).Person == nil {
				return fault.New(fault.Unauthenticated, "people.only_seated")
			}
			return nil
		},
		Own: func(c echo.Context) error {
			if r := Who(c); r.Person == nil || !r.Own {
				return fault.New(fault.Unauthenticated, "people.only_own")
			}
			return nil
		},
		Staff: func(c echo.Context) error {
			if Who(c).Staff == nil {
				return fault.New(fault.Unauthenticated, "web.sign_in_first")
			}
			return nil
		},
		Helper:    needs(Helper),
		Trainer:   needs(Trainer),
		Organizer: needs(Organizer),
		Observer:  needs(Observer),
		Admin:     needs(Admin),
	}
}

func needs(role Role) web.Guard {
	return func(c echo.Context) error {
		r := Who(c)
		if r.Staff == nil {
			return fault.New(fault.Unauthenticated, "web.sign_in_first")
		}
		if !r.MayAnywhere(role) {
			return NotGranted()
		}
		return nil
	}
}

// NotGranted is what handlers return when May says no.
func NotGranted() error { return fault.New(fault.Forbidden, "web.forbidden") }
