# Sourced by the `run` of every application here: reads its recipe and runs it until the script ends.
# shellcheck shell=bash
# shellcheck source=tests/interop/lib.sh
source ../../lib.sh
# shellcheck source=scripts/lib.sh
source ../../../../scripts/lib.sh

document=../../../../docs/applications.md
application=

# Ends the script, with the reason, where there was nothing to compile it with.
needs_go() {
    if ! command -v go >/dev/null; then
        echo "skipped: there is no go on this machine"
        exit 0
    fi
}

# register NAME: registers it with the command that the document prints, at an address of its own.
register() {
    name=$1
    folder=$INTEROP_DIR/$name
    SITE=http://127.0.0.1:$(free_port)
    export SITE
    mkdir "$folder"
    "$GATEPOST" app create --for "$name" --url "$SITE" --json >"$INTEROP_DIR/$name.json"
    CLIENT_ID=$(credential "$name" client_id)
    export CLIENT_ID
}

# recipe SECTION: prints the settings from that section of the document, for the application that was registered last.
recipe() {
    local site
    site=$(sed -n "s/^gatepost app create --for $name --url //p" "$document")
    awk -v section="## $1" '
        /^## / { inside = $0 == section }
        inside && /^```/ { open = !open; wanted = open && $0 != "```sh"; next }
        inside && wanted' "$document" | sed \
        -e "s|$site|$SITE|g; s|$(encoded "$site")|$(encoded "$SITE")|g" \
        -e "s|https://auth.example.com|$ISSUER|g; s|auth.example.com|${ISSUER#http://}|g" \
        -e "s|\bCLIENT_ID\b|$CLIENT_ID|g; s|\bCLIENT_SECRET\b|$(credential "$name" client_secret)|g" |
        grep . || { echo "the document has no settings under \"$1\"" >&2; return 1; }
}

# As a part of another address.
encoded() {
    jq -nr --arg text "$1" '$text | @uri'
}

# member GROUP: prints the address of somebody new who is in the group.
member() {
    local address
    address=$(random)@example.com
    "$GATEPOST" user create "$address" >/dev/null
    "$GATEPOST" group add "$1" "$address" >/dev/null
    echo "$address"
}

# 32 hexadecimal digits.
random() {
    python3 -c 'import secrets; print(secrets.token_hex(16))'
}

# start PATH COMMAND…: runs the application and waits until it answers at that path, which says that it is ready.
start() {
    local ready=$SITE$1 deadline=$((SECONDS + 600))
    shift
    trap stop EXIT
    setsid "$@" >"$folder/log" 2>&1 &
    application=$!
    until curl --silent --fail --output /dev/null "$ready"; do
        if ! kill -0 "$application" 2>/dev/null || ((SECONDS > deadline)); then
            echo "$name did not start:" >&2
            tail -n 40 "$folder/log" >&2
            return 1
        fi
        sleep 0.2
    done
}

# Tests it with the file of its name.
try() {
    node --test --test-reporter=spec "$name.test.mjs" || { tail -n 40 "$folder/log"; return 1; }
}

stop() {
    kill "$application" 2>/dev/null || true
    wait "$application" 2>/dev/null || true
    # What it started itself and left behind.
    kill -- "-$application" 2>/dev/null || true
}
