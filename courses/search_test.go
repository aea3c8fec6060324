package courses_test

import (
	"net/http"
	"strings"
	"testing"

	"silverclass/courses"
)

func TestSearchFindsByWordPinyinAndFirstLetters(t *testing.T) {
	m := copied(t)
	edit(t, m, "fraud/stop-and-ask/lesson.yaml", "words: [", "words: [付款码, 银行, ")
	c, err := courses.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	s := courses.NewSearch(c)
	tests := []struct{ name, query, first string }{
		{"word", "付款码", "fraud/stop-and-ask"},
		{"pinyin", "fukuanma", "fraud/stop-and-ask"},
		{"pinyin, not at its end", "fukua", "fraud/stop-and-ask"},
		{"first letters", "fkm", "fraud/stop-and-ask"},
		{"both", "fukm", "fraud/stop-and-ask"},
		{"two readings", "yinhang", "fraud/stop-and-ask"},
		{"other reading", "YinXing", "fraud/stop-and-ask"},
		{"as many people say it", "yinhan", "fraud/stop-and-ask"},
		{"full width", "ｆｋｍ", "fraud/stop-and-ask"},
		{"spaces and marks", " fu kuan-ma！", "fraud/stop-and-ask"},
		{"police", "jingcha", "fraud/police-call"},
		{"police as it is said", "jinca", "fraud/police-call"},
		{"title", "公安局", "fraud/police-call"},
		{"title in traditional characters", "有人打來電話", "fraud/police-call"},
		{"English", "police", "fraud/police-call"},
		{"inside a title", "安局", "fraud/police-call"},
		{"a slip", "想听他把话说完", "fraud/police-call"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := s.Find(tt.query)
			if len(found) == 0 || found[0].Slug != tt.first {
				t.Errorf("%q finds %v, want %s first", tt.query, slugs(found), tt.first)
			}
		})
	}
	for _, query := range []string{"", "，。", "qqqqqq", strings.Repeat("x", 400)} {
		if found := s.Find(query); len(found) != 0 {
			t.Errorf("%q finds %v, want nothing", query, slugs(found))
		}
	}
}

func slugs(all []*courses.Lesson) []string {
	var names []string
	for _, l := range all {
		names = append(names, l.Slug)
	}
	return names
}

func TestSearchPageWorksByTappingLettersAlone(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.visitor(t)
	page, _ := b.get("/search")
	for _, letter := range []string{"j", "c"} {
		at := strings.Index(page, ">"+strings.ToUpper(letter)+"</a>")
		if at < 0 {
			t.Fatalf("no key %s on\n%s", letter, mainOf(page))
		}
		from := strings.LastIndex(page[:at], `href="`) + len(`href="`)
		page, _ = b.get(page[from : at-1])
	}
	if !strings.Contains(page, `value="jc"`) || !strings.Contains(page, `href="/lessons/fraud/police-call"`) {
		t.Errorf("two taps, j and c, do not find the lesson on the police:\n%s", mainOf(page))
	}
	page, _ = b.get("/search?q=" + strings.Repeat("q", 500))
	if !strings.Contains(page, "search-asked") || strings.Contains(mainOf(page), strings.Repeat("q", 26)) {
		t.Error("a search that finds nothing offers nothing to begin with, or shows all that was sent")
	}
	if rec := b.do(http.MethodGet, "/search?q=%ff%fe<script>", nil); rec.Code != http.StatusOK || strings.Contains(rec.Body.String(), "<script>\"") {
		t.Errorf("a query that is no text answers %d", rec.Code)
	}
}

func TestEverydayWordsFindTheLessonThatPeopleMean(t *testing.T) {
	c, err := courses.Load(courses.Content())
	if err != nil {
		t.Fatal(err)
	}
	s := courses.NewSearch(c)
	for query, want := range map[string]string{
		"zhifu": "mobile-payment/two-ways-to-pay", "fukuanma": "mobile-payment/pay-code", "付款码": "mobile-payment/pay-code",
		"fk": "mobile-payment/pay-code", "fkm": "mobile-payment/pay-code", "skm": "mobile-payment/pay-code",
		"wx": "mobile-payment/two-ways-to-pay", "微信": "mobile-payment/two-ways-to-pay", "骗": "fraud/stop-and-ask",
		"pianzi": "fraud/stop-and-ask", "打车": "info-apps/ride-hailing", "dache": "info-apps/ride-hailing",
		"dc": "info-apps/ride-hailing", "gua hao": "info-apps/hospital-booking", "挂号": "info-apps/hospital-booking",
		"gh": "info-apps/hospital-booking", "验证码": "network-security/sms-code", "yzm": "network-security/sms-code",
		"yanzenma": "network-security/sms-code", "wifi": "info-apps/wifi", "退货": "e-commerce/seven-day-return",
		"th": "e-commerce/seven-day-return", "kuaidi": "e-commerce/receive-parcel", "kd": "e-commerce/receive-parcel",
		"hongbao": "fraud/task-rebates", "baojianpin": "fraud/miracle-cures", "养老金": "info-apps/bills-and-insurance",
		"shebao": "info-apps/bills-and-insurance", "dianfei": "info-apps/bills-and-insurance", "视频": "info-apps/video-call",
		"sp": "info-apps/video-call", "字太小": "info-apps/bigger-text", "mima": "network-security/lock-and-password",
		"zhuanzhang": "mobile-payment/slow-transfer", "zz": "mobile-payment/slow-transfer", "手机丢了": "mobile-payment/lost-phone",
		"sjd": "mobile-payment/lost-phone", "公交": "info-apps/bus-routes", "健康码": "info-apps/bus-routes",
		"xianjin": "info-apps/ask-and-cash", "鸡蛋": "fraud/miracle-cures", "刷单": "fraud/task-rebates",
		"tousu": "e-commerce/complaints", "照片": "network-security/photos-old-phones", "免密": "mobile-payment/auto-debit",
		"银行": "mobile-payment/atm-screen", "bus": "info-apps/bus-routes", "付款碼": "mobile-payment/pay-code",
	} {
		found := s.Find(query)
		if len(found) == 0 || found[0].Slug != want {
			t.Errorf("%q finds %v, want %s first", query, slugs(found), want)
		}
	}
}
