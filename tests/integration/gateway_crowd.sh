#!/usr/bin/env bash
# 10,000 connections at once, each slow in its own way (tests/support/crowd): others are served meanwhile, nothing is left.
source "$(dirname "$0")/lib.sh"

data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"
wait_until 20 "the gateway's address" test -s "$data/run/gateway.http"
http=$(cat "$data/run/gateway.http")
wait_until 30 "it answers" curl -sf -o /dev/null "$http/healthz"
pid=$(cat "$data/run/gateway.pid")
"$PAIDAN_ROOT/tests/support/crowd" "${http##*:}" 10000 "$pid"
status=$?
[[ $status != 77 ]] || exit 77
expect "the crowd" "$status" 0
expect "the same process" "$(cat "$data/run/gateway.pid")" "$pid"
instance_stop "$data"
grep -qE 'check failed|AddressSanitizer|runtime error' "$data/log/gateway.log" && fail "the gateway's log"
note "gateway, crowd: ok"
