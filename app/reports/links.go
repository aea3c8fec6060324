package reports

import "silverclass/app/ledger"

// onePerson applies `linked` facts: whichever of a person's cards a fact carries, the
// answer is the same. Chains are followed (A is B, B is C), and the smallest ID stands
// for all of them, so that the order of the links never matters.
func onePerson(links []ledger.Fact) func(string) string {
	parent := map[string]string{}
	var root func(string) string
	root = func(id string) string {
		up, ok := parent[id]
		if !ok || up == id {
			return id
		}
		r := root(up)
		parent[id] = r
		return r
	}
	for _, f := range links {
		kind, other := ledger.SplitObject(f.Object)
		if kind != "person" || f.PersonID == nil {
			continue
		}
		a, b := root(*f.PersonID), root(other)
		if a > b {
			a, b = b, a
		}
		parent[b] = a
	}
	return root
}
