package courses

import (
	"os"
	"path/filepath"
	"regexp"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
)

var recordingFile = regexp.MustCompile(`^[0-9a-f]{20}\.(wav|mp3|ogg|m4a)$`)

// recording sends a recorded sentence. Its name changes with its text: it may be kept.
func (h *handlers) recording(c echo.Context) error {
	name := c.Param("file")
	if h.catalog.voices == nil || !recordingFile.MatchString(name) {
		return fault.New(fault.NotFound, "courses.recording_missing")
	}
	file := filepath.Join(h.catalog.voices.dir, name)
	if _, err := os.Stat(file); err != nil {
		return fault.New(fault.NotFound, "courses.recording_missing").Because(err)
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.File(file)
}
