package interop

import (
	"context"
	"testing"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func TestAMachineGetsATokenAndAnAPITakesIt(t *testing.T) {
	own := registered(t, "go-service")
	// AutoDetect tries the header first; both ways lead to a token.
	for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleAutoDetect, oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams} {
		config := clientcredentials.Config{
			ClientID: own.ClientID, ClientSecret: own.ClientSecret, TokenURL: issuer + "/token", AuthStyle: style,
			Scopes: []string{"reports/read"},
		}
		token, err := config.Token(context.Background())
		must(t, err)
		keys, err := keyfunc.NewDefault([]string{issuer + "/.well-known/jwks.json"})
		must(t, err)
		claims := jwt.MapClaims{}
		_, err = jwt.ParseWithClaims(token.AccessToken, claims, keys.Keyfunc, jwt.WithValidMethods([]string{"RS256"}),
			jwt.WithIssuer(issuer), jwt.WithAudience(own.ClientID), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
		must(t, err)
		if claims["scope"] != "reports/read" || claims["client_id"] != own.ClientID {
			t.Errorf("claims: %v", claims)
		}
	}
}
