package courses_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"silverclass/courses"
)

func TestDoorsThatLeadNowhereAreLeftOut(t *testing.T) {
	tests := []struct {
		name        string
		scene, quiz bool
		path        []int
		position    int // of the last step
	}{
		{"both", true, true, []int{1, 2, 3, 4, 5, 6, 7, 8}, 8},
		{"no scene", false, true, []int{1, 2, 3, 4, 5, 7, 8}, 7},
		{"no quiz", true, false, []int{1, 2, 3, 4, 5, 6, 8}, 7},
		{"none", false, false, []int{1, 2, 3, 4, 5, 8}, 6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := catalog(t).WithDoors(func(string) bool { return tt.scene }, func(string) bool { return tt.quiz })
			l, err := c.Lesson("fraud/police-call")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.path, l.Path()); diff != "" {
				t.Errorf("path (-want +got):\n%s", diff)
			}
			if p, of := l.At(courses.KeepStep); p != tt.position || of != tt.position {
				t.Errorf("the last step is %d of %d, want %d of %d", p, of, tt.position, tt.position)
			}
			for i, n := range tt.path {
				next, before := 0, 0
				if i+1 < len(tt.path) {
					next = tt.path[i+1]
				}
				if i > 0 {
					before = tt.path[i-1]
				}
				if l.Next(n) != next || l.Before(n) != before {
					t.Errorf("step %d: next %d before %d, want %d and %d", n, l.Next(n), l.Before(n), next, before)
				}
			}
		})
	}
}
