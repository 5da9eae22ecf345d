#!/usr/bin/env bash
# A foreign number looks like none: every route of the description that takes a ticket's number, for each role, answers
# byte for byte the same for a ticket out of the asker's scope and for a number that nobody has. And whatever is wrong
# with a request is refused in both languages by the name of what is wrong (tests/support/bad_input).
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/lib_people.sh"

people_start

# 1. A ticket that is one unit's, by one channel; and a number that is nobody's.
hotline=$(account hotline) dispatcher=$(account dispatcher)
awk -F'\t' 'NR > 0 && $2 != "role" { print $1, $2 }' "$data/accounts" >"$scratch/people"
while read -r name _; do
    expect "login of $name" "$(login "$name")" 200
done <"$scratch/people"
channel=$(jq -r '.roles[0].channel' "$scratch/me.$hotline")
expect "submit" "$(as "$hotline" -H "$json" -d "{\"channel\":\"$channel\",\"text\":\"小区电梯坏了\"}" "$api/tickets")" 200
number=$(jq -r .number "$scratch/body")
for digit in {0..9}; do # one of them is the check digit
    [[ $(as "$hotline" "$api/tickets/20200101-0001-$digit") == 422 ]] || break
done
unknown=20200101-0001-$digit
at_desk() {
    [[ $(as "$dispatcher" "$api/tickets/$number") == 200 && $(jq -r .state "$scratch/body") == desk ]]
}
wait_until 20 "it is at the desk" at_desk

# said NAME NUMBER METHOD PATH [BODY]: status and body, without what differs by nature: the number asked for, and the time.
said() {
    local name=$1 asked=$2 path=$4 body=${5-} got arguments=(-X "$3")
    [[ -z $body ]] || arguments+=(-H "$json" -d "${body//@NUMBER@/$asked}")
    got=$(as "$name" "${arguments[@]}" "$api${path//@NUMBER@/$asked}")
    printf '%s ' "$got"
    sed -e "s/$asked/NUMBER/g" -e 's/"now":"[^"]*"//' -e 's/"now_ms":[0-9]*//' "$scratch/body"
}

# same NAME METHOD PATH [BODY]: the answers do not differ.
compared=0
same() {
    local foreign none
    none=$(said "$1" "$unknown" "${@:2}")
    foreign=$(said "$1" "$number" "${@:2}")
    [[ $foreign == "$none" ]] || fail "$1 $2 $3: a foreign ticket says '$foreign', an unknown one '$none'"
    compared=$((compared + 1))
}

walk() {
    local name path file=$scratch/paths
    curl -s "$http/api/v1/openapi.json" | jq -r '.paths | to_entries[] | select(.key | contains("{number}")) |
        select(.value.get) | .key' | sed -e 's|^/api/v1||' -e 's/{number}/@NUMBER@/' >"$file"
    (($(wc -l <"$file") >= 4)) || fail "the description has too few routes of one ticket"
    printf '%s\n' '/tickets/@NUMBER@?history=true' '/tickets/@NUMBER@/callback?history=true' \
        "/media/$(printf 'a%.0s' {1..64})?number=@NUMBER@" '/events?topic=ticket:@NUMBER@' >>"$file"
    while read -r name _; do
        [[ ${own[$name]-} != 1 ]] || continue
        while read -r path; do
            same "$name" GET "$path"
        done <"$file"
    done <"$scratch/people"
}

# Whose it is: they are told more, and rightly.
mark_own() {
    own=()
    while read -r name _; do
        [[ $(as "$name" "$api/tickets/$number") != 200 ]] || own[$name]=1
    done <"$scratch/people"
    ((${#own[@]} >= 1)) || fail "nobody sees the ticket"
}
declare -A own=()

note "at the desk"
mark_own
walk
# 2. The same when a unit has it, and what is written to it.
unit=$(jq -r '.roles[] | select(.unit) | .unit' "$scratch"/me.* | head -n 1)
category=$(as "$dispatcher" "$api/site" >/dev/null && jq -r '.categories[0].code' "$scratch/body")
expect "dispatch" "$(as "$dispatcher" -H "$json" -d "{\"unit\":\"$unit\",\"category\":\"$category\"}" "$api/tickets/$number/dispatch")" 200
has_it() {
    paidan "$data" show "$number" --json | jq -e '.state == "assigned"' >/dev/null
}
wait_until 20 "a unit has it" has_it
note "at $unit"
mark_own
walk
clerks=$(awk '$2 == "clerk" || $2 == "leader" { print $1 }' "$scratch/people")
for name in $clerks; do
    [[ ${own[$name]-} != 1 ]] || continue
    theirs=$(jq -r '.roles[0].unit' "$scratch/me.$name")
    for act in accept contact progress resolve return raise extend; do
        same "$name" POST "/tickets/@NUMBER@/$act" "{\"unit\":\"$theirs\",\"note\":\"x\"}"
    done
    same "$name" POST /texts "{\"numbers\":[\"@NUMBER@\"],\"reason\":\"x\"}"
    same "$name" POST /tickets/@NUMBER@/chase '{}'
    same "$name" POST /tickets/@NUMBER@/supplement '{"text":"x"}'
done
# 3. Ordered to another unit: from then on it is theirs in every service, and no longer the first one's.
supervisor=$(account supervisor) other='' heir=''
for name in $clerks; do
    theirs=$(jq -r '.roles[0].unit' "$scratch/me.$name")
    [[ ${own[$name]-} == 1 ]] || { other=$theirs heir=$name; }
done
expect "order" "$(as "$supervisor" -H "$json" -d "{\"unit\":\"$(jq -r '.roles[0].unit' "$scratch/me.$supervisor")\",\"to_unit\":\"$other\",\"note\":\"请办理\"}" \
    "$api/tickets/$number/supervise/order")" 200
theirs() {
    [[ $(as "$heir" "$api/tickets/$number") == 200 && $(as "$heir" "$api/tickets/$number/triage") == 200 &&
        $(as "$heir" "$api/tickets/$number?history=true") == 200 ]] &&
        jq -e '[.history[].service] | contains(["triage", "escalation"])' "$scratch/body" >/dev/null
}
wait_until 20 "the unit that has it now knows why" theirs
note "at $other"
mark_own
walk
((compared >= 30)) || fail "only $compared answers were compared"
"$PAIDAN_ROOT/tests/support/bad_input" "$api" "$data/accounts" || fail "bad input"
note "foreign tickets: $compared answers are those of unknown ones"
logs_hold "$data"
