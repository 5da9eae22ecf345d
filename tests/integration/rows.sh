#!/usr/bin/env bash
# A table with rows that cannot be taken: each is refused by its own code, the others are accepted.
source "$(dirname "$0")/lib.sh"

data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"

{
    printf 'external_id\ttext\n'
    printf 'good-1\t小区垃圾桶三天没人清运\n'
    printf 'tab\t前半句\t后半句\n'
    printf 'empty-cells\t路灯坏了\t\t\n'
    printf 'bytes\t\377\376\n'
    printf 'nul\t看\0不见\n'
    printf 'blank\t   \n'
    printf 'long\t%s\n' "$(head -c 5000000 /dev/zero | tr '\0' x)"
    printf 'good-2\t楼道里没有灯\n'
} >"$scratch/rows.tsv"

code=0
paidan "$data" submit --channel wechat --from "$scratch/rows.tsv" --json >"$scratch/out" || code=$?
expect "exit status" "$code" 65
expect "summary" "$(summary_of "$scratch/out")" "3 0 5"
expect "codes" "$(json_all code <"$scratch/out" | grep -v '^OK$' | tr '\n' ' ')" \
    "FIELD_INVALID TEXT_NOT_UTF8 TEXT_NOT_UTF8 TEXT_EMPTY TEXT_TOO_LONG "
# Given again, those that were taken are found by their external ids.
paidan "$data" submit --channel wechat --from "$scratch/rows.tsv" --json >"$scratch/again" || true
expect "summary of the same table" "$(summary_of "$scratch/again")" "0 3 5"
# A channel finds its own ticket by its own id; half of a name is refused.
expect "lookup by id" "$(paidan "$data" lookup --channel wechat --external-id good-1 --json | json_first title)" \
    "小区垃圾桶三天没人清运"
for words in "--channel wechat" "--external-id good-1" "--code ABC123" \
    "--channel wechat --external-id good-1 --code ABC123"; do
    code=0
    read -ra given <<<"$words"
    paidan "$data" lookup "${given[@]}" 2>/dev/null >&2 || code=$?
    expect "lookup $words" "$code" 64
done
code=0
paidan "$data" lookup --channel wechat --external-id nobody 2>/dev/null >&2 || code=$?
expect "lookup of an unknown id" "$((code != 0 && code != 64))" 1
# 现场办: one call, and the resident is to be asked. Nothing stands on the desk or in a queue.
number=$(paidan "$data" submit --channel wechat --text "说不清楚的一件事" --on-spot "$(
    column "$PAIDAN_ROOT/deploy/sites/demo/units.csv" code | tail -n 1
)" --done-note "当场办结" --json | json_first number)
asked() {
    [[ $(paidan "$data" stats --json | json_first asked) == 1 ]]
}
wait_until 30 "the callback of $number" asked
expect "state" "$(paidan "$data" show "$number" --json | json_first state)" "resolved"
expect "registered" "$(paidan "$data" stats --json | json_first registered)" 4
instance_stop "$data"
