#!/usr/bin/env bash
# Broken and hostile frames at each service: each is refused with a code, nothing is stored, and the
# services are still the same processes.
# ctest: cost 15
source "$(dirname "$0")/lib.sh"

data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"
wait_until 60 "services caught up" quiet "$data"
before=$(cat "$data"/run/*.pid)
for name in "${SERVICES[@]}"; do
    echo "-- $name"
    "$PAIDAN_BIN/test-garbage" "$(cat "$data/run/$name.endpoint")" 20261122 500 || fail "$name"
done
expect "process ids" "$(cat "$data"/run/*.pid)" "$before"
paidan "$data" ping || fail "ping"
logs_hold "$data"
note "garbage: ok"
