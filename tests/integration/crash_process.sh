#!/usr/bin/env bash
# Crash states of real services: residents, clerks and channels work on an instance whose services
# run under a shim that keeps a journal of every write and sync of their store, and of the moments at
# which they sent something. Then states in which a power cut could have left each file are rebuilt
# and opened: the log verifies, the tables equal a replay, whatever was stored when something was
# sent is there, and the next commit holds. Without the sync of LMDB's meta page that law must break.
#
# crash_process.sh [SECONDS [MOMENTS]]: 4 seconds of work; about 24 moments of each journal.
# ctest: cost 30
source "$(dirname "$0")/lib.sh"

seconds=${1:-4} moments=${2:-24}
data=$scratch/d site=$PAIDAN_ROOT/deploy/sites/demo
source "$(dirname "$0")/lib_load.sh"
real=$PAIDAN_BIN
if grep -q __asan_init "$real/test-crash-check" || grep -q __tsan_init "$real/test-crash-check"; then
    note "a sanitizer has its own idea of open and write: skipped"
    exit 77
fi

# Each service is started through a script that puts it under the shim; the process keeps its id.
mkdir "$scratch/bin"
for program in "$real"/*; do
    ln -s "$program" "$scratch/bin/"
done
for name in "${SERVICES[@]:0:4}"; do
    rm "$scratch/bin/paidan-$name"
    cat >"$scratch/bin/paidan-$name" <<END
#!/usr/bin/env bash
export PAIDAN_CRASH_FOLDER=$data/$name PAIDAN_CRASH_JOURNAL=$scratch/$name.journal PAIDAN_CRASH_SENT=1
LD_PRELOAD=$real/test-crash-record.so exec "$real/paidan-$name" "\$@"
END
    chmod +x "$scratch/bin/paidan-$name"
done
PAIDAN_BIN=$scratch/bin

instance_start "$data" "$site" 120 "2026-03-02 10:00"
load_start
sleep "$seconds"
wait_until 60 "there is work of each kind" load_worked
load_stop
note "$(wc -l <"$scratch/resolved") resolved, $(wc -l <"$scratch/answered") answered"
instance_stop "$data"
if [[ -w /dev/shm ]]; then
    TMPDIR=$(mktemp -d /dev/shm/paidan.XXXXXX)
    export TMPDIR
    trap 'rm -rf "$TMPDIR"; cleanup' EXIT
fi

# check SERVICE OPTION...
check() {
    local service=$1
    shift
    "$real/test-crash-check" --process --journal "$scratch/$service.journal" --service "$service" \
        --subsets 4 --all 3 "$@"
}

states=0
for name in "${SERVICES[@]:0:4}"; do
    [[ -s $scratch/$name.journal ]] || fail "no journal of $name"
    all=$(check "$name" --every 1000000 | sed -n 's/.* states of \([0-9]*\) moments .*/\1/p')
    check "$name" --every $((all / moments + 1)) >"$scratch/$name.out" || {
        cat "$scratch/$name.out"
        fail "a crash can break the store of $name"
    }
    note "$(sed -n 1p "$scratch/$name.out")"
    note "$(tail -n 1 "$scratch/$name.out")"
    states=$((states + $(sed -n 's/.*: \([0-9]*\) states of .*/\1/p' "$scratch/$name.out")))
done
((states > 500)) || fail "only $states states"

check intake --every $((all / moments + 1)) --pretend no-meta-sync --broken-max 300 >"$scratch/planted" 2>&1 &&
    fail "no-meta-sync: no law breaks: the checker sees nothing"
grep -q 'broken: acknowledged is there$' "$scratch/planted" || {
    cat "$scratch/planted"
    fail "no-meta-sync: broken, but not what was sent"
}
note "crash states of real services: ok, $states states"
