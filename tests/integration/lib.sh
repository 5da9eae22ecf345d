# shellcheck shell=bash
# lib: starts and stops real instances for the integration scripts. Sourced, never run.
#
# Needs PAIDAN_BIN (folder of the programs) and PAIDAN_ROOT (source tree), as ctest sets them.
# Everything a script makes lies below $scratch, which goes away at the end together with every
# instance started here: by process id, never by name. Several scripts run side by side beside builds
# (tests/run): none may need a fixed port or name, or a machine that is quick.
#
# A comment at a script's head says what CMake must know of it: "ctest: cost N", about how many seconds
# it takes, where the longest begin first; "ctest: alone", with the reason, where no other test may run beside it.

set -uo pipefail

: "${PAIDAN_ROOT:=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)}"
: "${PAIDAN_BIN:=$PAIDAN_ROOT/build/debug/bin}"
export PAIDAN_ROOT PAIDAN_BIN LC_ALL=C.UTF-8
# Services that are killed all the time shall not wait long for their restart.
export PAIDAN_BACKOFF_SECONDS_MAX=1
# What else the machine does is nobody's fault.
export PAIDAN_READY_SECONDS=240
readonly PATIENCE_SECONDS=120

SERVICES=(intake triage escalation callback access archive)
scratch=$(mktemp -d /tmp/paidan.XXXXXX)
instances=()
workers=()
mounts=()

# fail TEXT: ends the test; shows the ends of the logs first.
fail() {
    local data name
    echo "FAILED: $*" >&2
    for data in "${instances[@]}"; do
        for name in supervisor "${SERVICES[@]}"; do
            if [[ -s $data/log/$name.log ]]; then
                echo "-- $(basename "$data")/log/$name.log" >&2
                tail -n 15 "$data/log/$name.log" >&2
            fi
        done
    done
    exit 1
}

note() {
    printf '%(%T)T %s\n' -1 "$*"
}

# peers_install: the clients and parsers that others wrote (tests/peers) with their packages; sets peers. Skips with 77 where
# they cannot be had. Scripts that run at once wait for each other.
peers_install() {
    # shellcheck disable=SC2034  # the scripts read it
    peers=$PAIDAN_ROOT/tests/peers
    # shellcheck disable=SC2016  # expanded by the inner shell
    bash -c 'source "$1/deploy/lib.sh" && npm_install "$1/tests/peers"' peers "$PAIDAN_ROOT" || {
        note "npm is missing, or cannot install the peers"
        exit 77
    }
}

# expect WHAT ACTUAL WANTED: compares two words.
expect() {
    [[ $2 == "$3" ]] || fail "$1: is '$2', wanted '$3'"
}

cleanup() {
    local pid data
    for pid in "${workers[@]}"; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    for data in "${instances[@]}"; do
        "$PAIDAN_ROOT/deploy/down" --data "$data" >/dev/null
    done
    for data in "${mounts[@]}"; do
        umount "$data" 2>/dev/null || umount --lazy "$data"
    done
    rm -rf "$scratch"
}
trap cleanup EXIT

# instance_start DATA SITE [RATE [SITE_TIME]]: starts an instance and waits until it is ready. With
# RATE its clock runs so many times as fast, from SITE_TIME on ("2026-03-02 08:00", Shanghai).
instance_start() {
    local data=$1 site=$2 rate=${3:-} begin=${4:-2026-03-02 08:00}
    mkdir -p "$data"
    if [[ -n $rate && ! -f $data/clock ]]; then
        echo "scaled $(date +%s%3N) $(TZ=Asia/Shanghai date -d "$begin" +%s)000 $rate" >"$data/clock"
    fi
    instances+=("$data")
    "$PAIDAN_ROOT/deploy/up" --no-feed --data "$data" --site "$site" >"$scratch/up.log" 2>&1 || {
        cat "$scratch/up.log" >&2
        fail "instance does not start"
    }
}

instance_stop() {
    "$PAIDAN_ROOT/deploy/down" --data "$1" || fail "instance does not stop"
}

# paidan DATA WORD...: the CLI on an instance.
paidan() {
    local data=$1
    shift
    "$PAIDAN_BIN/paidan" --data "$data" "$@"
}

# within SECONDS WHAT COMMAND...: repeats a command until it succeeds. For what must happen soon: some times as long
# as it takes on a busy machine, shorter than what would bring it about by itself (a heartbeat, a lease).
within() {
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        ((SECONDS < until)) || fail "waited in vain: $what"
        sleep 0.3
    done
}

# wait_until SECONDS WHAT COMMAND...: the same for what must happen. The limit is for a test that hangs, and never
# below PATIENCE_SECONDS: nothing is said about how fast it is.
wait_until() {
    local seconds=$(($1 < PATIENCE_SECONDS ? PATIENCE_SECONDS : $1))
    shift
    within "$seconds" "$@"
}

# quiet DATA: does every service hold all that the services it follows have said? Adapters may be away or slow.
quiet() {
    paidan "$1" ping --json 2>/dev/null | jq -se '
        [.. | objects | select(has("following")) |
            select(.service | IN("intake", "triage", "escalation", "callback")) | .following] |
        length == 4 and all(.[][]; .cursor == .head)' >/dev/null
}

# logs_hold DATA: verifies and replays every log.
logs_hold() {
    local name
    for name in "${SERVICES[@]}"; do
        paidan "$1" log verify "$name" >"$scratch/verify" 2>&1 || {
            cat "$scratch/verify" >&2
            fail "log verify $name"
        }
        paidan "$1" log replay "$name" >"$scratch/replay" 2>&1 || {
            cat "$scratch/replay" >&2
            fail "log replay $name"
        }
    done
    note "verify and replay hold for all logs"
}

# service_kill DATA SERVICE: SIGKILL, wherever it is in its work.
service_kill() {
    local pid
    pid=$(cat "$1/run/$2.pid" 2>/dev/null) || return 0
    kill -KILL "$pid" 2>/dev/null
    return 0
}

# Reading --json output. Objects are found wherever they lie in it, so that listings may be one
# array or one object a line.

# json_all FIELD: every value of that field on stdin, one a line.
json_all() {
    jq -r --arg field "$1" '.. | objects | select(has($field)) | .[$field] | select(. != null)'
}

# json_first FIELD: the first of them; empty if there is none.
json_first() {
    json_all "$1" | sed -n 1p
}

# summary_of FILE: "accepted duplicate refused" of a submit's --json output.
summary_of() {
    jq -rs '[.. | objects | select(has("accepted") and has("refused"))] | last |
        "\(.accepted) \(.duplicate) \(.refused)"' "$1"
}

# listing DATA WORD...: numbers and states of all pages of a listing that takes --cursor, one a line.
listing() {
    local data=$1 cursor='' page
    local -a more=()
    shift
    while true; do
        page=$(paidan "$data" "$@" --limit 1000 "${more[@]}" --json) || fail "paidan $*"
        jq -r '.. | objects | select(has("number")) | [.number, .state // ""] | @tsv' <<<"$page"
        cursor=$(json_first next <<<"$page")
        [[ -n $cursor ]] || return 0
        more=(--cursor "$cursor")
    done
}

# tickets_opened DATA: numbers that escalation has, sorted: the list without what waits at the desk.
tickets_opened() {
    listing "$1" list | awk -F '\t' '$2 != "desk" { print $1 }' | sort
}

# tickets_on_desk DATA: numbers at the dispatcher's desk, sorted.
tickets_on_desk() {
    listing "$1" desk list | cut -f 1 | sort
}

# column FILE NAME: a column of a simple CSV file (no commas inside fields), without the header.
column() {
    awk -F, -v name="$2" '
        NR == 1 { sub(/^\xef\xbb\xbf/, ""); sub(/\r$/, "")
                  for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
        { sub(/\r$/, "") } at && $at != "" { print $at }' "$1"
}

# demo_texts: the complaints of the demo as a table: external_id, place, text.
demo_texts() {
    awk -F '\t' -v OFS='\t' '
        /^#/ || NF == 0 { next }
        !known { for (i = 1; i <= NF; i++) at[$i] = i; known = 1
                 print "external_id", "place", "text"; next }
        { print $at["external_id"], $at["place"], $at["text"] }' "$PAIDAN_ROOT/deploy/demo/day.tsv"
}
