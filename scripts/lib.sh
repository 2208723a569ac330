# Sourced by the scripts beside it and by tests/interop.
# shellcheck shell=bash

as_root() {
    if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# need COMMAND PACKAGE…: installs the Debian packages unless the command is there already.
need() {
    local command=$1
    shift
    command -v "$command" >/dev/null || install_packages "$@"
}

install_packages() {
    echo "installing $*" >&2
    # The package lists of a fresh machine are missing or too old to download from.
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# A free port. Another process could take it between here and our start; that is unlikely.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
