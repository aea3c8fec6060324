package main

import (
	"context"
	"time"

	"silverclass/app/fault"
	"silverclass/app/people"
)

// keysRotateCmd changes the key under which phone numbers are sealed; the program may be
// running. Cut off, it goes on when it is called again.
type keysRotateCmd struct{}

// Run seals every number anew and says how many.
func (keysRotateCmd) Run(ctx context.Context, s settings, t *terminal) error {
	if err := s.keys().Prepare(); err != nil {
		return err
	}
	d, err := s.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	keys, err := people.OpenPhoneKeys(ctx, d.DB, time.Now, s.keys().Phones(), s.PhoneKeys)
	if err != nil {
		return err
	}
	done, err := keys.Rotate(ctx, nil)
	if err != nil {
		return err
	}
	if done.Resumed {
		t.say("cli.keys_resumed")
	}
	t.say("cli.keys_rotated", fault.Args{"Phones": done.Phones, "Key": done.Key})
	return nil
}
