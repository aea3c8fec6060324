//go:build unix

package operator

import "golang.org/x/sys/unix"

// freeBytes is how much an ordinary user may still write on the disk of dir.
func freeBytes(dir string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil //nolint:unconvert // other systems have other types here
}
