package operator

import (
	"io/fs"
	"path"
	"strings"

	"silverclass/app/fault"
)

// sealing is what can be found out about the encryption of a disk.
type sealing int

const (
	unknown sealing = iota // nobody can tell from here
	open                   // the disk is read by whoever takes it out
	sealedDisk
)

// CheckEncryption looks whether the disk below the data directory is encrypted, as far as
// the program can tell. Keys beside the database protect a stolen backup, not a stolen
// laptop. What it finds is advice and never an error: a data centre or the drive itself
// may encrypt where the system cannot see it.
func CheckEncryption(d Dir) Finding {
	f := Finding{Key: "cli.check_encrypted"}
	switch diskOf(string(d)) {
	case sealedDisk:
	case open:
		f.Advice = fault.New(fault.Unavailable, "cli.disk_open")
	default:
		f.Advice = fault.New(fault.Unavailable, "cli.disk_unknown")
	}
	return f
}

// device looks at a block device as Linux shows it below /sys/dev/block ("253:0"): sealed
// when it, or every one of the devices that it is made of, is dm-crypt. Files that pass
// for devices (loop) and memory (zram, ram) tell nothing.
func device(sys fs.FS, dir string, depth int) sealing {
	if depth > 8 {
		return unknown
	}
	if _, err := fs.Stat(sys, dir); err != nil {
		return unknown
	}
	if uuid, err := fs.ReadFile(sys, path.Join(dir, "dm/uuid")); err == nil && strings.HasPrefix(string(uuid), "CRYPT-") {
		return sealedDisk
	}
	if _, err := fs.Stat(sys, path.Join(dir, "loop")); err == nil {
		return unknown
	}
	slaves, err := fs.ReadDir(sys, path.Join(dir, "slaves"))
	if err != nil || len(slaves) == 0 {
		return open
	}
	all := sealedDisk
	for _, s := range slaves {
		if one := device(sys, path.Join(dir, "slaves", s.Name()), depth+1); one != sealedDisk {
			all = one
		}
	}
	return all
}

// mounted is the device that a directory's file system names in /proc/self/mountinfo, for
// those that have none of their own number (btrfs); empty when it is none.
func mounted(info, dir string) string {
	best, source := "", ""
	for line := range strings.Lines(info) {
		before, after, ok := strings.Cut(line, " - ")
		head, tail := strings.Fields(before), strings.Fields(after)
		if !ok || len(head) < 5 || len(tail) < 2 {
			continue
		}
		at := strings.ReplaceAll(head[4], `\040`, " ")
		if (dir == at || at == "/" || strings.HasPrefix(dir, at+"/")) && len(at) >= len(best) {
			best, source = at, tail[1]
		}
	}
	if !strings.HasPrefix(source, "/dev/") {
		return ""
	}
	return source
}
