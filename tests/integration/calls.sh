#!/usr/bin/env bash
# 来电弹屏 with the real processes: an exchange's webhook reaches the operators of that channel and nobody else within a
# second, masked; who takes a call reads its number, which is a fact; a gateway or an adapter that is killed loses none.
# ctest: cost 15
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/lib_people.sh"

people_site=$scratch/site caller=13812340001
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$people_site"
printf 'channel: wechat\nlisten: 127.0.0.1:0\ncalls: true\ncalls_channel: hotline\n' >"$people_site/hotline.yaml"
mkdir -p "$data/secrets/hotline"
(umask 0277 && echo letmein >"$data/secrets/hotline/calls")
people_start
door() {
    local file
    for file in "$data/run/hotline/hotline.http" "$data/run/hotline.http"; do
        [[ -s $file ]] && echo "http://$(cat "$file")/calls/letmein" && return 0
    done
    return 1
}
wait_until 60 "the adapter listens" door >/dev/null
operator=$(account hotline) clerk=$(account clerk) supervisor=$(account supervisor)
for name in "$operator" "$clerk" "$supervisor"; do
    expect "login of $name" "$(login "$name")" 200
done
# tells EVENT CALL [FIELD...]: the exchange says it, until it is stored. An adapter that was started again has another port.
tells() {
    local event=$1 call=$2 status try
    shift 2
    for try in {1..100}; do
        status=$(curl -s --max-time 10 -o /dev/null -w '%{http_code}' -d "event=$event" -d "callId=$call" -d "from=$caller" -d to=12345 \
            -d direction=in "$@" "$(door)")
        [[ $status == 200 ]] && return 0
        sleep 0.2
    done
    fail "$event of $call after $try tries: $status"
}
# calls FILTER: of what an operator's page asks when it is loaded.
calls() {
    [[ $(as "$operator" "$api/calls") == 200 ]] && jq -r "$1" "$scratch/body"
}
take() {
    as "$operator" -H "$json" -d "{\"channel\":\"hotline\",\"call_id\":\"$1\"${2:-}}" "$api/calls/take"
}
is() { [[ $(calls "$1") == "$2" ]]; }

note "1. whom it reaches, how soon, and what it holds"
stream() {
    curl -sN --max-time 60 -H "Cookie: $(cat "$scratch/cookie.$1")" "$api/events?topic=calls" >"$scratch/stream.$1" &
    workers+=($!)
}
stream "$operator"
wait_until 20 "the stream is open" grep -qs hello "$scratch/stream.$operator"
expect "a clerk's stream" "$(as "$clerk" "$api/events?topic=calls")" 403
expect "a supervisor's stream" "$(as "$supervisor" "$api/events?topic=calls")" 403
expect "a clerk's page" "$(as "$clerk" "$api/calls")" 403
# The fastest of some counts: what else the machine does is nobody's fault.
heard() { (($(grep -c '^event: call' "$scratch/stream.$operator") > told)); }
took=1000
for turn in {1..20}; do
    told=$(grep -c '^event: call' "$scratch/stream.$operator")
    begun=$(date +%s%N)
    tells newCall "t-$turn"
    while ! heard; do
        (($(date +%s%N) - begun < PATIENCE_SECONDS * 1000000000)) || fail "no event"
        sleep 0.02
    done
    took=$((($(date +%s%N) - begun) / 1000000))
    tells hangup "t-$turn"
    wait_until 30 "it is over" is '.calls | length' 0
    ((took >= 1000)) || break
done
note "   from the webhook to the event: $took ms"
((took < 1000)) || fail "it took $took ms"
tells newCall c-1 -d 'user[]=zhao' -d 'user[]=qian'
wait_until 30 "it rings" is '.calls | length' 1
grep -q '138\*\*\*\*0001' "$scratch/stream.$operator" || fail "no masked number: $(cat "$scratch/stream.$operator")"
expect "it rings" "$(calls '.calls[0].state + " " + .calls[0].from + " " + (.calls[0].users | join(","))')" 'ringing 138****0001 zhao,qian'
expect "its channel" "$(calls .channel)" hotline

note "2. who takes it reads the number"
expect "taking it" "$(take c-1)" 200
expect "the number" "$(jq -r .from "$scratch/body")" "$caller"
expect "again" "$(take c-1)" 200
expect "one that is none" "$(take nothing)" 404
expect "its code" "$(code)" CALL_UNKNOWN
expect "another channel's" "$(as "$operator" -H "$json" -d '{"channel":"wechat","call_id":"c-1"}' "$api/calls/take")" 403
expect "a clerk" "$(as "$clerk" -H "$json" -d '{"channel":"hotline","call_id":"c-1"}' "$api/calls/take")" 403
wait_until 5 "everybody sees who has it" is '.calls[0].by' "$operator"
expect "what is counted" "$(as "$supervisor" "$api/stats/hotline")" 200
expect "calls whose number was read" "$(jq .counts.calls_picked "$scratch/body")" 1
paidan "$data" log dump hotline --json >"$scratch/facts" || fail "log dump"
grep -q "\"$operator\"" <<<"$(grep hotline_called "$scratch/facts")" || fail "the log does not say who read the number"
grep -q "$caller" "$scratch/facts" && fail "a dump shows who called"
paidan "$data" log dump hotline --texts --json >/dev/null 2>&1 && fail "a dump with numbers, and nobody said why"
paidan "$data" log dump hotline --texts --reason 核查 --json >"$scratch/facts" || fail "log dump --texts"
grep -q "$caller" "$scratch/facts" || fail "a dump with texts does not show who called"
paidan "$data" log dump intake --json >"$scratch/facts" || fail "log dump intake"
jq -se 'any(.[].disclosed; .log == "hotline" and .reason == "核查")' "$scratch/facts" >/dev/null || fail "who read the numbers is recorded nowhere"

note "3. killed and started again: the call is still there, and its end is heard"
tells answer c-1 -d 'user[]=zhao'
wait_until 5 "answered" is '.calls[0].state' answered
service_kill "$data" gateway
wait_until 30 "the gateway answers" bash -c "curl -s '$http/readyz' | jq -e .ready >/dev/null"
wait_until 20 "the call is back" is '.calls[0].state + .calls[0].by' "answered$operator"
service_kill "$data" hotline
wait_until 60 "the adapter listens again" door >/dev/null
tells newCall c-2
wait_until 30 "two calls" is '.calls | length' 2
tells hangup c-1 -d cause=normalClearing
tells hangup c-2
wait_until 30 "no calls" is '.calls | length' 0
expect "who was in it may still ask" "$(take c-1)" 200

note "4. a number stands in the adapter's own log and nowhere else"
if grep -rqF "$caller" "$data"/log "$scratch/stream.$operator"; then
    fail "a caller's number is in a line of the log or in an event"
fi
logs_hold "$data"
instance_stop "$data"
for mode in --verify --replay; do
    "$PAIDAN_BIN/paidan-hotline" --data "$data" --site "$people_site" "$mode" >"$scratch/mode" 2>&1 || {
        cat "$scratch/mode" >&2
        fail "the adapter's log: $mode"
    }
done
note "calls: ok"
