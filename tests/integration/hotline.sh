#!/usr/bin/env bash
# A hotline above us and the adapter, by the reference client of its conformance page, both ways: what is taken
# once, what is refused, what the platform hears, while either side is killed or away.
# ctest: cost 40
source "$(dirname "$0")/lib.sh"

if ! command -v node >/dev/null; then
    note "node is missing: the client cannot run"
    exit 77
fi
# shellcheck disable=SC2154  # scratch comes from lib.sh
data=$scratch/d site=$scratch/site key=$scratch/d/secrets/hotline/city told=$scratch/told
driver=$PAIDAN_ROOT/tests/integration/hotline.mjs examples=$PAIDAN_ROOT/services/adapter_hotline/examples
: >"$told"
# Two ports that are free: a platform keeps our address while the adapter is killed, and we theirs.
port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}
theirs=$(port) ours=$(port)

cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$site"
sed -i 's/^channels:/&\n  - {code: city, name: 市热线, name_en: City hotline}/' "$site/site.yaml"
cat >"$site/hotline.yaml" <<END
channel: city
listen: 127.0.0.1:$ours
peers:
  - code: city
    name: 市 12345
    suite: hmac-sha256
    url: http://127.0.0.1:$theirs/in?from=street
    inside: true
duty: {calendar: always, unit: pm-anju}
calls: true
END
printf 'peer,theirs,category\n*,0304,fire\n' >"$site/hotline-categories.csv"
printf 'peer,theirs,area\ncity,440306001,qinghe\n' >"$site/hotline-divisions.csv"
printf 'peer,theirs,unit\n*,安居物业,pm-anju\n' >"$site/hotline-units.csv"
printf 'peer,ours,theirs\ncity,accepted,已受理\n' >"$site/hotline-states.csv"
grep -q '^fire,' "$site/categories.csv" || sed -i "2s/.*/*,0304,$(sed -n 3p "$site/categories.csv" | cut -d, -f1)/" "$site/hotline-categories.csv"
mkdir -p "$(dirname "$key")"
(umask 0277 && echo 'a key of two sides, and of nobody else' >"$key" && echo letmein >"$(dirname "$key")/calls")

# listen: takes what the adapter tells the platform. Only one at a time.
listen() {
    node "$driver" receive "$theirs" "$key" "$told" >"$scratch/receiver.log" 2>&1 &
    receiver=$!
    workers+=("$receiver")
}
url() {
    local file
    for file in "$data/run/hotline/hotline.http" "$data/run/hotline.http"; do
        [[ -s $file ]] && echo "http://$(cat "$file")/hotline/v1/messages" && return 0
    done
    return 1
}
# heard KIND SOURCE_ID: how many envelopes of that kind the platform heard about its ticket.
heard() {
    jq -s --arg kind "$1" --arg id "$2" '[.[] | select(.kind == $kind and .source_id == $id)] | length' "$told"
}
heard_once() { [[ $(heard "$1" "$2") == 1 ]]; }

listen
instance_start "$data" "$site" 1 "2026-11-30 10:00"
wait_until 60 "the adapter listens" url >/dev/null
note "what is taken, and what is refused"
node "$driver" story "$(url)" "$key" "$examples" || fail "the story"
wait_until 60 "the platform hears our number" heard_once received 2026113000012
number=$(jq -r 'select(.kind == "received" and .source_id == "2026113000012") | .our_number' "$told")
[[ $number =~ ^20261130-000[12]-[0-9]$ ]] || fail "the number is '$number'"
expect "signed as who" "$(jq -r .source "$told" | sort -u)" paidan
wait_until 60 "the platform hears of the other" heard_once received S-2
strange=$(jq -r 'select(.source_id == "S-2") | .our_number' "$told" | head -n 1)
on_desk() { grep -qx "$1" <<<"$(tickets_on_desk "$data")"; }
wait_until 60 "a category that is none of ours lies at the desk" on_desk "$strange"
paidan "$data" show "$strange" --json >"$scratch/strange"
grep -q '上级类别：无此类别' "$scratch/strange" || fail "their category is lost: $(cat "$scratch/strange")"
grep -q '上级区划：不存在的区' "$scratch/strange" || fail "their division is lost"

note "their deadline bounds ours, as they extended it"
dispatched() { grep -qx "$number" <<<"$(tickets_opened "$data")"; }
placed() { dispatched || on_desk "$number"; }
wait_until 60 "triage has decided" placed
if on_desk "$number"; then
    paidan "$data" desk dispatch "$number" --unit pm-anju >/dev/null || fail "dispatch"
fi
wait_until 60 "a unit has it" dispatched
unit=$(paidan "$data" show "$number" --json | json_first unit)
bound() {
    paidan "$data" explain "$number" --json |
        jq '[.. | objects | select(.clock? == "handle") | .bound_ms] | map(select(. != null)) | first'
}
extended() { [[ $(bound) == "$(TZ=Asia/Shanghai date -d '2026-12-10 18:00' +%s)000" ]]; }
wait_until 60 "the bound is what they granted" extended
# An urge before the unit has it is counted with the next one: intake's count goes along.
node "$driver" send "$(url)" "$key" "$examples/urge.json" '{"id":"urge-2","seq":5}' || fail "urge"
urged() { [[ $(paidan "$data" show "$number" --json | jq '[.. | objects | select(has("chases")) | .chases] | max') == 2 ]]; }
wait_until 60 "both urges" urged

note "what the unit does, the platform hears, in order; also what happened while it was away"
paidan "$data" accept "$number" --unit "$unit" >/dev/null || fail "accept"
wait_until 60 "accepted" heard_once accepted 2026113000012
expect "their word for it" "$(jq -r 'select(.kind == "accepted") | .body.state' "$told")" 已受理
kill "$receiver"
wait "$receiver" 2>/dev/null
paidan "$data" contact "$number" --unit "$unit" --note "已联系" >/dev/null || fail "contact"
paidan "$data" progress "$number" --unit "$unit" --note "已上门，电话 13800000001" >/dev/null || fail "progress"
sleep 3
expect "while it is away" "$(heard progress 2026113000012)" 0
listen
wait_until 60 "contacted" heard_once contacted 2026113000012
wait_until 60 "progress" heard_once progress 2026113000012
paidan "$data" resolve "$number" --unit "$unit" --note "已清理" --without-assist >/dev/null || fail "resolve"
wait_until 60 "resolved" heard_once resolved 2026113000012
node "$driver" send "$(url)" "$key" "$examples/rating.json" || fail "rating"
wait_until 60 "closed" heard_once closed 2026113000012
expect "how it was closed" "$(jq -r 'select(.kind == "closed") | .body.our_state' "$told")" closed.solved
expect "in order" "$(jq -s 'map(select(.source_id == "2026113000012") | .seq) | . == sort and length == .[-1]' "$told")" true
grep -q 13800000001 "$told" && fail "a number of a resident's was told"
node "$driver" send "$(url)" "$key" "$examples/rating.json" '{"id":"redo-1","kind":"redo","seq":9,"body":{"note":"又堆满了"}}' ||
    fail "redo"
done_again() { [[ $(heard received 2026113000012) == 2 ]]; }
wait_until 60 "a ticket that is done again has a number" done_again
again=$(jq -r 'select(.kind == "received" and .source_id == "2026113000012") | .our_number' "$told" | tail -n 1)
paidan "$data" show "$again" --json >"$scratch/again" || fail "show"
grep -q '锦绣苑3号楼' "$scratch/again" || fail "what is done again has lost its place: $(cat "$scratch/again")"
grep -q '纸箱' "$scratch/again" || fail "what is done again has lost its words"

note "killed between commit and answer: one ticket an envelope"
for index in $(seq 1 12); do
    (
        sleep "0.$((RANDOM % 4))"
        service_kill "$data" hotline
    ) &
    node "$driver" send "$(url)" "$key" "$examples/dispatch.json" \
        "{\"id\":\"kill-$index\",\"source_id\":\"K-$index\",\"at\":\"2026-11-30T10:00:00+08:00\"}" >"$scratch/killed.$index" ||
        fail "envelope $index: $(cat "$scratch/killed.$index")"
    wait $! || true
    wait_until 60 "it listens again" url >/dev/null
done
for index in $(seq 1 12); do
    wait_until 120 "the number of $index" heard_once received "K-$index"
done
expect "numbers" "$(jq -r 'select(.source_id | startswith("K-")) | .our_number' "$told" | sort -u | wc -l)" 12
wait_until 60 "triage and escalation have all of them" quiet "$data"
expect "tickets in all" "$(($(tickets_opened "$data" | wc -l) + $(tickets_on_desk "$data" | wc -l)))" 15

instance_stop "$data"
for mode in --verify --replay; do
    "$PAIDAN_BIN/paidan-hotline" --data "$data" --site "$site" "$mode" >"$scratch/mode" 2>&1 || {
        cat "$scratch/mode" >&2
        fail "the adapter's log: $mode"
    }
done
if grep -rqE '13800000001|纸箱' "$data"/log; then
    fail "a resident's words or number are in a line of the log"
fi
note "hotline: ok"
