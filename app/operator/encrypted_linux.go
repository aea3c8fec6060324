package operator

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// diskOf looks at the device of a directory.
func diskOf(dir string) sealing {
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		return unknown
	}
	number := uint64(st.Dev) //nolint:unconvert // other processors have other types here
	if unix.Major(number) == 0 {
		info, err := os.ReadFile("/proc/self/mountinfo")
		if err != nil {
			return unknown
		}
		source := mounted(string(info), absolute(dir))
		if source == "" || unix.Stat(source, &st) != nil {
			return unknown
		}
		number = uint64(st.Rdev) //nolint:unconvert // as above
	}
	return device(os.DirFS("/sys/dev/block"), fmt.Sprintf("%d:%d", unix.Major(number), unix.Minor(number)), 0)
}
