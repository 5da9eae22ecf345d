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
wait_until 30 "every service knows whose it is" quiet "$data"

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
wait_until 30 "every service knows whose it is" quiet "$data"
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
wait_until 30 "every service knows whose it is" quiet "$data"
note "at $other"
mark_own
walk
# 4. Two areas: whoever dispatches in one of them merges nothing into the other's, and does not learn what that is: at the
# desk, with a unit, over, or merged itself.
system=$(account system) security=$(account security)
expect "a new person" "$(as "$system" -H "$json" -d '{"person":"li.si","full_name":"李四"}' "$api/people")" 200
first=$(jq -r .password "$scratch/body")
expect "first login" "$(login li.si "$first")" 200
expect "password" "$(as li.si -H "$json" -d "{\"password\":\"$first\",\"new_password\":\"a lamp that shines at 3\"}" "$api/me/password")" 200
expect "a role" "$(as "$security" -H "$json" \
    -d '{"person":"li.si","role":{"role":"dispatcher","area":"yangguang"}}' "$api/roles")" 200
expect "login" "$(login li.si 'a lamp that shines at 3')" 200
filed() { # PLACE TEXT
    paidan "$data" submit --channel hotline --place "$1" --text "$2" --json | json_first number
}
in_state() { # NUMBER STATE
    [[ $(paidan "$data" show "$1" --json | jq -r .state) == "$2" ]]
}
lies_at_desk() {
    grep -qF "$1" <<<"$(paidan "$data" desk list)"
}
blocked='消防通道被杂物堵死了' vague='请来看一下'
own_desk=$(filed 锦绣苑3号楼 "$vague") own_unit=$(filed 锦绣苑3号楼 "$blocked") own_other=$(filed 锦绣苑5号楼 "$blocked")
foreign_desk=$(filed 柳林小区3号楼 "$vague") foreign_unit=$(filed 柳林小区3号楼 "$blocked")
foreign_over=$(filed 柳林小区5号楼 "$blocked") foreign_member=$(filed 柳林小区7号楼 "$vague")
for number in "$own_desk" "$foreign_desk" "$foreign_member"; do
    wait_until 20 "$number at the desk" lies_at_desk "$number"
done
for number in "$own_unit" "$own_other" "$foreign_unit" "$foreign_over"; do
    wait_until 20 "$number with a unit" in_state "$number" assigned
done
paidan "$data" merge "$foreign_member" --into "$foreign_unit" >/dev/null || fail "merge"
wait_until 20 "merged" in_state "$foreign_member" merged
unit=$(paidan "$data" show "$foreign_over" --json | jq -r .unit)
paidan "$data" work accept "$foreign_over" --unit "$unit" >/dev/null || fail "accept"
paidan "$data" work contact "$foreign_over" --unit "$unit" >/dev/null || fail "contact"
paidan "$data" work resolve "$foreign_over" --unit "$unit" --note 清了 --without-assist >/dev/null || fail "resolve"
wait_until 20 "over" in_state "$foreign_over" resolved
expect "he sees his own" "$(as li.si "$api/tickets/$own_unit")" 200
for number in "$foreign_desk" "$foreign_unit" "$foreign_over" "$foreign_member"; do
    for mine in "$own_desk" "$own_unit"; do
        same li.si POST "/tickets/$mine/merge" '{"into":"@NUMBER@","note":"同一件事"}'
        expect "merge of $mine into $number" "$(code)" TICKET_UNKNOWN
    done
    same li.si POST "/tickets/$own_unit/recall" '{"merge_into":"@NUMBER@","note":"同一件事"}'
    expect "recall of $own_unit into $number" "$(code)" TICKET_UNKNOWN
    same li.si POST /tickets/@NUMBER@/merge "{\"into\":\"$own_unit\"}"
    same li.si POST /tickets/@NUMBER@/unmerge '{}'
done
in_state "$own_unit" assigned || fail "taken from its unit for a merge that was refused"
expect "what waits for its first dispatch takes in nothing that a unit has" \
    "$(as li.si -H "$json" -d "{\"into\":\"$own_desk\"}" "$api/tickets/$own_other/merge") $(code)" "409 STATE_FORBIDS"
expect "within his area he merges" "$(as li.si -H "$json" -d "{\"into\":\"$own_unit\"}" "$api/tickets/$own_desk/merge")" 200
expect "and takes from a unit" "$(as li.si -H "$json" -d "{\"into\":\"$own_unit\"}" "$api/tickets/$own_other/merge")" 200
wait_until 20 "merged" in_state "$own_other" merged
((compared >= 50)) || fail "only $compared answers were compared"
"$PAIDAN_ROOT/tests/support/bad_input" "$api" "$data/accounts" || fail "bad input"
note "foreign tickets: $compared answers are those of unknown ones"
logs_hold "$data"
