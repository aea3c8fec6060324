package courses

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"
)

// soundEndings are the types of recordings, by their file's ending.
func soundEndings() []string { return []string{".wav", ".mp3", ".ogg", ".m4a"} }

var errNoSound = errors.New("neither WAV nor MP3, Ogg or M4A")

// soundLength tells a recording's type by what is in it, never by its name, and how long
// it is.
func soundLength(b []byte) (ending string, length time.Duration, err error) {
	switch {
	case len(b) > 44 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WAVE":
		ending, length = ".wav", wavLength(b)
	case len(b) > 27 && string(b[:4]) == "OggS":
		ending, length = ".ogg", oggLength(b)
	case len(b) > 12 && string(b[4:8]) == "ftyp":
		ending, length = ".m4a", m4aLength(b)
	case len(b) > 4:
		ending, length = ".mp3", mp3Length(b)
	}
	if length <= 0 {
		return "", 0, errNoSound
	}
	return ending, length, nil
}

func seconds(count, perSecond uint64) time.Duration {
	if perSecond == 0 || count > 1<<40 {
		return 0
	}
	return time.Duration(count*uint64(time.Second/time.Microsecond)/perSecond) * time.Microsecond
}

func wavLength(b []byte) time.Duration {
	var rate uint64
	for at := 12; at+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[at+4:]))
		if size < 0 {
			return 0
		}
		switch string(b[at : at+4]) {
		case "fmt ":
			if at+20 <= len(b) {
				rate = uint64(binary.LittleEndian.Uint32(b[at+16:]))
			}
		case "data":
			return seconds(uint64(min(size, len(b)-at-8)), rate)
		}
		at += 8 + size + size%2
	}
	return 0
}

// oggLength is where the last page ends: Opus counts 48,000 a second, Vorbis says.
func oggLength(b []byte) time.Duration {
	last := bytes.LastIndex(b, []byte("OggS"))
	if last+14 > len(b) {
		return 0
	}
	end := binary.LittleEndian.Uint64(b[last+6:])
	if bytes.Contains(b[:min(len(b), 200)], []byte("OpusHead")) {
		return seconds(end, 48000)
	}
	if i := bytes.Index(b[:min(len(b), 200)], []byte("\x01vorbis")); i >= 0 && i+16 <= len(b) {
		return seconds(end, uint64(binary.LittleEndian.Uint32(b[i+12:])))
	}
	return 0
}

func m4aLength(b []byte) time.Duration {
	i := bytes.Index(b, []byte("mvhd"))
	if i < 0 || i+36 > len(b) {
		return 0
	}
	if b[i+4] == 1 {
		return seconds(binary.BigEndian.Uint64(b[i+28:]), uint64(binary.BigEndian.Uint32(b[i+24:])))
	}
	return seconds(uint64(binary.BigEndian.Uint32(b[i+20:])), uint64(binary.BigEndian.Uint32(b[i+16:])))
}

// The bit rates of MPEG layer 3 in kbit/s, and its sample rates, for versions 1 and 2.
var (
	mp3Rates   = [2][15]int{{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}, {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}
	mp3Samples = [3]int{44100, 48000, 32000}
)

// mp3Length counts the frames; other bytes than frames behind the first are not a sound.
func mp3Length(b []byte) time.Duration {
	at := 0
	if len(b) > 10 && string(b[:3]) == "ID3" {
		at = 10 + (int(b[6])<<21 | int(b[7])<<14 | int(b[8])<<7 | int(b[9]))
	}
	var length time.Duration
	for at+4 <= len(b) {
		if string(b[at:at+3]) == "TAG" {
			break
		}
		if b[at] != 0xFF || b[at+1]&0xE0 != 0xE0 || (b[at+1]>>1)&3 != 1 {
			return 0
		}
		version, rate, sample := (b[at+1]>>3)&3, b[at+2]>>4, (b[at+2]>>2)&3
		if version == 1 || rate == 0 || rate == 15 || sample == 3 {
			return 0
		}
		perSecond, low, perFrame := mp3Samples[sample], 0, 1152
		if version != 3 {
			perSecond, low, perFrame = perSecond/2, 1, 576
		}
		if version == 0 {
			perSecond /= 2
		}
		size := perFrame/8*mp3Rates[low][rate]*1000/perSecond + int((b[at+2]>>1)&1)
		length += seconds(uint64(perFrame), uint64(perSecond))
		at += size
	}
	return length
}
