#!/usr/bin/env bash
# Who slows the intake down: without triage or escalation it refuses new tickets with OVERLOADED
# once they are --lag-records behind, takes supplements all the same, and goes on by itself when they
# are back. Callback may be away. The services are stopped, not killed: they are there, but do
# nothing.
# ctest: cost 22
source "$(dirname "$0")/lib.sh"

data=$scratch/data site=$PAIDAN_ROOT/deploy/sites/demo
export PAIDAN_SERVICE_ARGUMENTS='--lag-records 100'

freeze() {
    kill -STOP "$(cat "$data/run/$1.pid")"
}

thaw() {
    kill -CONT "$(cat "$data/run/$1.pid")"
}

# table PREFIX COUNT: tickets with external ids of their own.
table() {
    awk -v prefix="$1" -v count="$2" 'BEGIN {
        print "external_id\tplace\ttext"
        for (i = 0; i < count; i++) print prefix "-" i "\t东苑小区\t楼道的灯不亮，请派人来修。"
    }'
}

# submits PREFIX COUNT [SECONDS]: true if all of them are taken. What was said is in $scratch/said. Who is
# refused with OVERLOADED asks again until the seconds are over.
submits() {
    table "$1" "$2" >"$scratch/table.tsv"
    timeout 120 "$PAIDAN_BIN/paidan" --data "$data" submit --channel wechat --timeout "${3:-60}" \
        --from "$scratch/table.tsv" --json >"$scratch/said" 2>&1
}

refuses() {
    ! submits "$1" 1 2 && grep -q OVERLOADED "$scratch/said"
}

# lag_below N: what waits for those who pace the intake.
lag_below() {
    local lag
    lag=$(paidan "$data" metrics intake | awk '$1 == "paidan_paced_lag_records" { print $2 }')
    [[ -n $lag ]] && ((${lag%.*} < $1))
}

instance_start "$data" "$site"

freeze callback
for batch in 1 2 3 4 5; do
    submits "callback-$batch" 60 || { cat "$scratch/said" >&2; fail "refused without callback"; }
    number=$(json_first number <"$scratch/said")
    wait_until 60 "triage and escalation catch up" lag_below 20
done
thaw callback
note "300 tickets taken while callback was away"

for name in escalation triage; do
    freeze "$name"
    submits "$name" 200 || { cat "$scratch/said" >&2; fail "refused before $name was behind"; }
    wait_until 60 "OVERLOADED without $name" refuses "$name-late"
    paidan "$data" supplement "$number" --text '现在二楼也不亮了' >"$scratch/said" 2>&1 ||
        { cat "$scratch/said" >&2; fail "a supplement was refused without $name"; }
    thaw "$name"
    wait_until 60 "taken again with $name" submits "$name-again" 1 2
    note "refused while $name was behind, taken when it was back"
done

wait_until 60 "all is quiet" quiet "$data"
instance_stop "$data"
logs_hold "$data"
