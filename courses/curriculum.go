package courses

import "slices"

// subject is one topic of the curriculum with its lessons in their order.
type subject struct {
	topic   string
	lessons []string
}

// curriculum is fixed for ever: facts point to these slugs. The topics stand in the
// order of the notice (notice.txt, item 5), the lessons in that of curriculum.md.
func curriculum() []subject {
	return []subject{
		{"info-apps", []string{"touch-basics", "bigger-text", "wifi", "video-call", "hospital-booking",
			"ride-hailing", "bus-routes", "bills-and-insurance", "ask-and-cash"}},
		{"fraud", []string{"stop-and-ask", "police-call", "child-in-trouble", "screen-sharing", "miracle-cures",
			"elder-investment", "task-rebates", "livestream-benefits", "lend-nothing", "if-cheated"}},
		{"mobile-payment", []string{"two-ways-to-pay", "pay-code", "daily-limit", "check-three-things",
			"auto-debit", "slow-transfer", "atm-screen", "wrong-transfer", "lost-phone"}},
		{"e-commerce", []string{"choose-shop", "read-prices", "place-order", "read-reviews", "receive-parcel",
			"seven-day-return", "livestream-sales", "complaints"}},
		{"network-security", []string{"lock-and-password", "sms-code", "sim-pin", "public-wifi", "permissions",
			"phishing", "app-store", "my-information", "photos-old-phones"}},
	}
}

// TopicSlugs are the five topics in the order of the notice.
func TopicSlugs() []string {
	var all []string
	for _, s := range curriculum() {
		all = append(all, s.topic)
	}
	return all
}

// Slugs are all 45 lessons of the curriculum, written or not, topic by topic.
func Slugs() []string {
	var all []string
	for _, s := range curriculum() {
		for _, l := range s.lessons {
			all = append(all, s.topic+"/"+l)
		}
	}
	return all
}

// KnownSlug reports whether the curriculum has that lesson, written or not.
func KnownSlug(slug string) bool { return slices.Contains(Slugs(), slug) }
