#!/usr/bin/env bash
# Devices through a real broker (mosquitto), with an independent client (npm mqtt): a storm is one open
# ticket of each device and kind and is counted exactly, whoever is killed or away meanwhile; garbage, large
# and retained messages; what is over is told; what is closed may open again.
# ctest: cost 60
source "$(dirname "$0")/lib.sh"

readonly DEVICES=50 KINDS=2
messages=${MQTT_MESSAGES:-8000}

for tool in mosquitto node npm; do
    command -v "$tool" >/dev/null || {
        note "$tool is missing: devices are not tested"
        exit 77
    }
done
peers_install

# ---- a broker, and a site that names it ------------------------------------------------------------

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => {
    console.log(s.address().port); s.close(); })')
mkdir "$scratch/broker"
cat >"$scratch/broker.conf" <<END
listener $port 127.0.0.1
allow_anonymous true
persistence true
persistence_location $scratch/broker/
max_queued_messages 0
max_inflight_messages 1000
user $(id -un)
END

broker_pid=
broker_start() {
    mosquitto -c "$scratch/broker.conf" >>"$scratch/broker.log" 2>&1 &
    broker_pid=$!
    workers+=("$broker_pid")
    wait_until 20 "the broker listens" nc_open
}
nc_open() {
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}
broker_stop() {
    kill "$broker_pid"
    wait "$broker_pid" 2>/dev/null
}

site=$scratch/site
cp -r "$PAIDAN_ROOT/tests/sites/devices" "$site"
sed -i "s/127.0.0.1:1883/127.0.0.1:$port/; s/burst: [0-9]*/burst: 6000000/; s/per_minute: [0-9]*/per_minute: 6000000/; s/^note: 10m.*/note: 1s/; s/^dedupe: 10m.*/dedupe: 24h/" \
    "$site/devices.yaml"
data=$scratch/d
broker_start
instance_start "$data" "$site"

# adapter KEY: a number of the adapter's state.
devices() {
    paidan "$data" devices --limit 1000000 --json 2>/dev/null
}
topics_sum() {
    devices | jq --arg key "$1" '[.topics[][$key]] | add'
}
taken_is() { [[ $(topics_sum taken) == "$1" ]]; }
connected() {
    [[ $(paidan "$data" channels status --json 2>/dev/null |
        jq -r '.adapters[] | select(.adapter == "mqtt") | .connected') == true ]]
}
outbox_empty() {
    [[ $(paidan "$data" outbox list mqtt --json | jq '[.. | objects | select(has("delivery"))] | length') == 0 ]]
}
storm() {
    node "$peers/mqtt-storm.mjs" "$port" "$DEVICES" "$@" --kinds "$KINDS" || fail "the storm: $*"
}
# One open ticket of each device and kind, counts that add up: of so many messages.
settled() {
    local wanted=$1 pairs=$((DEVICES * KINDS))
    wait_until 60 "$wanted messages are taken" taken_is "$wanted"
    wait_until 60 "intake has answered" outbox_empty
    expect "dropped" "$(topics_sum dropped)" 0
    devices >"$scratch/devices.json"
    expect "alarms of devices" "$(jq '[.alarms[] | select(.device | startswith("d-"))] | length' "$scratch/devices.json")" "$pairs"
    expect "sum of the alarms" "$(jq '[.alarms[].taken] | add' "$scratch/devices.json")" "$wanted"
    expect "open tickets" "$(jq -r '.alarms[].number | select(. != null)' "$scratch/devices.json" | sort -u | wc -l)" "$pairs"
}

wait_until 30 "the adapter is connected" connected

note "retained before we came: no event"
node "$peers/mqtt-storm.mjs" "$port" 3 3 --topic paidan/alarm/old --first 9000000 --retain >/dev/null ||
    fail "retained messages"
wait_until 20 "three live ones" taken_is 3
service_kill "$data" mqtt
wait_until 30 "the adapter is back" connected
expect "taken after it came back" "$(topics_sum taken)" 3

note "a storm of $messages messages, the adapter killed in the middle, several times"
storm "$messages" >"$scratch/storm" &
client=$!
workers+=("$client")
for _ in 1 2 3 4; do
    sleep 0.7
    service_kill "$data" mqtt
done
wait "$client" || fail "the storm did not end"
cat "$scratch/storm"
pairs=$((DEVICES * KINDS))
wait_until 120 "$((messages + 3)) messages are taken" taken_is $((messages + 3))
wait_until 60 "intake has answered" outbox_empty
devices >"$scratch/devices.json"
expect "alarms" "$(jq '[.alarms[] | select(.taken > 0)] | length' "$scratch/devices.json")" "$pairs"
expect "open tickets" "$(jq -r '.alarms[].number | select(. != null)' "$scratch/devices.json" | sort -u | wc -l)" "$pairs"
expect "sum of the alarms" "$(jq '[.alarms[].taken] | add' "$scratch/devices.json")" $((messages + 3))
wait_until 60 "services caught up" quiet "$data"
expect "tickets of the channel" "$(($(tickets_opened "$data" | wc -l) + $(tickets_on_desk "$data" | wc -l)))" "$pairs"

note "the same messages again: known, not counted as new"
storm 1000 >/dev/null
sleep 1
expect "taken" "$(topics_sum taken)" $((messages + 3))

note "intake is away for a while: alarms are taken, tickets come later"
supervisor=$(cat "$data/run/supervisor.pid")
kill -STOP "$(cat "$data/run/intake.pid")"
node "$peers/mqtt-storm.mjs" "$port" 20 20 --topic paidan/alarm --first 5000000 --kinds 3 >/dev/null
wait_until 30 "they are taken" taken_is $((messages + 23))
kill -CONT "$(cat "$data/run/intake.pid")"
[[ -n $supervisor ]] || fail "no supervisor"
wait_until 60 "intake has answered" outbox_empty
settled $((messages + 23))

note "the broker goes and comes back"
broker_stop
sleep 1
broker_start
wait_until 90 "the adapter is connected again" connected
storm 200 --first 6000000 >/dev/null
settled $((messages + 223))

note "garbage, and a megabyte: counted, acknowledged, harmless"
before=$(topics_sum unreadable)
node "$peers/mqtt-storm.mjs" "$port" 5 5 --text '{"device": 7' >/dev/null
node "$peers/mqtt-storm.mjs" "$port" 1 1 --text 1MB --connections 1 >/dev/null
node "$peers/mqtt-storm.mjs" "$port" 1 1 --text '[]' --connections 1 >/dev/null
unreadable_is() { [[ $(topics_sum unreadable) == $((before + 7)) ]]; }
wait_until 30 "seven more are unreadable" unreadable_is
storm 100 --first 7000000 >/dev/null
settled $((messages + 323))

note "over: each open ticket is told, once"
storm "$pairs" --first 8000000 --clear >/dev/null
settled $((messages + 323 + pairs))
number=$(jq -r '[.alarms[] | select(.number != null)][0].number' "$scratch/devices.json")
device=$(jq -r '[.alarms[] | select(.number != null)][0].device' "$scratch/devices.json")
kind=$(jq -r '[.alarms[] | select(.number != null)][0].kind' "$scratch/devices.json")
told() {
    grep -q "已恢复正常" <<<"$(paidan "$data" show "$number" --json 2>/dev/null)"
}
wait_until 30 "ticket $number was told" told

note "withdrawn: the same alarm opens another ticket"
paidan "$data" withdraw "$number" --note "误报" >/dev/null || fail "withdraw $number"
freed() {
    [[ $(devices | jq -r --arg d "$device" --arg k "$kind" '.alarms[] | select(.device == $d and .kind == $k) | .number') == null ]]
}
wait_until 60 "the alarm is free" freed
storm $((2 * pairs)) --first 8500000 >/dev/null
settled $((messages + 323 + 3 * pairs))
again=$(jq -r --arg d "$device" --arg k "$kind" '.alarms[] | select(.device == $d and .kind == $k) | .number' "$scratch/devices.json")
[[ $again != "$number" && $again != null ]] || fail "no other ticket: $again"

note "nothing but what the site names is kept"
if grep -rqa "nobody's business" "$data/mqtt" "$data/intake"; then
    fail "a field that the site does not name was kept"
fi
service_kill "$data" mqtt
wait_until 30 "the adapter is back" connected
instance_stop "$data"
for mode in verify replay; do
    "$PAIDAN_BIN/paidan-mqtt" "--$mode" --data "$data" --site "$site" >"$scratch/$mode" 2>&1 ||
        fail "paidan-mqtt --$mode: $(cat "$scratch/$mode")"
done
note "mqtt: ok"
