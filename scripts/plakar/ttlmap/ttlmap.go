// Package ttlmap stands in for the module of the same name, which the Go module proxy does not serve: a map
// whose entries expire. Written from the calls plakar's web interface makes; nothing else of plakar uses it.
package ttlmap

import (
	"sync"
	"time"
)

type entry[V any] struct {
	value   V
	expires time.Time
}

// Map holds each entry for the same time after it was added. Safe for concurrent use.
type Map[K comparable, V any] struct {
	ttl     time.Duration
	mutex   sync.Mutex
	entries map[K]entry[V]
}

func New[K comparable, V any](ttl time.Duration) *Map[K, V] {
	return &Map[K, V]{ttl: ttl, entries: make(map[K]entry[V])}
}

// Add stores the value, replacing one under the same key.
func (m *Map[K, V]) Add(key K, value V) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.entries[key] = entry[V]{value: value, expires: time.Now().Add(m.ttl)}
}

// Get returns the value, and false when there is none or it has expired.
func (m *Map[K, V]) Get(key K) (V, bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	found, ok := m.entries[key]
	if !ok || !time.Now().Before(found.expires) {
		var none V
		return none, false
	}
	return found.value, true
}

// AutoExpire starts a goroutine that drops expired entries for as long as the program runs.
func (m *Map[K, V]) AutoExpire() {
	go func() {
		for now := range time.Tick(m.ttl) {
			m.expire(now)
		}
	}()
}

func (m *Map[K, V]) expire(now time.Time) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for key, found := range m.entries {
		if !now.Before(found.expires) {
			delete(m.entries, key)
		}
	}
}
