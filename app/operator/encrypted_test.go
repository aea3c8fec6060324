package operator

import (
	"testing"
	"testing/fstest"
)

func TestWhetherADiskIsEncrypted(t *testing.T) {
	luks := &fstest.MapFile{Data: []byte("CRYPT-LUKS2-0123-root\n")}
	lvm := &fstest.MapFile{Data: []byte("LVM-abc\n")}
	size := &fstest.MapFile{Data: []byte("1\n")}
	sys := fstest.MapFS{
		"8:1/size":                     size,
		"253:0/dm/uuid":                luks,
		"253:0/slaves/sda2/size":       size,
		"253:1/dm/uuid":                lvm, // a volume within an encrypted one
		"253:1/slaves/dm-0/dm/uuid":    luks,
		"253:2/dm/uuid":                lvm, // a volume over two disks, one of them open
		"253:2/slaves/dm-0/dm/uuid":    luks,
		"253:2/slaves/sdb1/size":       size,
		"7:0/loop/backing_file":        size,
		"253:3/slaves/loop0/loop/size": size,
	}
	for dir, want := range map[string]sealing{"8:1": open, "253:0": sealedDisk, "253:1": sealedDisk, "253:2": open, "7:0": unknown, "253:3": unknown, "9:9": unknown} {
		if got := device(sys, dir, 0); got != want {
			t.Errorf("%s: got %d, want %d", dir, got, want)
		}
	}
}

func TestTheDeviceOfAMount(t *testing.T) {
	info := "22 1 0:20 / / rw - overlay overlay rw\n" +
		"30 22 0:40 /data /srv/my\\040data rw shared:1 - btrfs /dev/mapper/luks-1 rw\n" +
		"31 22 8:1 / /srv rw - ext4 /dev/sda1 rw\n"
	for dir, want := range map[string]string{"/srv/my data/box": "/dev/mapper/luks-1", "/srv/my": "/dev/sda1", "/srv": "/dev/sda1", "/home": ""} {
		if got := mounted(info, dir); got != want {
			t.Errorf("%s: got %q, want %q", dir, got, want)
		}
	}
}
