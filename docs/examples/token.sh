#!/usr/bin/env bash
# Gets a token with curl, shows what is in it and uses it. Needs ISSUER, CLIENT_ID and CLIENT_SECRET.
set -euo pipefail

token=$(curl --silent --fail-with-body "$ISSUER/token" \
    --user "$CLIENT_ID:$CLIENT_SECRET" \
    --data grant_type=client_credentials | jq --raw-output .access_token)

# Reading is not verifying: a resource server checks the signature too (see verify.mjs, verify.py, verify.go).
jq --raw-input 'split(".")[:2][] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson' <<<"$token"

curl --silent --fail-with-body --header "Authorization: Bearer $token" "$ISSUER/api/v1/hello"
