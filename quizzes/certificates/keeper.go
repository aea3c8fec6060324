package certificates

import "silverclass/app/people"

// Keeper answers for what this package keeps about a person: her certificates. They carry
// no name and stay when she is erased, pointing to a number that is nobody's; whoever
// looks up the code then reads that she wished it so.
func Keeper() people.Keeper {
	return people.NewKeeper("certificates",
		people.Kept{Table: "certificates", Group: people.KeptCertificates, Order: "issued_at, id", Stays: true})
}
