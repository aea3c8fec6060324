//go:build browser

package e2e

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"
)

// client is a person without a browser: she keeps cookies, follows no redirects by
// herself, and reaches the made-up host.
type client struct {
	t    testing.TB
	base string
	http *http.Client
}

func newClient(t testing.TB, base string) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	dialer := &net.Dialer{Timeout: 2 * time.Second}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, base: base, http: &http.Client{Jar: jar, Transport: transport, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back, read to its end.
type answer struct {
	Status   int
	Location string
	Body     string
}

// try sends one request; an error means that nobody knows whether it was done.
func (c *client) try(method, path string, form url.Values) (answer, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return answer{}, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", c.base)
	}
	req.Header.Set("Accept-Language", "zh-CN")
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	if resp.StatusCode == http.StatusBadGateway {
		return answer{}, errors.New(resp.Status)
	}
	return answer{resp.StatusCode, resp.Header.Get("Location"), string(text)}, nil
}

// post sends a form that must be taken, and gives where the answer points.
func (c *client) post(path string, form url.Values) string {
	c.t.Helper()
	a, err := c.try(http.MethodPost, path, form)
	if err != nil || a.Status != http.StatusSeeOther {
		c.t.Fatalf("POST %s: %d %v\n%s", path, a.Status, err, a.Body)
	}
	return a.Location
}

// signIn signs the seeded administrator in.
func (c *client) signIn() {
	c.t.Helper()
	c.post("/staff/sign-in", url.Values{"login": {adminLogin}, "password": {adminPassword}, "next": {"/staff"}})
}
