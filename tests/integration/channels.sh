#!/usr/bin/env bash
# Adapters as the operator has them: started where the site has their file and stopped where it has it no more, shown by ping,
# channels status and the gateway, part of a backup and not needed by anybody else; their outbox looked after by hand.
# ctest: cost 20
source "$(dirname "$0")/lib.sh"

[[ -x $PAIDAN_BIN/paidan-mqtt ]] || exit 77
data=$scratch/d
cp -r "$PAIDAN_ROOT/tests/sites/devices" "$scratch/site"
mv "$scratch/site/devices.yaml" "$scratch/devices.yaml"

note "a site without adapters has none"
instance_start "$data" "$scratch/site"
grep -q "no adapters" <<<"$(paidan "$data" channels status)" || fail "channels status without adapters"
expect "outbox list" "$(paidan "$data" outbox list)" "nothing waits"
[[ ! -e $data/run/mqtt.endpoint ]] || fail "an adapter was started"
wait_until 20 "the gateway's address" test -s "$data/run/gateway.http"
http=$(cat "$data/run/gateway.http")
ready() {
    curl -s "$http/readyz" | jq -e .ready >/dev/null
}
wait_until 30 "ready" ready

note "its file comes: it is started with a reload"
cp "$scratch/devices.yaml" "$scratch/site/devices.yaml"
"$PAIDAN_ROOT/deploy/reload" --data "$data" >"$scratch/reload" 2>&1 || fail "reload: $(cat "$scratch/reload")"
up() {
    paidan "$data" ping --json | jq -e '.[] | select(.service == "mqtt") | .up' >/dev/null
}
wait_until 30 "the adapter answers" up
shown() {
    paidan "$data" channels status --json | jq -e '.adapters[0] | .adapter == "mqtt" and .up and .connected == false' >/dev/null
}
wait_until 30 "the adapter says how it is" shown
grep -q "未连接" <<<"$(paidan "$data" --lang zh channels status)" || fail "channels status in Chinese"
grep -q '^mqtt .*ok' <<<"$(paidan "$data" ping)" || fail "ping has no row for it"
paidan "$data" outbox retry mqtt 999 2>"$scratch/err" && fail "a delivery that is none was sent again"
grep -q DELIVERY_UNKNOWN "$scratch/err" || fail "outbox retry: $(cat "$scratch/err")"
paidan "$data" outbox drop nobody 1 2>"$scratch/err" && fail "an adapter that is none"
expect "nothing to send again" "$(paidan "$data" outbox retry mqtt --dead)" "nothing is dead"

note "it is in the log commands and in a backup"
paidan "$data" log verify mqtt >/dev/null || fail "log verify"
paidan "$data" log replay mqtt >/dev/null || fail "log replay"
grep -q '^mqtt ' <<<"$(paidan "$data" backup "$scratch/backup")" || fail "backup without it"
paidan "$scratch/again" restore "$scratch/backup" >/dev/null || fail "restore"
[[ -f $scratch/again/mqtt/data.mdb ]] || fail "not restored"
paidan "$scratch/again" log verify mqtt >/dev/null || fail "verify what was restored"

note "nobody waits for it"
kill -9 "$(cat "$data/run/mqtt.pid")"
wait_until 30 "ready without an adapter" ready
wait_until 30 "it is started again" up

note "its file goes: it is stopped"
rm "$scratch/site/devices.yaml"
"$PAIDAN_ROOT/deploy/reload" --data "$data" >"$scratch/reload" 2>&1 || fail "reload: $(cat "$scratch/reload")"
gone() {
    [[ ! -e $data/run/mqtt.pid ]]
}
wait_until 30 "the adapter has ended" gone
instance_stop "$data"

note "a start with it: its folders are there, and nobody else's to enter"
cp "$scratch/devices.yaml" "$scratch/site/devices.yaml"
instance_start "$data" "$scratch/site"
expect "the folder of its secrets" "$(stat -c %a "$data/secrets/mqtt")" 700
wait_until 30 "the adapter answers again" up
instance_stop "$data"
logs_hold "$data"
paidan "$data" log verify mqtt >/dev/null || fail "the adapter's log"
note "channels: ok"
