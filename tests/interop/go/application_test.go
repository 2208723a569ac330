// Package interop has an application written with go-oidc and x/oauth2, as their documentation says, and a person who
// uses it.
package interop

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Where the answer goes. Nothing listens there: what matters is the address.
const callback = "https://www.example.com/oauth/callback"

var issuer = os.Getenv("ISSUER")

// credentials are what `app create --json` answered.
type credentials struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

func registered(t *testing.T, name string) credentials {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(os.Getenv("INTEROP_DIR"), name+".json"))
	must(t, err)
	var found credentials
	must(t, json.Unmarshal(text, &found))
	return found
}

// application knows the issuer's name and its own credentials; discovery tells the rest.
type application struct {
	provider *oidc.Provider
	oauth2   oauth2.Config
}

func discover(t *testing.T) application {
	t.Helper()
	provider, err := oidc.NewProvider(context.Background(), issuer)
	must(t, err)
	own := registered(t, "go-web")
	return application{provider, oauth2.Config{
		ClientID:     own.ClientID,
		ClientSecret: own.ClientSecret,
		RedirectURL:  callback,
		Endpoint:     provider.Endpoint(),
		// "groups" is of another provider: an application that was written for it sends it here as well.
		Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess, "groups"},
	}}
}

// waiting is what the application keeps while the person is away.
type waiting struct {
	state, nonce, verifier string
	start                  string
}

func (a application) begin() waiting {
	kept := waiting{state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
	kept.start = a.oauth2.AuthCodeURL(kept.state, oidc.Nonce(kept.nonce), oauth2.S256ChallengeOption(kept.verifier))
	return kept
}

// signedIn lets a person sign in; what their browser brings to the application.
func (w waiting) signedIn(t *testing.T, email string) url.Values {
	t.Helper()
	person := exec.Command("node", "../person.mjs", email, w.start, callback)
	person.Stderr = os.Stderr
	end, err := person.Output()
	must(t, err)
	address, err := url.Parse(strings.TrimSpace(string(end)))
	must(t, err)
	answer := address.Query()
	if answer.Get("state") != w.state || answer.Get("iss") != issuer {
		t.Fatalf("an answer to another request: %s", address)
	}
	return answer
}

func (a application) redeem(w waiting, answer url.Values) (*oauth2.Token, error) {
	return a.oauth2.Exchange(context.Background(), answer.Get("code"), oauth2.VerifierOption(w.verifier))
}

// claims are those of the ID token that came with the tokens, after it was found good.
func (a application) claims(tokens *oauth2.Token) (*oidc.IDToken, error) {
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return nil, fmt.Errorf("no ID token")
	}
	token, err := a.provider.Verifier(&oidc.Config{ClientID: a.oauth2.ClientID}).Verify(context.Background(), raw)
	if err == nil && token.AccessTokenHash != "" {
		err = token.VerifyAccessToken(tokens.AccessToken)
	}
	return token, err
}

func newAddress() string {
	return rand.Text() + "@example.com"
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
