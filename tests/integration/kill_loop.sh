#!/usr/bin/env bash
# SIGKILL, over and over, at each service in turn, while residents submit, clerks pull, accept and
# resolve, deadlines expire, and callbacks are answered. Afterwards every number that was ever given
# exists exactly once at every service, the totals agree, and the logs verify and replay.
#
# KILLS sets how often (default 24); SEED which moments.
# ctest: cost 50
source "$(dirname "$0")/lib.sh"

kills=${KILLS:-24}
RANDOM=${SEED:-7}
data=$scratch/d site=$PAIDAN_ROOT/deploy/sites/demo
source "$(dirname "$0")/lib_load.sh"

# Two minutes a second, in the hours of callbacks: deadlines expire while all this goes on.
instance_start "$data" "$site" 120 "2026-03-02 10:00"
load_start
for ((kill = 0; kill < kills; kill++)); do
    sleep "$((RANDOM % 2)).$((RANDOM % 10))"
    service_kill "$data" "${SERVICES[kill % ${#SERVICES[@]}]}"
    if ((kill % 8 == 7)); then
        sleep 1
        for name in "${SERVICES[@]}"; do
            service_kill "$data" "$name"
        done
    fi
done
note "$kills kills done"
wait_until 60 "there is work of each kind" load_worked
load_stop
load_count
note "kill loop: ok"
