// go get github.com/golang-jwt/jwt/v5 github.com/MicahParks/keyfunc/v3
// ISSUER=https://auth.example.com AUDIENCE=… TOKEN=… go run verify.go
package main

import (
	"fmt"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"os"
)

func main() {
	// Make it once and keep it: it caches the keys and fetches them again when they change.
	keys, err := keyfunc.NewDefault([]string{os.Getenv("ISSUER") + "/.well-known/jwks.json"})
	if err != nil {
		panic(err)
	}
	claims := jwt.MapClaims{}
	if _, err := jwt.ParseWithClaims(os.Getenv("TOKEN"), claims, keys.Keyfunc, jwt.WithValidMethods([]string{"RS256"}),
		jwt.WithIssuer(os.Getenv("ISSUER")), jwt.WithAudience(os.Getenv("AUDIENCE"))); err != nil {
		panic(err)
	}
	fmt.Println(claims["client_id"], "may", claims["scope"])
}
