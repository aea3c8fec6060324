package room

import (
	"sync"
	"time"
)

// kept remembers answers for a moment. It saves questions, and nothing depends on it:
// another instance may remember other answers of the same age.
type kept[V any] struct {
	mu   sync.Mutex
	rows map[string]keptRow[V]
}

type keptRow[V any] struct {
	value V
	at    time.Time
}

// most bounds what is remembered.
const most = 1000

// get is the answer for key when it is younger than fresh at now, else what ask says.
func (k *kept[V]) get(key string, now time.Time, fresh time.Duration, ask func() (V, error)) (V, error) {
	if fresh <= 0 {
		return ask()
	}
	k.mu.Lock()
	row, ok := k.rows[key]
	k.mu.Unlock()
	if age := now.Sub(row.at); ok && age >= 0 && age < fresh {
		return row.value, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.rows == nil || len(k.rows) >= most {
		k.rows = map[string]keptRow[V]{}
	}
	k.rows[key] = keptRow[V]{value: v, at: now}
	return v, nil
}
