package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/web"
)

// cardsPage prints sheets of blank cards and lists what was printed.
type cardsPage struct {
	Pages  string // as typed
	Most   int
	Sheets []people.CardSheet
	Names  map[string]string // who printed, by staff ID
}

func (h *handlers) cardsPage(c echo.Context) (cardsPage, error) {
	ctx := c.Request().Context()
	p := cardsPage{Pages: "1", Most: people.MostPages}
	var err error
	if p.Sheets, err = h.People.Sheets(ctx, 50); err != nil {
		return p, err
	}
	var ids []string
	for _, s := range p.Sheets {
		ids = append(ids, s.ByID)
	}
	p.Names, err = h.Staff.Names(ctx, ids)
	return p, err
}

func (h *handlers) listSheets(c echo.Context) error {
	p, err := h.cardsPage(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "cards.html", web.View{Back: "/staff", Data: p})
}

func (h *handlers) printCards(c echo.Context) error {
	ctx, id := c.Request().Context(), c.FormValue("id")
	pages, _ := strconv.Atoi(strings.TrimSpace(c.FormValue("pages"))) // what is no number is no number of pages
	if _, err := h.People.PrintCards(ctx, id, people.Who(c).Staff.ID, pages); err != nil {
		p, again := h.cardsPage(c)
		if again != nil {
			return again
		}
		p.Pages = c.FormValue("pages")
		return h.pages.Form(c, err, "cards.html", web.View{Back: "/staff", Data: p})
	}
	return c.Redirect(http.StatusSeeOther, "/staff/cards/"+id)
}

// sheetPage is the paper: pages of ten cards.
type sheetPage struct {
	Sheet people.CardSheet
	Pages [][]string
}

// Grouped is a number as it is printed.
func (sheetPage) Grouped(number string) string { return people.GroupCard(number) }

func (h *handlers) showSheet(c echo.Context) error {
	sheet, numbers, err := h.People.Sheet(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	p := sheetPage{Sheet: sheet, Pages: slices.Collect(slices.Chunk(numbers, people.CardsOnPage))}
	return h.paper.Show(c, http.StatusOK, "sheet.html", web.View{Back: "/staff/cards", Data: p})
}
