#!/usr/bin/env bash
# Webhooks with the real processes and a receiver that others wrote the parsers of: each subscriber gets what it may
# see and nothing else, signed, each ticket's facts in their order; a receiver that hangs delays no other; one that is
# away for a while, and an adapter that is killed between sending and its outcome, lose nothing and repeat under the
# same id; secrets are changed without a gap; no private address is called; no redirect is followed.
# ctest: cost 40
source "$(dirname "$0")/lib.sh"

peers_install

data=$scratch/data site=$scratch/site out=$scratch/out modes=$scratch/modes
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$site"
touch "$out" "$modes"
port=0 receiver=''

# receiver_start SECRET...: on a free port the first time, on the same one afterwards.
receiver_start() {
    rm -f "$out.port"
    node "$PAIDAN_ROOT/tests/peers/webhook-receiver.mjs" "$port" "$out" "$modes" "$@" >>"$scratch/receiver.log" 2>&1 &
    receiver=$!
    workers+=("$receiver")
    wait_until 20 "the receiver listens" test -s "$out.port"
    port=$(cat "$out.port")
}

receiver_stop() {
    kill -KILL "$receiver"
    wait "$receiver" 2>/dev/null
}

secret_write() {
    mkdir -p "$data/secrets/webhook"
    printf '%s\n' "$2" >"$data/secrets/webhook/$1"
    chmod 0400 "$data/secrets/webhook/$1"
}

# seen PATH: log and seq of each fact that a subscriber got, once each, sorted.
seen() {
    jq -r --arg path "$1" 'select(.path == $path) | .events[]? | "\(.data.log) \(.data.seq)"' "$out" | sort -u
}

# said [FILTER]: log and seq of each fact about a ticket that may be told.
said() {
    local log
    for log in triage escalation callback; do
        paidan "$data" log dump "$log" --json 2>/dev/null |
            jq -r --arg log "$log" "select(has(\"number\") and (has(\"record_refused\") or has(\"leased\") or has(\"handed\") | not)) |
                select(${1:-true}) | \"\\(\$log) \\(.seq)\""
    done | sort -u
}

# arrived PATH [FILTER]: has all that was said reached that subscriber?
arrived() {
    [[ $(said "${2:-true}") == "$(seen "$1")" ]]
}

# work COUNT PREFIX: tickets and something done about them.
work() {
    local unit number
    demo_texts | awk -F '\t' -v OFS='\t' -v count="$1" -v prefix="$2" \
        'NR == 1 { print } NR > 1 && $3 != "" && made < count { print prefix "-" made++, $2, $3 }' >"$scratch/in.tsv"
    paidan "$data" submit --channel wechat --from "$scratch/in.tsv" --json >/dev/null || fail "submit"
    wait_until 30 "all are routed" quiet "$data"
    for unit in $(column "$site/units.csv" code); do
        for number in $(paidan "$data" work pull --unit "$unit" --max 2 --json | json_all number); do
            paidan "$data" work accept "$number" --unit "$unit" >/dev/null &&
                paidan "$data" work resolve "$number" --unit "$unit" --note '已处理，电话 13812345678' >/dev/null
        done
    done
}

first=whsec_$(head -c 32 /dev/urandom | base64) second=plain-text-secret-of-the-second
receiver_start "$first" "$second"
cat >"$site/webhooks.yaml" <<EOF
source: https://paidan.example.cn/qinghe
subscribers:
  - {code: all, url: "http://127.0.0.1:$port/all", inside: true, texts: true, headers: [{name: X-Site, value: east}],
     retry: {pause: 1s, pause_max: 2s, flights: 64}}
  - {code: binary, url: "http://127.0.0.1:$port/binary", inside: true, mode: binary, facts: [assigned, resolved],
     retry: {pause: 1s, pause_max: 2s}}
  - {code: batched, url: "http://127.0.0.1:$port/batched", inside: true, mode: batched, batch: {size: 20, wait: 1s},
     retry: {pause: 1s, pause_max: 2s}}
  - {code: unit, url: "http://127.0.0.1:$port/unit", inside: true, units: [pm-hexin], retry: {pause: 1s, pause_max: 2s}}
  - {code: hangs, url: "http://127.0.0.1:$port/hangs", inside: true, facts: [assigned], retry: {pause: 1s, pause_max: 2s}}
  - {code: moved, url: "http://127.0.0.1:$port/moved", inside: true, facts: [resolved], retry: {attempts: 2, pause: 1s}}
  - {code: private, url: "https://127.0.0.1:$port/private", facts: [resolved], retry: {attempts: 2, pause: 1s}}
  - {code: unsigned, url: "http://127.0.0.1:$port/unsigned", inside: true, facts: [resolved], retry: {attempts: 2, pause: 1s}}
EOF
printf '%s\n' '/hangs hang' '/moved moved' >"$modes"
"$PAIDAN_BIN/paidan" check "$site" >"$scratch/check" || fail "check: $(cat "$scratch/check")"
mkdir -p "$data"
for code in all binary batched unit hangs moved private; do
    secret_write "$code" "$first"
done
instance_start "$data" "$site"

work 40 a
wait_until 60 "callback, too, has heard of what was resolved" quiet "$data"
wait_until 60 "all is told" arrived /all
wait_until 60 "what one asked for is told" arrived /binary 'has("assigned") or has("resolved")'
wait_until 60 "pieces are told" arrived /batched
note "$(said | wc -l) facts told, beside a receiver that hangs"

expect "events that do not parse" "$(jq -c 'select(.error != null)' "$out" | head -3)" ""
expect "requests that are not signed" "$(jq -c 'select(.signed != [0])' "$out" | head -3)" ""
expect "the header of the site" "$(jq -r 'select(.path == "/all") | .site' "$out" | sort -u)" east
expect "types of one that asked for two" "$(jq -r 'select(.path == "/binary") | .events[].type' "$out" | sort -u | xargs)" \
    "paidan.assigned paidan.resolved"
expect "sources" "$(jq -r '.events[].source' "$out" | sort -u | xargs)" \
    "https://paidan.example.cn/qinghe/callback https://paidan.example.cn/qinghe/escalation https://paidan.example.cn/qinghe/triage"
((($(jq -r 'select(.path == "/batched") | .events | length' "$out" | sort -n | tail -1)) > 1)) || fail "no piece holds several"

# What a unit hears of: its tickets' facts, and of no other ticket any.
paidan "$data" log dump escalation --json |
    jq -r 'select(.assigned.to.unit? == "pm-hexin" or ([.assigned.to.assist[]?] | index("pm-hexin"))) | .number' |
    sort -u >"$scratch/unit.wanted"
[[ -s $scratch/unit.wanted ]] || fail "the unit has nothing to hear of"
heard_of() { jq -r --arg path "$1" 'select(.path == $path) | .events[].subject' "$out" | sort -u; }
unit_heard() { [[ -z $(heard_of /unit | comm -13 - "$scratch/unit.wanted") ]]; }
wait_until 60 "the unit hears of each of its tickets" unit_heard
expect "tickets that a unit hears of" "$(heard_of /unit)" "$(cat "$scratch/unit.wanted")"

# Texts are for those who asked, and masked as everywhere; residents' words are in no log that is followed.
jq -r 'select(.path == "/all") | .events[].data.assigned.title // empty' "$out" | grep -q . || fail "no titles for who asked"
expect "texts for those who did not ask" "$(jq -c 'select(.path != "/all") | .. | objects | select(has("note") or has("title"))' "$out" | head -2)" ""
expect "phones" "$(grep -c 13812345678 "$out")" 0

# in_order PATH: of each ticket and log, do seqs only rise, repetitions aside?
in_order() {
    jq -r --arg path "$1" 'select(.path == $path) | .events[] | "\(.source) \(.subject) \(.data.seq)"' "$out" |
        awk '{ key = $1 " " $2; if (seen[key " " $3]++) next; if ($3 + 0 < last[key] + 0) { print; exit 1 } last[key] = $3 }'
}
in_order /all || fail "out of order"
in_order /batched || fail "pieces out of order"

# A redirect is an answer like any other, a private address is not called, without a secret nothing goes.
dead() {
    paidan "$data" outbox list webhook --dead --json
}
given_up() {
    [[ $(dead | json_all to | sort -u | xargs) == "moved private unsigned" ]]
}
wait_until 60 "three are given up" given_up
paidan "$data" outbox list webhook --dead | sed -n '1,5s/^/    /p'
expect "requests that were redirected" "$(jq -r 'select(.path == "/moved") | .status' "$out" | sort -u)" 302
expect "requests to a private address, or unsigned" "$(jq -c 'select(.path == "/private" or .path == "/unsigned")' "$out")" ""

# Killed between sending and its outcome, again and again, while the receiver hangs up after it has taken something.
printf '%s\n' '/hangs ok' '/moved moved' '/all lost' >"$modes"
work 40 b &
worker=$!
for _ in 1 2 3 4 5 6; do
    sleep 1.5
    service_kill "$data" webhook
done
wait "$worker" || fail "work"
printf '%s\n' '/moved moved' >"$modes"
wait_until 120 "all is told after kills" arrived /all
wait_until 120 "pieces are told after kills" arrived /batched
wait_until 120 "who hung hears all" arrived /hangs 'has("assigned")'

# The same fact is the same event, whenever it comes.
repeated=$(jq -r 'select(.path == "/all") | .events[] | "\(.data.log) \(.data.seq)"' "$out" | sort | uniq -d | wc -l)
((repeated > 0)) || fail "nothing was repeated: the test shows nothing"
expect "facts under two ids, or ids with two meanings" "$(jq -c 'select(.path == "/all") | .events[]' "$out" | sort -u |
    jq -rs '(group_by(.id) + group_by([.data.log, .data.seq])) | map(select(length > 1)) | length')" 0
note "$repeated facts were repeated, each under its id"

# Away for a while: nothing is lost, and the first try after it finds the way.
receiver_stop
work 20 c
sleep 3
receiver_start "$first" "$second"
wait_until 120 "all is told after the receiver was away" arrived /all
wait_until 120 "pieces are told after the receiver was away" arrived /batched
in_order /batched || fail "pieces out of order"

# Secrets: both sign as long as there are two.
secret_write all.next "$second"
# signed_by SECRETS PREFIX: do these sign the newest? A file is looked at once a second: another ticket, until it was.
signed_by() {
    [[ $(jq -c --arg path /all 'select(.path == $path) | .signed' "$out" | tail -n 1) == "$1" ]] && return 0
    work 1 "$2-$SECONDS"
    return 1
}
wait_until 30 "both secrets sign" signed_by '[0,1]' d
mv -f "$data/secrets/webhook/all.next" "$data/secrets/webhook/all"
wait_until 30 "the second alone signs" signed_by '[1]' e

# Dead ones are sent again by hand once the receiver takes them.
secret_write unsigned "$first"
: >"$out"
: >"$modes"
paidan "$data" outbox retry webhook --dead >/dev/null || fail "retry"
moved_seen() {
    (($(seen /moved | wc -l) > 0 && $(seen /unsigned | wc -l) > 0))
}
wait_until 60 "what was dead arrives" moved_seen

instance_stop "$data"
paidan "$data" log verify webhook >"$scratch/verify" 2>&1 || fail "verify: $(cat "$scratch/verify")"
paidan "$data" log replay webhook >"$scratch/replay" 2>&1 || fail "replay: $(cat "$scratch/replay")"
note "verify and replay hold"
