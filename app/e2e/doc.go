// Package e2e holds the tests that a person would walk: the built program, started as an
// operator starts it, with a real database, a real LiveKit, and real Chromium windows.
//
// They run on a made-up host name over plain HTTP (http://class.lan:PORT), because
// browsers treat 127.0.0.1 as secure and would hide what a hall has to do without. Any
// console error, any breach of the content security policy, any failed request and any
// request to a third party fails the test that caused it.
//
// The tests have the build tag browser; `make test` sets it.
package e2e
