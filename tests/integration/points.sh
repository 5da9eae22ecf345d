#!/usr/bin/env bash
# 积分 with the real processes: a verified report earns by the site's rules, tasks of volunteers by hand,
# a reversal for what turned out unsolved, medals, goods as long as there are some, 剔除; whatever is refused says why. Archive
# is killed in the middle, and its log folds to the same tables.
# ctest: cost 15
source "$(dirname "$0")/lib.sh"

data=$scratch/d
site=$scratch/site
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$site"
cat >>"$site/site.yaml" <<'END'
points:
  rules:
    - {rule: seen, name: 核实的上报, for: report, points: 12, day: 5}
    - {rule: clue, name: 补充线索, for: supplement, points: 3}
    - {rule: task, name: 志愿任务, for: hand, points: 20}
  medals: {bronze: 15, silver: 40, gold: 1000}
  goods:
    - {goods: towel, name: 毛巾, price: 18, stock: 2}
END
# A little faster than life, on a working day: callbacks fall into calling hours.
instance_start "$data" "$site" 1 "2026-03-02 09:30"
points() {
    paidan "$data" points "$@"
}
# refused CODE COMMAND...: it is refused, and for that reason.
refused() {
    local code=$1 said
    shift
    said=$("$@" 2>&1) && fail "not refused: $*"
    grep -qF "$code" <<<"$said" || fail "$*: no $code in: $said"
}
balance() {
    points show "$1" --json 2>/dev/null | jq '.persons[0] | .in - .out'
}
balance_is() {
    [[ $(balance "$1") == "$2" ]]
}
medal() {
    points show "$1" --json | jq -r '.persons[0].medal'
}
state_is() {
    [[ $(paidan "$data" show "$1" --json | jq -r .state) == "$2" ]]
}
report() {
    paidan "$data" submit --channel hotline --place 柳林小区3号楼 --text "$1" --phone 13812345678 --reporter 张三 --anew --json | jq -r .number
}
# finish NUMBER: its unit solves it, and it is asked about.
finish() {
    local unit
    wait_until 20 "a unit has $1" state_is "$1" assigned
    unit=$(paidan "$data" show "$1" --json | jq -r .unit)
    paidan "$data" accept "$1" --unit "$unit" >/dev/null || fail "accept $1"
    paidan "$data" resolve "$1" --unit "$unit" --note 已更换水管 >/dev/null || fail "resolve $1"
}
answer() {
    paidan "$data" callback answer "$1" --solved "$2" --satisfied "$3" >/dev/null 2>&1
}

note "1. a report that was verified earns; one that is open does not"
first=$(report 楼上漏水没人修)
known() { points show "$first" --json >/dev/null 2>&1; }
wait_until 20 "archive knows whose it is" known
expect "nothing yet" "$(balance "$first")" 0
person=$(points show "$first" --json | jq -r '.persons[0].person')
[[ $person =~ ^[0-9a-f]{16}$ ]] || fail "no pseudonym: $person"
points show "$first" --json >"$scratch/shown"
grep -qE '张三|13812345678' "$scratch/shown" && fail "somebody is named"
finish "$first"
wait_until 20 "it is asked about" answer "$first" yes yes
wait_until 20 "it earned" balance_is "$first" 12
expect "a medal is not reached" "$(medal "$first")" none

note "2. by hand: a volunteer's task, once for a ticket; and what is refused"
points award "$first" task --note 清扫楼道 --actor wang >/dev/null || fail award
expect "with the task" "$(balance "$person")" 32
expect "bronze" "$(medal "$person")" bronze
refused ALREADY_DONE points award "$first" task --note 清扫楼道 --actor wang
refused NOTE_MISSING points award "$person" task --note ' ' --actor wang
refused FIELD_INVALID points award "$person" seen --note 上报 --actor wang
refused FIELD_INVALID points award "$person" none --note 上报 --actor wang
refused FIELD_INVALID points award "$person" task 21 --note 多给一分 --actor wang
refused USAGE points award "$person" task -5 --note 扣分 --actor wang
refused USAGE points award "$person" task 0 --note 扣分 --actor wang
refused POINTS_PERSON points award 00000000000000ff task --note 无此人 --actor wang
refused POINTS_PERSON points show 00000000000000ff
refused NUMBER_INVALID points reverse 20260302-9999-9 --note 冲回 --actor wang
refused FIELD_INVALID points reverse 99999 --note 冲回 --actor wang
points top --json | jq -e --arg person "$person" '.persons[0].person == $person' >/dev/null || fail top

note "3. archive is killed; it goes on where it was"
service_kill "$data" archive
wait_until 60 "it is back" balance_is "$person" 32
expect "not earned twice" "$(points show "$first" --json | jq '[.entries[] | select(.rule == "seen")] | length')" 1

note "4. goods: as many as there are, for points that are there"
points goods --json | jq -e '.goods[0] | .left == 2 and .stock == 2 and .price == 18' >/dev/null || fail goods
refused POINTS_STOCK points exchange "$person" towel 3 --actor li
refused POINTS_SHORT points exchange "$person" towel 2 --actor li
entry=$(points exchange "$person" towel --actor li --json | jq .entry)
expect "what is left" "$(balance "$person")" 14
refused POINTS_SHORT points exchange "$person" towel --actor li
points reverse "$entry" --note 退货 --actor li >/dev/null || fail "reverse the exchange"
expect "given back" "$(balance "$person")" 32
expect "and put back" "$(points goods --json | jq '.goods[0].left')" 2
refused ALREADY_DONE points reverse "$entry" --note 退货 --actor li
points exchange "$first" towel --actor li >/dev/null || fail exchange
expect "one is left" "$(points goods --json | jq '.goods[0].left')" 1
refused FIELD_INVALID points exchange "$person" gold --actor li
expect "the medal stays" "$(medal "$person")" bronze

note "5. not solved after all: taken back by itself"
second=$(report 楼道照明灯坏了三天)
paidan "$data" supplement "$second" --text 三单元也不亮 >/dev/null || fail supplement
finish "$second"
wait_until 20 "it is asked about" answer "$second" yes yes
wait_until 20 "it and the clue earned" balance_is "$person" 29
points reverse "$second" --note 虚假上报 --actor wang >/dev/null || fail "reverse a ticket"
expect "without it" "$(balance "$person")" 14
refused ALREADY_DONE points reverse "$second" --note 虚假上报 --actor wang
refused NOTE_MISSING points reverse "$first" --note ' ' --actor wang
third=$(report 下水道堵了污水外溢)
finish "$third"
wait_until 20 "it is asked about" answer "$third" no no
wait_until 30 "it is reopened" state_is "$third" assigned
expect "what is not solved earns nothing" "$(balance "$person")" 14

paidan "$data" exempt ask "$first" --reason 重复登记 --actor wang >/dev/null || fail "exempt ask"
paidan "$data" exempt grant "$first" --actor li >/dev/null || fail "exempt grant"
expect "the task stays, the report goes" "$(balance "$person")" 2
points show "$first" --json | jq -e '[.entries[] | select(.kind == "reversed" and .rule == "seen")] | length == 2' >/dev/null || fail "no reversal"

note "6. a clerk may not"
export XDG_STATE_HOME=$scratch/state
paidan "$data" access trial --json >"$scratch/trial" || fail trial
clerk=$(jq -r '[.[] | select(.role == "clerk")][0].person' "$scratch/trial")
awk -F'\t' -v name="$clerk" '$1 == name { print $3 }' "$data/accounts" >"$scratch/password"
as_clerk() { XDG_STATE_HOME=$scratch/state.clerk paidan "$data" "$@"; }
as_clerk login "$clerk" <"$scratch/password" >/dev/null || fail login
refused FORBIDDEN as_clerk points award "$person" task --note 给自己
refused FORBIDDEN as_clerk points exchange "$person" towel
refused FORBIDDEN as_clerk points reverse "$second" --note 冲回

note "7. the books are right, shown in both languages, and fold to the same"
points check | grep -q . || fail "check prints nothing"
points check --json | jq -e '.check | .in == .out and .wrong == 0 and .entries > 5' >/dev/null || fail "check"
points show "$person" --lang zh | grep -qF 冲回 || fail "no word for a reversal"
points show "$person" --lang en | grep -qF 'reversed' || fail "no English word for a reversal"
points goods --lang zh | grep -qF 毛巾 || fail "goods"
instance_stop "$data"
paidan "$data" log verify archive >/dev/null || fail "archive's log does not verify"
paidan "$data" log replay archive >/dev/null || fail "folding archive's log gives other tables"
note "points: ok"
