package recorder

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"
)

func TestHowLongAPacketSounds(t *testing.T) {
	for name, c := range map[string]struct {
		packet []byte
		ms     float64
	}{
		"SILK, 20 ms":                {[]byte{1 << 3}, 20},
		"SILK, 60 ms":                {[]byte{3 << 3}, 60},
		"hybrid, 10 ms":              {[]byte{14 << 3}, 10},
		"CELT, 2.5 ms":               {[]byte{28 << 3}, 2.5},
		"CELT, 20 ms":                {[]byte{31 << 3}, 20},
		"two frames of equal length": {[]byte{31<<3 | 1}, 40},
		"two frames":                 {[]byte{31<<3 | 2}, 40},
		"three frames":               {[]byte{31<<3 | 3, 3}, 60},
		"nothing":                    {nil, 0},
		"cut short":                  {[]byte{31<<3 | 3}, 0},
	} {
		if got := float64(samplesIn(c.packet)) * 1000 / rate; got != c.ms {
			t.Errorf("%s: %v ms, want %v", name, got, c.ms)
		}
	}
}

// What is missing becomes silence, so that a step is heard where it began.
func TestAPauseStaysAPause(t *testing.T) {
	const frame = rate / 50
	for name, c := range map[string]struct {
		stamps []uint32 // of packets of 20 ms
		ago    time.Duration
		want   time.Duration
	}{
		"one after another":           {[]uint32{0, frame, 2 * frame}, 0, 60 * time.Millisecond},
		"nobody spoke for 400 ms":     {[]uint32{0, 21 * frame}, 400 * time.Millisecond, 440 * time.Millisecond},
		"the timestamps begin anew":   {[]uint32{1 << 30, 7}, 0, 40 * time.Millisecond},
		"they pass their highest":     {[]uint32{^uint32(0) - frame + 1, 0}, 0, 40 * time.Millisecond},
		"a clock that jumps an hour":  {[]uint32{0, 3600 * rate}, 0, 1040 * time.Millisecond},
		"the same packet a bit early": {[]uint32{frame, frame / 2}, 0, 40 * time.Millisecond},
	} {
		var out bytes.Buffer
		ogg, err := oggwriter.NewWith(&out, rate, 2)
		if err != nil {
			t.Fatal(err)
		}
		w := &writer{ogg: ogg}
		for _, at := range c.stamps {
			w.heard = w.heard.Add(-c.ago)
			if err := w.write(&media.Sample{Data: silence, PacketTimestamp: at}); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.length().Round(10 * time.Millisecond); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
