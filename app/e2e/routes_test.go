//go:build browser

package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unmeasured are the learners' addresses that the walker leaves out, and why.
var unmeasured = map[string]string{
	"/lessons/:topic/:lesson":         "leads to a step",
	"/lessons/:topic/:lesson/:step":   "lessons_test.go measures all of them",
	"/lessons/:topic/:lesson/card":    "paper",
	"/lessons/:topic/:lesson/paper":   "paper",
	"/topics/:topic/paper":            "paper; paper_test.go measures it as it is printed",
	"/quizzes/:topic/:lesson/print":   "paper",
	"/help/print":                     "paper",
	"/notice/print":                   "paper",
	"/numbers/card":                   "paper; paper_test.go prints it",
	"/me/information/print":           "paper",
	"/me/certificates/:id":            "paper",
	"/me/information/copy.html":       "a file; that a shared tablet gives none is measured",
	"/me/information/copy.json":       "a file",
	"/practice/:topic/:lesson/pieces": "the script's pieces of a page",
	"/tablet/state":                   "JSON",
	"/tablet/tiles":                   "the script's piece of a page",
	"/verify/:code/credential":        "JSON",
	"/voice/:file":                    "sound",
	"/live/:class/again/:part":        "sound",
	"/static/*":                       "files",
	"/healthz":                        "JSON",
	"/readyz":                         "JSON",
}

// everyLearnersPage fails for each address in the route table that learners reach and the
// walker has not looked at. looked are paths.
func everyLearnersPage(t *testing.T, lang string, looked map[string]bool) {
	t.Helper()
	table, err := os.ReadFile(filepath.Join("..", "testdata", "routes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for address := range unmeasured {
		left[address] = true
	}
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		guard, method, address := f[0], f[1], f[2]
		learners := guard == "public" || guard == "own" || guard == "learner" || guard == "tablet"
		if !learners || method != "GET" || strings.HasPrefix(address, "/api/") || strings.HasPrefix(address, "/staff/") || strings.HasPrefix(address, "/.well-known/") {
			continue
		}
		delete(left, address)
		if unmeasured[address] == "" && !seen(address, looked) {
			t.Errorf("%s: nobody looked at %s", lang, address)
		}
	}
	for address := range left {
		t.Errorf("%s is left out and is no address of learners", address)
	}
}

var parameter = regexp.MustCompile(`:[a-z]+`)

func seen(address string, looked map[string]bool) bool {
	re := regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(address), `[^/]+`) + "$")
	for p := range looked {
		if re.MatchString(p) {
			return true
		}
	}
	return false
}

// pathOf is an address's path, as the route table has it.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}
