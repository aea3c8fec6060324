package certificates

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// must is a member that Open Badges 3.0 requires of an object, or allows, and its form: the
// tables of the specification's data model (1EdTech, Open Badges 3.0, appendix B: Achievement
// Credential, AchievementSubject, Achievement, Criteria, Profile) and of its JWT form
// (§8.2.4).
type must struct {
	name     string
	required bool
	is       func(v any) error
}

func openBadge(kind string) []must {
	return map[string][]must{
		"credential": {
			{"@context", true, contexts}, {"id", true, uri}, {"type", true, types("VerifiableCredential", "OpenBadgeCredential")}, {"name", true, words},
			{"issuer", true, object("profile")}, {"validFrom", true, instant}, {"credentialSubject", true, object("subject")},
			{"iss", true, uri}, {"jti", true, uri}, {"sub", true, uri}, {"nbf", true, seconds},
		},
		"profile":     {{"id", true, uri}, {"type", true, types("Profile")}, {"name", false, words}, {"url", false, uri}},
		"subject":     {{"id", false, uri}, {"type", true, types("AchievementSubject")}, {"achievement", true, object("achievement")}},
		"achievement": {{"id", true, uri}, {"type", true, types("Achievement")}, {"achievementType", false, kindOfAchievement}, {"inLanguage", false, language}, {"name", true, words}, {"description", true, words}, {"criteria", true, object("criteria")}},
		"criteria":    {{"id", false, uri}, {"narrative", true, words}},
	}[kind]
}

// NotOpenBadge is what of a credential's claims Open Badges 3.0 does not allow; nil when it
// is one.
func NotOpenBadge(claims map[string]any) []error {
	wrong := misses("credential", claims)
	issuer, _ := claims["issuer"].(map[string]any)
	subject, _ := claims["credentialSubject"].(map[string]any)
	from, _ := time.Parse(time.RFC3339, fmt.Sprint(claims["validFrom"]))
	for _, pair := range [][2]any{{claims["iss"], issuer["id"]}, {claims["jti"], claims["id"]}, {claims["sub"], subject["id"]}, {claims["nbf"], float64(from.Unix())}} {
		if pair[0] != pair[1] {
			wrong = append(wrong, fmt.Errorf("the JWT says %v, the credential %v", pair[0], pair[1]))
		}
	}
	return wrong
}

func misses(kind string, o map[string]any) []error {
	var wrong []error
	known := map[string]bool{}
	for _, m := range openBadge(kind) {
		known[m.name] = true
		v, here := o[m.name]
		if !here {
			if m.required {
				wrong = append(wrong, fmt.Errorf("%s has no %s", kind, m.name))
			}
			continue
		}
		if err := m.is(v); err != nil {
			wrong = append(wrong, fmt.Errorf("%s.%s: %w", kind, m.name, err))
		}
	}
	for name := range o {
		if !known[name] {
			wrong = append(wrong, fmt.Errorf("%s has a member %s that is not in the table", kind, name))
		}
	}
	return wrong
}

func object(kind string) func(any) error {
	return func(v any) error {
		o, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%v is no object", v)
		}
		if wrong := misses(kind, o); len(wrong) > 0 {
			return fmt.Errorf("%v", wrong)
		}
		return nil
	}
}

func texts(v any) []string {
	list, _ := v.([]any)
	var all []string
	for _, one := range list {
		s, _ := one.(string)
		all = append(all, s)
	}
	return all
}

func contexts(v any) error {
	got := texts(v)
	if len(got) < 2 || got[0] != "https://www.w3.org/ns/credentials/v2" || !regexp.MustCompile(`^https://purl\.imsglobal\.org/spec/ob/v3p0/context-3\.0\.[0-9]+\.json$`).MatchString(got[1]) {
		return fmt.Errorf("%v", got)
	}
	return nil
}

func types(want ...string) func(any) error {
	return func(v any) error {
		for _, w := range want {
			if !slices.Contains(texts(v), w) {
				return fmt.Errorf("%v has no %s", v, w)
			}
		}
		return nil
	}
}

func uri(v any) error {
	s, _ := v.(string)
	if u, err := url.Parse(s); err != nil || !u.IsAbs() || strings.ContainsAny(s, " \"<>") {
		return fmt.Errorf("%v is no URI", v)
	}
	return nil
}

func words(v any) error {
	if s, ok := v.(string); !ok || strings.TrimSpace(s) == "" {
		return fmt.Errorf("%v says nothing", v)
	}
	return nil
}

func instant(v any) error { _, err := time.Parse(time.RFC3339, fmt.Sprint(v)); return err }

func seconds(v any) error {
	if n, ok := v.(float64); !ok || n <= 0 || n != float64(int64(n)) {
		return fmt.Errorf("%v are no seconds", v)
	}
	return nil
}

func kindOfAchievement(v any) error {
	if v != "Certificate" { // of the specification's enumeration, what we issue
		return fmt.Errorf("%v", v)
	}
	return nil
}

func language(v any) error {
	if s, _ := v.(string); !regexp.MustCompile(`^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`).MatchString(s) {
		return fmt.Errorf("%v is no language", v)
	}
	return nil
}

// TestTheTableFindsWhatIsMissing: each required member, taken away, is missed.
func TestTheTableFindsWhatIsMissing(t *testing.T) {
	whole := func() map[string]any {
		return map[string]any{"@context": []any{"https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"},
			"id": "urn:a", "type": []any{"VerifiableCredential", "OpenBadgeCredential"}, "name": "n", "issuer": map[string]any{"id": "urn:i", "type": []any{"Profile"}},
			"validFrom": "2026-11-23T02:00:00Z", "iss": "urn:i", "jti": "urn:a", "sub": "urn:s", "nbf": float64(1795399200),
			"credentialSubject": map[string]any{"id": "urn:s", "type": []any{"AchievementSubject"}, "achievement": map[string]any{
				"id": "urn:t", "type": []any{"Achievement"}, "name": "n", "description": "d", "criteria": map[string]any{"narrative": "c"}}}}
	}
	if wrong := NotOpenBadge(whole()); len(wrong) != 0 {
		t.Fatalf("a whole one: %v", wrong)
	}
	for _, m := range openBadge("credential") {
		o := whole()
		delete(o, m.name)
		if len(NotOpenBadge(o)) == 0 {
			t.Errorf("nobody misses %s", m.name)
		}
	}
	for _, m := range openBadge("achievement") {
		o := whole()
		delete(o["credentialSubject"].(map[string]any)["achievement"].(map[string]any), m.name)
		if (len(NotOpenBadge(o)) == 0) == m.required {
			t.Errorf("achievement without %s", m.name)
		}
	}
}
