#!/usr/bin/env bash
# A private PostgreSQL on loopback for the tests.
#
#   postgres.sh start DIR [PORT]  makes a cluster in DIR, starts it, prints its URL (nothing else on standard output);
#                                 without PORT on one that is free
#   postgres.sh stop DIR          stops it and removes DIR
#
# The server refuses to run as root; root borrows the user postgres. fsync stays on: the tests are about durability.
set -euo pipefail

fail() {
    echo "postgres.sh: $*" >&2
    exit 1
}

find_programs() {
    local folder
    for folder in "$(command -v pg_ctl >/dev/null 2>&1 && dirname "$(command -v pg_ctl)")" \
        $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
        if [ -n "$folder" ] && [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
            echo "$folder"
            return
        fi
    done
    fail "PostgreSQL is not installed (Debian: apt-get install postgresql)"
}

as_server_user() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- "$@")
    else
        "$@"
    fi
}

free_port() {
    local port
    for _ in $(seq 50); do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    fail "no free port found"
}

start() {
    local dir=$1 port=$2 programs
    [ -n "$port" ] || port=$(free_port)
    programs=$(find_programs)
    [ -e "$dir" ] && fail "$dir exists already"
    if [ "$(id -u)" -eq 0 ] && ! id postgres >/dev/null 2>&1; then
        fail "root needs the system user postgres to run the server (Debian: apt-get install postgresql)"
    fi
    mkdir -p -m 700 "$dir"
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres: "$dir"
        as_server_user test -w "$dir" || fail "the user postgres cannot reach $dir: a folder above it is closed"
    fi
    trap 'echo "--- $dir/log" >&2; tail -n 20 "$dir/log" >&2 || true' ERR
    as_server_user "$programs/initdb" -D "$dir/data" -U exeunt -A trust -E UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1 \
        || { cat "$dir/initdb.log" >&2; fail "initdb failed"; }
    cat >>"$dir/data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
fsync = on
max_connections = 500
shared_buffers = 64MB
log_min_messages = warning
EOF
    as_server_user "$programs/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 start >/dev/null \
        || { tail -n 20 "$dir/log" >&2; fail "the server did not start; is port $port taken?"; }
    echo "postgres://exeunt@127.0.0.1:$port/postgres"
}

stop() {
    local dir=$1 programs
    programs=$(find_programs)
    [ -d "$dir/data" ] || fail "no server in $dir"
    as_server_user "$programs/pg_ctl" -D "$dir/data" -m fast -w -t 60 stop >/dev/null || true
    rm -rf "$dir"
}

case "${1:-}" in
    start) [ $# -eq 2 ] || [ $# -eq 3 ] || fail "usage: start DIR [PORT]"; start "$2" "${3:-}" ;;
    stop) [ $# -eq 2 ] || fail "usage: stop DIR"; stop "$2" ;;
    *) fail "usage: start DIR [PORT] | stop DIR" ;;
esac
