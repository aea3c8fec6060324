package courses

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/web"
)

// SearchURL is the page that finds lessons; an empty query only asks what to look for.
func SearchURL(query string) string {
	if query == "" {
		return "/search"
	}
	return "/search?" + url.Values{"q": {query}}.Encode()
}

// searchPage asks what to look for and shows what was found. Its letters are links, so
// that it needs neither a keyboard nor a script.
type searchPage struct {
	Query string
	Keys  []searchKey
	Back  string // the same without its last character; empty when there is none
	Found []found
	Asked []searchKey // words to begin with, when nothing was found
}

// searchKey is a letter or a word to search by.
type searchKey struct{ Label, URL string }

// found is a lesson on the page.
type found struct {
	Title, Summary, URL, Topic, Tag, State string
	Step                                   int // State is empty before the lesson was begun
}

func (h *handlers) searched(c echo.Context) error {
	q := strings.ToValidUTF8(strings.TrimSpace(c.QueryParam("q")), "")
	for utf8.RuneCountInString(q) > mostQuery {
		q = withoutLast(q)
	}
	p := searchPage{Query: q, Keys: keys(q)}
	if q != "" {
		p.Back = SearchURL(withoutLast(q))
	}
	st, err := h.progress.States(c.Request().Context(), people.Who(c))
	if err != nil {
		return err
	}
	lang := web.Lang(c)
	for _, l := range h.search.Find(q) {
		stop := trailOf(l, st[l.Slug], lang)
		if st[l.Slug].Run == "" {
			stop.State = "" // that nothing was begun goes without saying here
		}
		p.Found = append(p.Found, found{Title: stop.Title, Summary: stop.Summary, URL: stop.URL, Topic: l.Topic, Tag: stop.Tag,
			State: stop.State, Step: stop.Step})
	}
	if len(p.Found) == 0 {
		for _, w := range h.search.Asked() {
			p.Asked = append(p.Asked, searchKey{Label: w, URL: SearchURL(w)})
		}
	}
	return h.pages.Show(c, http.StatusOK, "search.html", web.View{Back: "/", Body: "search-page", Data: p})
}

func keys(q string) []searchKey {
	var all []searchKey
	for r := 'a'; r <= 'z'; r++ {
		all = append(all, searchKey{Label: string(r - 'a' + 'A'), URL: SearchURL(q + string(r))})
	}
	return all
}

func withoutLast(s string) string {
	_, size := utf8.DecodeLastRuneInString(s)
	return s[:len(s)-size]
}
