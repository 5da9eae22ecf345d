#!/usr/bin/env bash
# One event, three residents: merged at the desk and from a unit's hands, taken apart again, resolved once and asked
# of each, with triage and escalation killed in between; corrections and splits beside it. At last all agree.
# ctest: cost 25
source "$(dirname "$0")/lib.sh"

data=$scratch/d
site=$scratch/site
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$site"
sed -i '/^  calling:/,/mon-sun/s/mon-sun: .*/mon-sun: ["00:00-24:00"]/' "$site/site.yaml"
instance_start "$data" "$site"

submit() {
    paidan "$data" submit --json "$@" | json_first number
}
field() { # NUMBER FIELD
    paidan "$data" show "$1" --json | jq -r ".$2"
}
is() { # NUMBER STATE
    [[ $(field "$1" state) == "$2" ]]
}
at_desk() { # NUMBER
    grep -qF "$1" <<<"$(paidan "$data" desk list)"
}
# refused CODE WISH...: it is, by that code.
refused() {
    local code=$1
    shift
    if paidan "$data" "$@" --json >"$scratch/refusal" 2>&1; then
        fail "not refused: $*"
    fi
    expect "$*" "$(jq -r .code <"$scratch/refusal")" "$code"
}

note "1. two about one event, one unclear"
first=$(submit --channel wechat --reporter u1 --external-id a1 --place 锦绣苑3号楼 --text '楼道里堆满了纸箱,消防通道都堵住了,没人管')
second=$(submit --channel hotline --phone 13800138000 --place 锦绣苑3号楼 --text '锦绣苑3号楼消防通道被杂物堵死了')
third=$(submit --channel hotline --phone 13900139000 --text '晚上很吵,睡不着')
wait_until 20 "both are with a unit" is "$second" assigned
wait_until 20 "the third is at the desk" at_desk "$third"
unit=$(field "$first" unit)

note "2. merged: of a unit's, of the desk's"
paidan "$data" merge "$second" --into "$first" >/dev/null || fail "merge of a dispatched one"
wait_until 20 "merged" is "$second" merged
paidan "$data" merge "$third" --into "$second" >/dev/null || fail "merge at the desk"
wait_until 20 "merged, too" is "$third" merged
members() {
    [[ $(field "$first" members) == "$1" ]]
}
wait_until 20 "the first one has both" members 2
refused MERGED merge "$third" --into "$third"
refused MERGE_SELF merge "$first" --into "$second"
refused NUMBER_INVALID merge "$first" --into 20200101-0001-8
refused NOT_MERGED unmerge "$first"
chased() {
    [[ $(field "$first" chases) == 1 ]]
}
paidan "$data" chase "$second" --note 快点 >/dev/null || fail "chase"
wait_until 20 "a chase of a member reaches the unit" chased

note "3. one of them was another matter"
paidan "$data" unmerge "$third" --note 是两回事 >/dev/null || fail "unmerge"
wait_until 20 "at the desk again" at_desk "$third"
wait_until 20 "the first one has one" members 1

note "4. killed, resolved once, asked of each"
service_kill "$data" triage
service_kill "$data" escalation
# Done or not: who was killed, or slow, may have done what it did not answer.
accepted() {
    is "$first" accepted || paidan "$data" work accept "$first" --unit "$unit" >/dev/null 2>&1
}
resolved() {
    is "$first" resolved || paidan "$data" work resolve "$first" --unit "$unit" --note 清了 --without-assist >/dev/null 2>&1
}
wait_until 30 "accepted" accepted
paidan "$data" work contact "$first" --unit "$unit" >/dev/null || fail "contact"
wait_until 30 "resolved" resolved
wait_until 20 "so is its member" is "$second" resolved
asked() { # CHANNEL NUMBER
    grep -qF "$2" <<<"$(paidan "$data" callback list --channel "$1" --peek)"
}
wait_until 20 "the first resident is asked" asked wechat "$first"
wait_until 20 "the second, in his own channel" asked hotline "$second"
paidan "$data" callback answer "$second" --solved no --satisfied no --note 没清 >/dev/null || fail "answer"
wait_until 20 "his ticket is open again" is "$second" assigned
expect "the other one is as it was" "$(field "$first" state)" resolved
[[ $(field "$second" unit) != "$unit" ]] || fail "not one level higher"

note "5. corrected, split"
wait_until 30 "intake, too, knows that the third is nobody's member" quiet "$data"
paidan "$data" correct "$second" --category cleaning.garbage >/dev/null || fail "correct"
expect "its category" "$(field "$second" category)" cleaning.garbage
refused NOTHING_CHANGES correct "$second" --category cleaning.garbage
refused SPLIT_INVALID split "$third" --part ' '
paidan "$data" split "$third" --part 楼上太吵=noise --part 垃圾没人收=cleaning.garbage >"$scratch/split" || fail "split"
expect "two of it" "$(grep -c . "$scratch/split")" 2

note "6. all agree, and the logs make the same tables"
agreed() {
    [[ $(paidan "$data" stats --json | jq .agree) == true ]]
}
wait_until 30 "the services agree" agreed
instance_stop "$data"
paidan "$data" log verify >/dev/null || fail "log verify"
