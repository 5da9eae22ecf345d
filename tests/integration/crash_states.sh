#!/usr/bin/env bash
# Crash states of the disk: a load writes to real stores while a shim keeps a journal of every write
# and sync; then every state in which a power cut could have left the file is rebuilt and opened.
# In each the log verifies, the tables equal a replay, all that was told is there and nothing else,
# and the next commit holds. Then the same with syncs taken away: now laws must break.
#
# crash_states.sh [TICKETS [SUBSETS [SEED [EVERY]]]]: 10 tickets, 12 random subsets a moment, seed 1,
# every moment; a thorough run is `crash_states.sh 150 64`: some millions of states, many hours.
# `crash_states.sh 150 64 1 9` looks at each ninth moment only.
# ctest: cost 12
source "$(dirname "$0")/lib.sh"

tickets=${1:-10} subsets=${2:-12} seed=${3:-1} every=${4:-1}
shim=$PAIDAN_BIN/test-crash-record.so
if [[ -w /dev/shm ]]; then
    TMPDIR=$(mktemp -d /dev/shm/paidan.XXXXXX)
    export TMPDIR
    trap 'rm -rf "$TMPDIR"; cleanup' EXIT
fi
if grep -q __asan_init "$PAIDAN_BIN/test-crash-load" || grep -q __tsan_init "$PAIDAN_BIN/test-crash-load"; then
    note "a sanitizer has its own idea of open and write: skipped"
    exit 77
fi

# record SERVICE: the journal of its store.
record() {
    mkdir "$scratch/$1"
    PAIDAN_CRASH_FOLDER=$scratch/$1/$1 PAIDAN_CRASH_JOURNAL=$scratch/$1.journal LD_PRELOAD=$shim \
        "$PAIDAN_BIN/test-crash-load" "$scratch/$1" "$1" "$tickets" "$seed" || fail "load of $1"
}

# check SERVICE OPTION...
check() {
    local service=$1
    shift
    "$PAIDAN_BIN/test-crash-check" --journal "$scratch/$service.journal" --service "$service" \
        --subsets "$subsets" --seed "$seed" "$@"
}

for name in "${SERVICES[@]:0:4}"; do
    record "$name"
    check "$name" --every "$every" --progress >"$scratch/$name.out" || {
        cat "$scratch/$name.out"
        fail "a crash can break the store of $name"
    }
    note "$(tail -n 1 "$scratch/$name.out")"
done
states=$(cat "$scratch"/*.out | sed -n 's/.*: \([0-9]*\) states of .*/\1/p' | awk '{ sum += $1 } END { print sum }')
((states > 1000)) || fail "only $states states"

# planted PRETENCE LAW: without this sync the checker reports that law broken, or it proves nothing.
planted() {
    check intake --pretend "$1" --broken-max 300 >"$scratch/planted" 2>"$scratch/planted.err" &&
        fail "$1: no law breaks: the checker sees nothing"
    grep -q "broken: $2\$" "$scratch/planted" || {
        cat "$scratch/planted"
        fail "$1: broken, but not '$2'"
    }
    note "$1: $(grep -c '^BROKEN' "$scratch/planted") shown, as it must be: $2"
}
planted no-meta-sync "acknowledged is there"
planted no-data-sync "opens"
planted no-sync "acknowledged is there"
note "crash states: ok, $states states"
