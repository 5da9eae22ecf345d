#!/usr/bin/env bash
# Stores that were cut short or overwritten: the log commands say so by code and exit status, also
# where LMDB ends the process that reads, and a restore leaves nothing behind.
source "$(dirname "$0")/lib.sh"

data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"
demo_texts >"$scratch/texts"
paidan "$data" submit --channel wechat --from "$scratch/texts" >/dev/null || expect "submit" $? 65
wait_until 60 "services caught up" quiet "$data"
paidan "$data" backup "$scratch/backup" >/dev/null || fail "backup"
instance_stop "$data"

# refused WHAT STATUS COMMAND...: ends with the status and names STORE_CORRUPT.
refused() {
    local what=$1 wanted=$2 code=0
    shift 2
    "$@" >"$scratch/out" 2>"$scratch/err" || code=$?
    expect "$what" "$code" "$wanted"
    grep -q STORE_CORRUPT "$scratch/err" || fail "$what: no STORE_CORRUPT"
}

store=$data/intake/data.mdb
cp "$store" "$scratch/whole"
truncate -s $(($(stat -c %s "$store") / 2)) "$store"
refused "verify of half a store" 1 paidan "$data" log verify intake --json
expect "verify's json" "$(jq .good "$scratch/out")" false
refused "replay of half a store" 1 paidan "$data" log replay intake --json
expect "replay's json" "$(jq .good "$scratch/out")" false
refused "dump of half a store" 70 paidan "$data" log dump intake
expect "left of a replay" "$(find "$data" -name '*.replay-*')" ""

# One bit of one text, wherever it lies in the file.
cp "$scratch/whole" "$store"
text=$(awk -F '\t' 'NR == 2 { print $3 }' "$scratch/texts")
at=$(LC_ALL=C grep -obUaF "$text" "$store" | head -n 1 | cut -d : -f 1)
[[ -n $at ]] || fail "the text is not found in the store"
printf 'X' | dd of="$store" bs=1 seek="$at" conv=notrunc status=none
refused "verify of a changed text" 1 paidan "$data" log verify intake
cp "$scratch/whole" "$store"
paidan "$data" log verify intake >/dev/null || fail "verify of the whole store"

truncate -s $(($(stat -c %s "$scratch/backup/triage/data.mdb") / 2)) "$scratch/backup/triage/data.mdb"
refused "restore of half a store" 70 paidan "$scratch/new" restore "$scratch/backup"
expect "left of the restore" "$(ls -A "$scratch/new")" ""
note "damage: ok"
