#!/usr/bin/env bash
# A day on which everything outside is away: the platform of WeChat, the hotline above us, the receiver of webhooks, the
# broker of devices, and intake itself; all four adapters run and are killed at random, and the clock is put forward
# meanwhile. Then everything comes back: what was taken is there once, whoever was to be told was told once.
# ctest: cost 60
source "$(dirname "$0")/lib.sh"
command -v mosquitto >/dev/null || exit 77
source "$(dirname "$0")/lib_wechat.sh"
# shellcheck disable=SC2154  # scratch comes from lib.sh, peers and wechat_site from lib_wechat.sh

ADAPTERS=(wechat hotline mqtt webhook)
readonly RESIDENTS=12 CASES=12 DEVICES=10 KINDS=2 MESSAGES=600
data=$scratch/data told=$scratch/told out=$scratch/out modes=$scratch/modes
mkdir -p "$data" "$scratch/broker"
touch "$told" "$out" "$modes"
driver=$PAIDAN_ROOT/tests/integration/hotline.mjs
dispatch=$PAIDAN_ROOT/services/adapter_hotline/examples/dispatch.json
theirs=$(free_port) ours=$(free_port) broker=$(free_port) hook=0

# ---- the site, and who is outside -------------------------------------------------------------------

wechat_prepare "$data" "draft: 10s"
(umask 0377 && mkdir -p "$data/secrets/hotline" "$data/secrets/webhook" &&
    echo 'a key of two sides, and of nobody else' >"$data/secrets/hotline/city" &&
    echo 'a secret of the receiver, and of us' >"$data/secrets/webhook/all")
chmod 0700 "$data/secrets/hotline" "$data/secrets/webhook"
key=$data/secrets/hotline/city

platform_listens() {
    node "$driver" receive "$theirs" "$key" "$told" >>"$scratch/platform2.log" 2>&1 &
    above=$!
    workers+=("$above")
}
receiver_listens() {
    rm -f "$out.port"
    node "$peers/webhook-receiver.mjs" "$hook" "$out" "$modes" 'a secret of the receiver, and of us' >>"$scratch/receiver.log" 2>&1 &
    receiver=$!
    workers+=("$receiver")
    wait_until 20 "the receiver listens" test -s "$out.port"
    hook=$(cat "$out.port")
}
broker_listens() {
    mosquitto -c "$scratch/broker.conf" >>"$scratch/broker.log" 2>&1 &
    broker_pid=$!
    workers+=("$broker_pid")
    wait_until 20 "the broker listens" bash -c "exec 3<>/dev/tcp/127.0.0.1/$broker" 2>/dev/null
}
# ends PID: it is gone, whatever it had in hand.
ends() {
    kill -KILL "$1"
    wait "$1" 2>/dev/null
}
cat >"$scratch/broker.conf" <<END_OF
listener $broker 127.0.0.1
allow_anonymous true
persistence true
persistence_location $scratch/broker/
autosave_interval 1
max_queued_messages 0
user $(id -un)
END_OF
receiver_listens
cat >"$wechat_site/hotline.yaml" <<END_OF
channel: hotline
listen: 127.0.0.1:$ours
peers:
  - {code: city, name: 市 12345, suite: hmac-sha256, url: "http://127.0.0.1:$theirs/in", inside: true}
END_OF
cat >"$wechat_site/webhooks.yaml" <<END_OF
source: https://paidan.example.cn
subscribers:
  - {code: all, url: "http://127.0.0.1:$hook/all", inside: true, retry: {pause: 1s, pause_max: 2s, flights: 32}}
END_OF
cat >"$wechat_site/devices.yaml" <<END_OF
channel: device
broker: {address: "127.0.0.1:$broker", client: paidan-away}
unknown: desk
dedupe: 10m
note: 1s
silence: city
limits:
  device: {per_minute: 6000000, burst: 6000000}
  topic: {per_minute: 6000000, burst: 6000000}
  site: {per_minute: 6000000, burst: 6000000}
  unknown: {per_minute: 6000000, burst: 6000000}
topics:
  - {filter: paidan/alarm/#, id: /id, device: /device, kind: /kind, level: /level, at: /at, levels: {cleared: [cleared], major: [major]}}
kinds:
  - {code: smoke, name: 烟感报警, words: [smoke], category: city.parking}
  - {code: water, name: 水位超限, words: [water], category: environment.water}
END_OF
platform_listens
broker_listens
instance_start "$data" "$wechat_site" 1 "2026-03-02 10:00"

url() { echo "http://127.0.0.1:$ours/hotline/v1/messages"; }
all_up() {
    curl -s -o /dev/null --max-time 5 "$door/" && curl -s -o /dev/null --max-time 5 "$(url)" &&
        paidan "$data" channels status --json | jq -e '[.adapters[] | select(.up)] | length == 4' >/dev/null
}
wait_until 60 "all adapters are up" all_up
connected() {
    paidan "$data" channels status --json | jq -e '.adapters[] | select(.adapter == "mqtt") | .connected' >/dev/null
}
wait_until 60 "the broker is there" connected

# ---- what comes, and what is away -------------------------------------------------------------------

# kills TIMES: at random moments, wherever each adapter is in its work.
kills() {
    local turn
    for ((turn = 0; turn < $1; turn++)); do
        sleep "0.$((RANDOM % 9 + 1))"
        service_kill "$data" "${ADAPTERS[RANDOM % ${#ADAPTERS[@]}]}"
    done
}
# hands_over FIRST COUNT: so many cases of the platform above, each until it is taken.
hands_over() {
    local at
    for ((at = $1; at < $1 + $2; at++)); do
        node "$driver" send "$(url)" "$key" "$dispatch" "{\"id\": \"away-$at\", \"source_id\": \"A-$at\"}" >/dev/null ||
            fail "case $at was not taken"
    done
}
taken() {
    paidan "$data" devices --limit 100000 --json 2>/dev/null | jq '[.topics[].taken] | add // 0'
}
taken_is() { [[ $(taken) == "$1" ]]; }

note "1. everybody outside goes, and intake with them; what comes in is taken"
platform_do set '{"away": true}' >/dev/null
ends "$above"
ends "$receiver"
kill -STOP "$(cat "$data/run/intake.pid")"
kills 12 &
killer=$!
story silent "$RESIDENTS" >"$scratch/residents" &
teller=$!
hands_over 0 "$CASES" &
hands=$!
node "$peers/mqtt-storm.mjs" "$broker" "$DEVICES" "$MESSAGES" --kinds "$KINDS" >/dev/null || fail "the storm"
wait "$teller" || fail "residents: $(cat "$scratch/residents")"
wait "$hands" || fail "the platform above was not heard"
wait "$killer"
wait_until 60 "all adapters are up" all_up
wait_until 60 "every alarm is taken" taken_is "$MESSAGES"
expect "tickets while intake is away" "$(jq -s 'length' "$told")" 0

note "2. the broker goes too, in the middle of a storm; most of a day passes"
node "$peers/mqtt-storm.mjs" "$broker" "$DEVICES" "$MESSAGES" --kinds "$KINDS" --first "$MESSAGES" >/dev/null &
storm=$!
while kill -0 "$storm" 2>/dev/null; do
    sleep "0.$((RANDOM % 5 + 1))"
    service_kill "$data" mqtt
done
wait "$storm" || fail "the second storm"
kill "$broker_pid" # it keeps what it was given, and what we did not acknowledge
wait "$broker_pid" 2>/dev/null
echo "scaled $(date +%s%3N) $(TZ=Asia/Shanghai date -d '2026-03-03 09:00' +%s)000 1" >"$data/clock"
for name in "${SERVICES[@]}" "${ADAPTERS[@]}"; do
    kill -HUP "$(cat "$data/run/$name.pid" 2>/dev/null)" 2>/dev/null
done
kills 8

note "3. everybody comes back"
broker_listens
platform_listens
receiver_listens
platform_do set '{"away": false}' >/dev/null
kill -CONT "$(cat "$data/run/intake.pid")"
kills 6

# settled: every service has heard what those that it follows have said, and nothing waits to be sent.
settled() {
    local name
    quiet "$data" || paidan "$data" ping --json 2>/dev/null | jq -se '
        [.. | objects | select(has("following")) | .following] | length > 0 and all(.[][]; .cursor == .head)' >/dev/null || return 1
    for name in "${ADAPTERS[@]}"; do
        paidan "$data" outbox list "$name" --json | jq -e '[.. | objects | select(has("delivery"))] | length == 0' >/dev/null || return 1
    done
}
wait_until 60 "all adapters are up" all_up
wait_until 120 "every alarm is taken" taken_is $((2 * MESSAGES))
wait_until 240 "nothing waits any more" settled

note "4. each once"
channel_count() {
    paidan "$data" log dump intake --json 2>/dev/null | jq -s --arg channel "$1" '[.[] | select(.registered.channel == $channel)] | length'
}
expect "tickets of residents" "$(channel_count wechat)" "$RESIDENTS"
expect "tickets of the platform above" "$(channel_count hotline)" "$CASES"
expect "tickets of devices" "$(channel_count device)" $((DEVICES * KINDS))
story numbers "$(cat "$scratch/residents")"
expect "cases that were told a number" "$(jq -rs '[.[] | select(.kind == "received") | .source_id] | unique | length' "$told")" "$CASES"
expect "numbers that they were told" "$(jq -rs '[.[] | select(.kind == "received") | .our_number] | unique | length' "$told")" "$CASES"
expect "numbers of a case" "$(jq -rs '[.[] | select(.kind == "received") | {source_id, our_number}] | unique | length' "$told")" "$CASES"
expect "counts of alarms" "$(paidan "$data" devices --limit 100000 --json | jq '[.alarms[].taken] | add')" $((2 * MESSAGES))
expect "open tickets of devices" "$(paidan "$data" devices --limit 100000 --json | jq -r '.alarms[].number | select(. != null)' | sort -u | wc -l)" $((DEVICES * KINDS))

# What a subscriber may be told is what it was told.
said() {
    local log
    for log in triage escalation callback; do
        paidan "$data" log dump "$log" --json 2>/dev/null |
            jq -r --arg log "$log" "select(has(\"number\") and (has(\"record_refused\") or has(\"leased\") or has(\"handed\") | not)) | \"\\(\$log) \\(.seq)\""
    done | sort -u
}
seen() { jq -r '.events[]? | "\(.data.log) \(.data.seq)"' "$out" | sort -u; }
heard_all() { [[ $(said) == "$(seen)" ]]; }
wait_until 120 "the subscriber has heard of everything" heard_all
expect "events under other ids" "$(jq -r '.events[]? | "\(.data.log) \(.data.seq) \(.id)"' "$out" | sort -u | wc -l)" "$(seen | wc -l)"
for name in "${ADAPTERS[@]}"; do
    expect "$name: dead" "$(paidan "$data" outbox list "$name" --dead --json | jq '[.. | objects | select(has("delivery"))] | length')" 0
done
SERVICES+=("${ADAPTERS[@]}")
logs_hold "$data"
note "channels_away: ok"
