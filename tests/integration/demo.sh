#!/usr/bin/env bash
# The demo plays its morning while every service is killed more than once: the summary still adds
# up, nothing was doubled, and all logs verify and replay.
# ctest: cost 60
source "$(dirname "$0")/lib.sh"

data=$scratch/demo
# Each service twice, and then some calm: what happened in the last moments must have travelled.
play_seconds=$((15 + 2 * 4 * ${#SERVICES[@]}))

instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo" 900 "2026-03-02 06:20"
"$PAIDAN_BIN/paidan-demo" --data "$data" --lines --seconds "$play_seconds" >"$scratch/demo.txt" 2>&1 &
demo=$!
workers+=("$demo")
for round in 1 2; do
    for name in "${SERVICES[@]}"; do
        sleep 4
        service_kill "$data" "$name"
        note "round $round: killed $name"
    done
done
wait "$demo"
code=$?
workers=()
if [[ $code != 0 ]]; then
    cat "$scratch/demo.txt" >&2
    fail "the demo's numbers do not add up (exit $code)"
fi
tail -n 20 "$scratch/demo.txt"

# A morning is enough to see all of it: routed, raised, solved, asked, reopened.
for word in raised closed reopened asked; do
    grep -Eq "^ .* $word [1-9]" "$scratch/demo.txt" || fail "nothing was $word"
done
wait_until 60 "services that know all of each other" quiet "$data"
paidan "$data" stats >"$scratch/stats" || { cat "$scratch/stats" >&2; fail "stats do not add up"; }
logs_hold "$data"

# An instance in real time gets no demo, and is left as it is.
instance_start "$scratch/real" "$PAIDAN_ROOT/deploy/sites/demo"
"$PAIDAN_BIN/paidan-demo" --data "$scratch/real" --lines >/dev/null 2>&1
expect "exit of the demo in real time" "$?" 64
expect "tickets in real time" "$(tickets_opened "$scratch/real" | wc -l)" 0
note "demo: ok"
