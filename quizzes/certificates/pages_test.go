package certificates_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/room/roomtest"
	"silverclass/courses"
	"silverclass/quizzes/certificates"

	"gorm.io/gorm"
)

type hall struct {
	*roomtest.Hall
	store *certificates.Store
	file  string
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{Hall: roomtest.New(t), file: filepath.Join(t.TempDir(), "key")}
	rules, err := certificates.LoadRules()
	if err != nil {
		t.Fatal(err)
	}
	signer, err := certificates.LoadSigner(h.file)
	if err != nil {
		t.Fatal(err)
	}
	cat, err := courses.Load(courses.Content())
	if err != nil {
		t.Fatal(err)
	}
	h.store = certificates.NewStore(h.DB.DB, h.Clock.Now, rules)
	certificates.Register(h.Routes, certificates.Config{Store: h.store, Rules: rules, Signer: signer, Catalog: cat, Tour: h.Tour, People: h.People, Site: h.Site})
	return h
}

// learned appends what the rule for fraud asks for.
func (h *hall) learned(t *testing.T, personID string) {
	t.Helper()
	err := ledger.Write(t.Context(), h.DB.DB, func(tx *gorm.DB) error {
		add := func(owner ledger.Owner, verb ledger.Verb, object string, detail any) error {
			f := ledger.Fact{ID: db.NewID(), Verb: verb, Object: object, PersonID: &personID, At: h.Clock.Now()}
			var err error
			switch d := detail.(type) {
			case ledger.FinishedDetail:
				_, err = ledger.Append(t.Context(), tx, owner, h.Clock.Now(), f, d)
			case ledger.PractisedDetail:
				_, err = ledger.Append(t.Context(), tx, owner, h.Clock.Now(), f, d)
			case ledger.AnsweredDetail:
				_, err = ledger.Append(t.Context(), tx, owner, h.Clock.Now(), f, d)
			}
			return err
		}
		for i := range 5 {
			slug := fmt.Sprintf("fraud/lesson-%d", i)
			if err := add(ledger.OwnerCourses, ledger.Finished, "lesson:"+slug, ledger.FinishedDetail{Seconds: 300}); err != nil {
				return err
			}
			if err := add(ledger.OwnerPractice, ledger.Practised, "scene:"+slug, ledger.PractisedDetail{Mode: "unaided", Outcome: "done"}); err != nil {
				return err
			}
			if err := add(ledger.OwnerQuizzes, ledger.Answered, "quiz:"+slug, ledger.AnsweredDetail{Right: 2, Of: 2}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// says wants these words on a page of any status.
func says(t *testing.T, a roomtest.Answer, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(a.Body, w) {
			t.Errorf("no %q in:\n%s", w, a.Body)
		}
	}
}

var printed = regexp.MustCompile(`[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}`)

// TestACertificateFromIssueToErasure issues to a class in one go, prints, looks the code
// up, revokes, and erases.
func TestACertificateFromIssueToErasure(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	wang, _ := h.Learner("王阿姨")
	li, _ := h.Learner("李伯")
	zhao, _ := h.Learner("赵叔") // has not learned enough
	for _, p := range []string{wang.ID, li.ID} {
		h.learned(t, p)
	}
	h.CheckIn(session, wang)
	h.CheckIn(session, li)
	h.CheckIn(session, zhao)
	trainer, url := h.As("trainer"), "/staff/sessions/"+session.ID+"/certificates"
	trainer.Get(url).Shows("王阿姨", "李伯", "赵叔", "还差一点", "发给这 2 位", "规则 2026-2")
	says(t, trainer.Get(url+"?topic=fraud&attendance=abc").Is(422), "请填 0 到 50 之间的数", `value="abc"`)
	trainer.Get(url + "?topic=fraud&attendance=2").Hides("发给这")
	says(t, trainer.Post(url, "topic", "fraud").Is(422), "请先勾选要发给谁")
	h.As("helper").Get(url).Is(403)
	h.As("other-trainer").Post(url, "topic", "fraud", "person", wang.ID).Is(403)
	for range 2 { // twice is once
		trainer.Post(url, "topic", "fraud", "person", wang.ID, "person", li.ID, "person", zhao.ID).Is(303)
	}
	list, err := h.store.OfSession(t.Context(), session.ID)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d certificates, want 2; %v", len(list), err)
	}
	paper := trainer.Get(url+"/print").Shows("王阿姨", "李伯", "结业证书", "<svg").Body
	if codes := printed.FindAllString(paper, -1); len(codes) != 2 || strings.Contains(paper, "赵叔") {
		t.Errorf("printed codes %v", codes)
	}
	facts, err := db.Rows[ledger.Fact](h.DB.DB).Where("verb = ?", ledger.Certified).Find(t.Context())
	if err != nil || len(facts) != 2 {
		t.Errorf("%d facts, want 2; %v", len(facts), err)
	}
	mine := list[0]
	if mine.PersonID != wang.ID {
		mine = list[1]
	}
	code, own := certificates.PrintCode(mine.Code), h.Own()
	own.Get("/verify/"+code).Is(200).Shows("证书有效", "王＊＊", "望江市", "2026").Hides("阿姨")
	own.Get("/verify?code=" + strings.ToLower(code)).Is(303)
	own.Get("/verify").Is(200).Shows("证书上的编号")
	h.erasedAndRevoked(t, trainer, own, mine, code)
}

func (h *hall) erasedAndRevoked(t *testing.T, trainer, own *roomtest.Browser, mine certificates.Certificate, code string) {
	t.Helper()
	one := "/staff/certificates/" + mine.ID
	says(t, trainer.Post(one+"/revoke").Is(422), "请先选一个原因")
	h.As("other-trainer").Post(one+"/revoke", "reason", certificates.Other).Is(403)
	for range 2 {
		trainer.Post(one+"/revoke", "reason", certificates.WrongPerson).Is(303)
	}
	trainer.Get(one).Is(200).Shows("证书已撤销", "发错了人")
	own.Get("/verify/"+code).Is(200).Shows("证书已撤销").Hides("证书有效", "发错了人")
	own.Get("/verify/" + code + "/credential").Is(404)
	gone, err := db.Rows[ledger.Fact](h.DB.DB).Where("verb = ?", ledger.Retracted).Find(t.Context())
	if err != nil || len(gone) != 1 {
		t.Errorf("%d retractions, want 1; %v", len(gone), err)
	}
	err = db.Write(t.Context(), h.DB.DB, func(tx *gorm.DB) error {
		for _, stmt := range []string{`DELETE FROM attendances WHERE person_id = ?`, `DELETE FROM cards WHERE person_id = ?`, `DELETE FROM persons WHERE id = ?`} {
			if err := tx.Exec(stmt, mine.PersonID).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	own.Get("/verify/" + code).Is(200).Shows("已应本人要求删除").Hides("王")
}

// TestGuessingACodeWaits: two tries are free, then the address waits; a page that cannot
// be a code costs nothing.
func TestGuessingACodeWaits(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	for range 5 {
		says(t, own.Get("/verify/nonsense").Is(404), "没有查到")
	}
	status := 0
	for i := range 5 {
		code := strings.Repeat(string("23456789ABC"[i]), 10)
		a := own.Get("/verify/" + code)
		if status = a.Status; status == 429 {
			break
		}
		a.Is(404)
	}
	if status != 429 {
		t.Errorf("the fifth guess answers %d, want 429", status)
	}
}

// TestAnIndependentVerifierAcceptsTheBadge hands the published keys and the credential to
// jose (npm), and looks at what Open Badges 3.0 requires of it.
func TestAnIndependentVerifierAcceptsTheBadge(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	wang, _ := h.Learner("王阿姨")
	h.learned(t, wang.ID)
	h.CheckIn(session, wang)
	h.As("trainer").Post("/staff/sessions/"+session.ID+"/certificates", "topic", "fraud", "person", wang.ID).Is(303)
	list, err := h.store.OfSession(t.Context(), session.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	own := h.Own()
	jwt := own.Get(certificates.VerifyURL(list[0].Code) + "/credential").Is(200).Body
	keys := own.Get(certificates.KeysPath).Is(200).Body
	if info, err := os.Stat(h.file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info.Mode(), err)
	}
	var claims map[string]any
	if err := json.Unmarshal(verified(t, jwt, keys), &claims); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range certificates.NotOpenBadge(claims) {
		t.Error(wrong)
	}
	head, _, _ := strings.Cut(jwt, ".")
	var header struct{ Alg, Typ, Kid string }
	if b, err := base64.RawURLEncoding.DecodeString(head); err != nil || json.Unmarshal(b, &header) != nil || header.Alg != "RS256" || header.Typ != "JWT" {
		t.Errorf("header %s: %v", b, err)
	}
	_, path, _ := strings.Cut(header.Kid, "://") // kid is an address at which the key is found
	_, path, _ = strings.Cut(path, "/")
	at := "/" + path
	if one := own.Get(at).Is(200).Body; !strings.Contains(keys, one) {
		t.Errorf("the key at %s is %s, published are %s", at, one, keys)
	}
	own.Get(at + "x").Is(404)
	subject := claims["credentialSubject"].(map[string]any)["achievement"].(map[string]any)
	english := h.Own().English().Get(certificates.VerifyURL(list[0].Code) + "/credential").Is(200).Body
	var other map[string]any
	if err := json.Unmarshal(verified(t, english, keys), &other); err != nil {
		t.Fatal(err)
	}
	said := other["credentialSubject"].(map[string]any)["achievement"].(map[string]any)
	if subject["name"] == said["name"] || said["inLanguage"] != "en" || subject["inLanguage"] != "zh-CN" || !strings.Contains(said["name"].(string), "Silver Class") {
		t.Errorf("in English the achievement is %v (%v), in Chinese %v (%v)", said["name"], said["inLanguage"], subject["name"], subject["inLanguage"])
	}
	if strings.Contains(jwt, "王") {
		t.Error("the credential names her")
	}
}

// verified is the payload as jose read it, after checking the signature.
func verified(t *testing.T, jwt, keys string) []byte {
	t.Helper()
	jose, err := filepath.Abs("../../static/_npm/node_modules/jose")
	if err != nil {
		t.Fatal(err)
	}
	script := `const jose=require(process.argv[1]);const keys=jose.createLocalJWKSet(JSON.parse(process.argv[3]));
jose.jwtVerify(process.argv[2],keys,{algorithms:['RS256']}).then(async v=>{
  const p=process.argv[2].split('.');const other=p[0]+'.'+Buffer.from(JSON.stringify({...v.payload,name:'x'})).toString('base64url')+'.'+p[2];
  try{await jose.jwtVerify(other,keys);process.exit(3)}catch(e){process.stdout.write(JSON.stringify(v.payload))}
}).catch(e=>{process.stderr.write(String(e));process.exit(2)})`
	cmd := exec.CommandContext(t.Context(), "node", "-e", script, jose, jwt, keys)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("jose: %v; npm ci in static/_npm brings it", err)
	}
	return out
}
