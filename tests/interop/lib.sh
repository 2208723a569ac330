# Sourced by the `run` of every family.
# shellcheck shell=bash

# new_application NAME ARG…: registers it; its credentials are then in $INTEROP_DIR/NAME.json, as `app create` answered.
new_application() {
    local name=$1
    shift
    "$GATEPOST" app create --name "$name" "$@" --json >"$INTEROP_DIR/$name.json"
}

# credential NAME FIELD: prints client_id or client_secret.
credential() {
    jq -er --arg field "$2" '.[$field]' "$INTEROP_DIR/$1.json"
}

# token_of NAME [PARAMETER=VALUE]…: prints an access token of the application, asked for with these parameters.
token_of() {
    local parameters=(--data grant_type=client_credentials) parameter
    for parameter in "${@:2}"; do
        parameters+=(--data-urlencode "$parameter")
    done
    curl --silent --fail-with-body --user "$(credential "$1" client_id):$(credential "$1" client_secret)" \
        "${parameters[@]}" "$ISSUER/token" | jq -er .access_token
}
