package courses

import (
	"context"

	"silverclass/app/people"
)

// Seconds is how long the reader has been learning, over all her runs; see Run.Seconds.
func (p *Progress) Seconds(ctx context.Context, who people.Reader) (int, error) {
	list, err := p.store.runs(ctx, who)
	if err != nil {
		return 0, err
	}
	sum := 0
	for _, r := range list {
		sum += r.Seconds
	}
	return sum, nil
}
