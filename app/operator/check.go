package operator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// Finding is one thing that was looked at: what it is, and nil or what is wrong with it
// and what to do. Advice is what might be better and stops nobody.
type Finding struct {
	Key    string // the thing's name: cli.check_database, …
	Args   fault.Args
	Err    error
	Advice error
}

// Least free space: a day of a full hall writes some megabytes, an hour of recording fifteen.
const (
	littleSpace = 1 << 30
	clockOff    = 2 * time.Minute
)

// CheckDir looks whether the data directory can be written and has room.
func CheckDir(d Dir) []Finding {
	found := []Finding{{Key: "cli.check_data", Args: fault.Args{"Dir": absolute(string(d))}, Err: d.Prepare()}}
	free, err := freeBytes(string(d))
	if err == nil && free < littleSpace {
		err = fault.New(fault.ReadOnly, "cli.disk_low", fault.Args{"MB": free >> 20})
	}
	return append(found, Finding{Key: "cli.check_disk", Args: fault.Args{"GB": free >> 30}, Err: err})
}

// CheckKeys looks whether anybody else on the machine can read the secrets.
func CheckKeys(files ...string) []Finding {
	var found []Finding
	for _, path := range files {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // made at the first start
		case err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
			err = fault.New(fault.Unavailable, "cli.key_open", fault.Args{"File": absolute(path)})
		}
		found = append(found, Finding{Key: "cli.check_key", Args: fault.Args{"File": filepath.Base(path)}, Err: err})
	}
	return found
}

// CheckDatabase opens the database, which also looks at PostgreSQL's collation, and
// compares its schema with this program and its clock with this machine's.
func CheckDatabase(ctx context.Context, p Place) []Finding {
	d, err := db.Open(ctx, p.Database, p.Now)
	if err != nil {
		return []Finding{{Key: "cli.check_database", Err: err}}
	}
	defer d.Close()
	pending, err := db.Pending(ctx, d)
	if err == nil && pending {
		err = fault.New(fault.Conflict, "cli.schema_old")
	}
	return []Finding{
		{Key: "cli.check_database"},
		{Key: "cli.check_schema", Err: err},
		{Key: "cli.check_clock", Err: checkClock(ctx, d, p.Now())},
	}
}

// checkClock compares with PostgreSQL's clock, or with the last row that a box wrote: a
// machine whose battery is flat comes up years ago and would date facts wrongly.
func checkClock(ctx context.Context, d *db.DB, now time.Time) error {
	var other *time.Time
	sql := "SELECT now()"
	if db.IsSQLite(d.DB) {
		sql = "SELECT max(recorded_at) FROM ledger_facts"
	}
	if err := d.WithContext(ctx).Raw(sql).Row().Scan(&other); err != nil || other == nil {
		return nil //nolint:nilerr // no facts yet, or no tables: check_schema says so
	}
	off := now.Sub(*other)
	if off < -clockOff || (!db.IsSQLite(d.DB) && off > clockOff) {
		return fault.New(fault.Conflict, "cli.clock_wrong", fault.Args{
			"Here": now.UTC().Format(time.RFC3339), "There": other.UTC().Format(time.RFC3339)})
	}
	return nil
}

// CheckPort looks whether the program could listen at a TCP address. Its own pages
// answering there are fine: then it is running.
func CheckPort(ctx context.Context, address string) Finding {
	f := Finding{Key: "cli.check_port", Args: fault.Args{"Address": address}}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err == nil {
		f.Err = l.Close()
	} else if !answers(ctx, address) {
		f.Err = err
	}
	return f
}

// CheckUDP is CheckPort for the port that carries picture and sound. While the program
// runs, its child holds the port; running says so.
func CheckUDP(ctx context.Context, port int, running bool) Finding {
	address := fmt.Sprintf(":%d", port)
	f := Finding{Key: "cli.check_port_udp", Args: fault.Args{"Address": address}}
	l, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", address)
	if err == nil {
		f.Err = l.Close()
	} else if !running {
		f.Err = err
	}
	return f
}

// Running reports whether the program answers at this address.
func Running(ctx context.Context, address string) bool { return answers(ctx, address) }

func answers(ctx context.Context, address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "" {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
