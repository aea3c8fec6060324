package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"silverclass/app/fault"

	"github.com/labstack/echo/v4"
)

var statuses = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusUnprocessableEntity,
	fault.NotFound: http.StatusNotFound, fault.Forbidden: http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnauthorized, fault.Conflict: http.StatusConflict,
	fault.Gone: http.StatusGone, fault.TooMany: http.StatusTooManyRequests,
	fault.ReadOnly: http.StatusServiceUnavailable, fault.Unavailable: http.StatusServiceUnavailable,
}

// Problem is the JSON form of an error, as the openapi document describes it.
type Problem struct {
	Error struct {
		Key     string            `json:"key"`
		Message string            `json:"message"`
		Fields  map[string]string `json:"fields,omitempty"`
	} `json:"error"`
}

type errorPage struct {
	Message string
	Wait    bool // saving is off for now: nothing is lost, try again later
}

// HandleError is the one place where an error becomes an answer: a page in plain
// words, JSON below /api/, or the way to the sign-in page for staff.
func (s *Site) HandleError(err error, c echo.Context) {
	if c.Response().Committed {
		if !errors.Is(err, context.Canceled) {
			s.cfg.Log.Error("answer was cut short", "route", c.Path(), "err", err)
		}
		return
	}
	f := s.asFault(err)
	status := statuses[f.Kind]
	if status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		s.cfg.Log.Error("request went wrong", "route", c.Path(), "method", c.Request().Method, "err", err)
	}
	if err := s.answer(c, f, status); err != nil {
		s.cfg.Log.Error("error page went wrong", "route", c.Path(), "err", err)
		_ = c.NoContent(http.StatusInternalServerError)
	}
}

func (s *Site) asFault(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch {
		case he.Code == http.StatusNotFound:
			return fault.New(fault.NotFound, "web.not_found")
		case he.Code == http.StatusMethodNotAllowed:
			return fault.New(fault.NotFound, "web.not_found")
		case he.Code == http.StatusRequestEntityTooLarge, he.Code == http.StatusBadRequest, he.Code == http.StatusUnsupportedMediaType:
			return fault.New(fault.Invalid, "web.bad_request")
		}
	}
	return fault.New(fault.Internal, "web.internal").Because(err)
}

func (s *Site) answer(c echo.Context, f *fault.Error, status int) error {
	r := c.Request()
	if r.Method == http.MethodHead {
		return c.NoContent(status)
	}
	if strings.HasPrefix(r.URL.Path, "/api/") || strings.Contains(r.Header.Get("Accept"), "application/json") {
		var p Problem
		p.Error.Key, p.Error.Message = f.Key, s.T(c, f.Key, f.Args)
		for name, m := range f.Fields {
			if p.Error.Fields == nil {
				p.Error.Fields = map[string]string{}
			}
			p.Error.Fields[name] = s.T(c, m.Key, m.Args)
		}
		return c.JSON(status, p)
	}
	staff := strings.HasPrefix(r.URL.Path, "/staff")
	if staff && f.Kind == fault.Unauthenticated {
		next := ""
		if r.Method == http.MethodGet {
			next = "?next=" + url.QueryEscape(r.URL.RequestURI())
		}
		return c.Redirect(http.StatusSeeOther, "/staff/sign-in"+next)
	}
	layout := Learner
	if staff {
		layout = Staff
	}
	message := s.T(c, f.Key, f.Args)
	for _, m := range f.Fields { // a form without its page: say the first thing at least
		message += " " + s.T(c, m.Key, m.Args)
		break
	}
	back := "/"
	if staff {
		back = "/staff"
	}
	return s.errors[layout].Show(c, status, "error.html", View{Back: back, Data: errorPage{Message: message, Wait: f.Kind == fault.ReadOnly || f.Kind == fault.Unavailable}})
}

// LogRequests writes one line a request: method, route, status, milliseconds. The
// route is the pattern, not the address: one-time links never reach a log.
func LogRequests(log *slog.Logger, s *Site) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := s.cfg.Now()
			err := next(c)
			if err != nil {
				c.Error(err)
			}
			log.Info("request", "method", c.Request().Method, "route", c.Path(), "status", c.Response().Status,
				"ms", s.cfg.Now().Sub(start).Milliseconds())
			return nil
		}
	}
}
