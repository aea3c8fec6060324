package live

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/webhook"
)

// webhookMost bounds a webhook's body. Real ones have a few kilobytes.
const webhookMost = 1 << 20

// webhook takes what the media server reports: checked by the signature over its bytes,
// stored, answered. Nothing is done with it here, because the server sends a room's
// reports one after another, waits for each answer, and drops what waits for long. An
// answer of 4xx means "never again" to it: only a forged report gets one.
func (s *Service) webhook(c echo.Context) error {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, webhookMost)
	body, err := webhook.Receive(r, auth.NewSimpleKeyProvider(s.cfg.Server.Key, s.cfg.Server.Secret))
	if err != nil {
		s.log.Warn("webhook refused: its signature is not ours")
		return c.NoContent(http.StatusUnauthorized)
	}
	if err := s.store.KeepWebhook(r.Context(), webhookID(body), string(body)); err != nil {
		s.log.Error("webhook not stored; it comes again", "err", err)
		return c.NoContent(http.StatusServiceUnavailable)
	}
	return c.NoContent(http.StatusOK)
}

// webhookID is the report's own ID, else one made of its content.
func webhookID(body []byte) string {
	var head struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(body, &head) == nil && head.ID != "" && len(head.ID) <= 64 {
		return head.ID
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}
