package interop

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/oauth2"
)

func TestTheIDTokenIsValidAndNamesThePerson(t *testing.T) {
	app, email := discover(t), newAddress()
	kept := app.begin()
	tokens, err := app.redeem(kept, kept.signedIn(t, email))
	must(t, err)
	token, err := app.claims(tokens)
	must(t, err)
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
		Username string `json:"preferred_username"`
		Name     string `json:"name"`
	}
	must(t, token.Claims(&claims))
	local, _, _ := strings.Cut(email, "@")
	if token.Nonce != kept.nonce || token.AccessTokenHash == "" {
		t.Errorf("nonce %q, at_hash %q", token.Nonce, token.AccessTokenHash)
	}
	info, err := app.provider.UserInfo(context.Background(), oauth2.StaticTokenSource(tokens))
	must(t, err)
	if info.Subject != token.Subject || !strings.EqualFold(info.Email, email) || !info.EmailVerified {
		t.Errorf("userinfo: %+v", info)
	}
	must(t, info.Claims(&claims))
	if !strings.EqualFold(claims.Username, email) || !strings.EqualFold(claims.Name, local) || !claims.Verified {
		t.Errorf("claims: %+v", claims)
	}
	if granted := tokens.Extra("scope"); granted != "openid profile email offline_access" {
		t.Errorf("scope: %v", granted)
	}
}

func TestARefreshTokenRenewsTheTokens(t *testing.T) {
	app := discover(t)
	kept := app.begin()
	first, err := app.redeem(kept, kept.signedIn(t, newAddress()))
	must(t, err)
	before, err := app.claims(first)
	must(t, err)
	renewed, err := app.oauth2.TokenSource(context.Background(), &oauth2.Token{RefreshToken: first.RefreshToken}).Token()
	must(t, err)
	after, err := app.claims(renewed)
	must(t, err)
	if renewed.AccessToken == first.AccessToken || renewed.RefreshToken == first.RefreshToken || after.Subject != before.Subject {
		t.Error("not renewed")
	}
}

func TestAWrongVerifierIsInvalidGrant(t *testing.T) {
	app := discover(t)
	kept := app.begin()
	answer := kept.signedIn(t, newAddress())
	kept.verifier = oauth2.GenerateVerifier()
	_, err := app.redeem(kept, answer)
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.ErrorCode != "invalid_grant" {
		t.Errorf("%v", err)
	}
}
