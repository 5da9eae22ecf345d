#!/usr/bin/env bash
# Events as they happen: a row changes on the streams of those who may see it and on no other; who comes back goes on where he
# was; after a restart he is told to ask anew; a session that ends, ends its streams.
# ctest: cost 29
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/lib_people.sh"

people_start
supervisor=$(account supervisor) dispatcher=$(account dispatcher) hotline=$(account hotline) clerk=$(account clerk) auditor=$(account auditor)
for name in "$supervisor" "$dispatcher" "$hotline" "$clerk" "$auditor"; do
    expect "login of $name" "$(login "$name")" 200
done
unit=$(jq -r '.roles[0].unit' "$scratch/me.$clerk")

# watch NAME FILE TOPIC [LAST_ID]: follows until it is killed; its process stands in watched.
watched=()
watch() {
    local resume=()
    [[ -z ${4:-} ]] || resume=(-H "Last-Event-ID: $4")
    : >"$scratch/$2"
    curl -sN --max-time 800 -H "Cookie: $(cat "$scratch/cookie.$1")" "${resume[@]}" "$api/events?topic=$3" >"$scratch/$2" &
    watched+=($!)
    wait_until 10 "the stream $2 to begin" grep -q '^event: ' "$scratch/$2"
}
# submit TEXT PLACE: prints the number.
submit() {
    expect "submit" "$(as "$hotline" -X POST -H "$json" -d "$(jq -n --arg text "$1" --arg place "$2" '{channel: "hotline", text: $text, place: $place}')" "$api/tickets")" 200
    number=$(jq -r '.number' "$scratch/body")
}
# rows FILE NUMBER: how often its row was told.
rows() {
    grep -A1 '^event: ticket' "$scratch/$1" | grep -c "^data: {\"number\":\"$2\""
}
has_row() {
    (($(rows "$1" "$2") > 0))
}

# 1. Who may watch what.
expect "nobody" "$(curl -s -o /dev/null -w '%{http_code}' "$api/events?topic=board")" 401
expect "a clerk at the desk" "$(as "$clerk" "$api/events?topic=desk")" 403
expect "another unit" "$(as "$clerk" "$api/events?topic=unit:environment-none")" 403
expect "no topic" "$(as "$clerk" "$api/events?topic=everything")" 422
expect "no such ticket" "$(as "$clerk" "$api/events?topic=ticket:20990101-0001-3")" 422

# 2. A ticket of another unit: the board hears, the clerk does not.
watch "$supervisor" board board
watch "$dispatcher" desk desk
watch "$clerk" own "unit:$unit"
watch "$auditor" audit all
submit '楼道里堆满了纸箱,消防通道都堵住了,没人管' '锦绣苑3号楼'
other=$number
wait_until 10 "the row on the board" has_row board "$other"
submit '晚上很吵,睡不着' ''
unsure=$number
wait_until 10 "the row at the desk" grep -q "\"$unsure\"" "$scratch/desk"
wait_until 10 "the row of the desk on the board" has_row board "$unsure"
wait_until 10 "the sums" bash -c "grep -A1 '^event: counts' '$scratch/board' | grep -q '\"desk_waiting\":1'"
expect "what the clerk heard of it" "$(rows own "$other")" 0
wait_until 10 "the row without its title" has_row audit "$other"
wait_until 10 "the row of the desk without its title" bash -c "grep -A1 '^event: desk' '$scratch/audit' | grep -q '\"number\":\"$unsure\",\"item\"'"

# 3. The clerk's own: dispatched to the unit, it comes without asking.
expect "dispatch" "$(as "$dispatcher" -X POST -H "$json" -d "{\"category\": \"noise\", \"unit\": \"$unit\", \"note\": \"请处理\"}" "$api/tickets/$unsure/dispatch")" 200
wait_until 10 "the row of the unit" has_row own "$unsure"
wait_until 10 "that it left the desk" bash -c "grep -q '\"number\":\"$unsure\",\"gone\":true' '$scratch/desk'"

# 4. One ticket: its facts, in both languages.
watch "$clerk" one "ticket:$unsure"
one=${watched[-1]}
watch "$auditor" audited "ticket:$unsure"
expect "accept" "$(as "$clerk" -X POST -H "$json" -d "{\"unit\": \"$unit\"}" "$api/tickets/$unsure/accept")" 200
wait_until 10 "the fact" bash -c "grep -A1 '^event: fact' '$scratch/one' | grep -q '\"fact\":\"accepted\".*\"says_zh\":\".*签收'"
wait_until 10 "the fact without its sentence" bash -c "grep -A1 '^event: fact' '$scratch/audited' | grep -q '\"fact\":\"accepted\"'"

# 4a. It goes to another unit: the clerk's stream ends there, and tells nothing that the other one writes.
expect "return" "$(as "$clerk" -X POST -H "$json" -d "{\"unit\": \"$unit\", \"note\": \"不归我们管\"}" "$api/tickets/$unsure/return")" 200
# The last word of it: that it lay there before was told, too.
wait_until 10 "it is back at the desk" bash -c "grep '\"number\":\"$unsure\"' '$scratch/desk' | tail -n 1 | grep -q '\"item\"'"
expect "another unit" "$(as "$dispatcher" -X POST -H "$json" -d '{"category": "noise", "unit": "steward-hepingli", "note": "请处理"}' "$api/tickets/$unsure/dispatch")" 200
wait_until 10 "the end of the clerk's stream" bash -c "! kill -0 $one 2>/dev/null"
expect "words of residents and clerks in what an auditor heard" "$(cat "$scratch/audit" "$scratch/audited" | grep -E '堆满了纸箱|晚上很吵|不归我们管|请处理|says_zh|"title"|"note"')" ""
expect "the ticket is another's" "$(as "$clerk" "$api/tickets/$unsure")" 404

# 4b. What the hotline's callers are to be asked comes by itself to those who work for the channel.
watch "$hotline" asked callbacks
submit '消防通道又被纸箱堵住了' '锦绣苑5号楼'
wait_until 10 "its row" has_row board "$number"
asked_unit=$(as "$supervisor" "$api/tickets/$number" >/dev/null; jq -r .unit "$scratch/body")
paidan "$data" --actor tester work accept "$number" --unit "$asked_unit" >/dev/null || fail "accept by the shell"
paidan "$data" --actor tester work contact "$number" --unit "$asked_unit" >/dev/null || fail "contact by the shell"
paidan "$data" --actor tester work resolve "$number" --unit "$asked_unit" --note '已修好' --without-assist >/dev/null || fail "resolve by the shell"
wait_until 15 "the callback" bash -c "grep -A1 '^event: callback' '$scratch/asked' | grep -q '\"number\":\"$number\"'"

# 5. Who comes back goes on where he was, each event once.
last=$(sed -n 's/^id: //p' "$scratch/board" | sed -n 1p)
watch "$supervisor" again board "$last"
wait_until 10 "what was told before" has_row again "$unsure"
expect "the events after it" "$(sed -n 's/^id: //p' "$scratch/again" | tail -n +2 | sort | uniq -d | wc -l)" 0
watch "$supervisor" strange board "0000000000000000.7.1-2-3"
grep -q '^event: reload' "$scratch/strange" || fail "an id of another process is no place to go on from"

# 6. The gateway is killed: a stream that comes back with its id is told to reload, and hears what follows.
last=$(sed -n 's/^id: //p' "$scratch/board" | tail -1)
kill -KILL "$(cat "$data/run/gateway.pid")"
wait_until 30 "the gateway is back" bash -c "curl -s '$http/readyz' | jq -e .ready >/dev/null"
logged_in() {
    [[ $(as "$supervisor" "$api/me") == 200 ]]
}
wait_until 20 "access is heard of" logged_in
watch "$supervisor" after board "$last"
grep -q '^event: reload' "$scratch/after" || fail "nothing told of the gap"
submit '路灯不亮,晚上很黑' '锦绣苑'
wait_until 10 "the row after the restart" has_row after "$number"

# 7. escalation hangs: said, and over when it goes on.
kill -STOP "$(cat "$data/run/escalation.pid")"
wait_until 20 "that it is away" grep -q '"service":"escalation","answers":false' "$scratch/after"
kill -CONT "$(cat "$data/run/escalation.pid")"
wait_until 30 "that it is back" bash -c "grep '\"service\":\"escalation\"' '$scratch/after' | tail -1 | grep -q true"

# 8. A session that ends, ends its streams: at the next heartbeat at the latest.
watch "$dispatcher" ended desk
expect "logout" "$(as "$dispatcher" -X POST -H "$json" -d '{}' "$api/logout")" 200
wait_until 40 "the end of the stream" bash -c "! kill -0 ${watched[-1]} 2>/dev/null"
for pid in "${watched[@]}"; do
    kill "$pid" 2>/dev/null
done
grep -q "log=" "$data/log/gateway.log" && fail "the gateway could not follow a log"
note "gateway, events: ok"
