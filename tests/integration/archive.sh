#!/usr/bin/env bash
# The archive with real processes: it is there in every instance, keeps what happens while it is killed again and again,
# nothing personal in it; its figures, computed anew from the logs, are the same.
# ctest: cost 15
source "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2154  # scratch comes from lib.sh
data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/tests/sites/ladder"

# archived DATA: has archive read all that the four have said?
archived() {
    paidan "$1" ping --json 2>/dev/null |
        jq -se '[.. | objects | select(.service == "archive") | .follows] | length == 1 and all(.[][]; .cursor == .head)' >/dev/null
}

note "a day of an office"
for ((i = 1; i <= 12; i++)); do
    paidan "$data" submit --channel wechat --text "夜里施工噪音太吵，第 $i 天" --phone "1380013800$((i % 3))" \
        --reporter "张三丰$i" --category-hint noise --area-hint bu1 --json | json_first number >>"$scratch/tickets" ||
        fail "submit $i"
    ((i % 4)) || service_kill "$data" archive
done
mapfile -t tickets <"$scratch/tickets"
((${#tickets[@]} == 12)) || fail "${#tickets[@]} tickets"
wait_until 30 "everybody has heard of it" quiet "$data"
for ((i = 0; i < 6; i++)); do
    paidan "$data" accept "${tickets[i]}" --unit b1 >/dev/null || fail "accept"
    ((i % 2)) || paidan "$data" resolve "${tickets[i]}" --unit b1 --note "已停工" >/dev/null || fail "resolve"
done
service_kill "$data" archive
wait_until 30 "everybody has heard of it" quiet "$data"
wait_until 30 "the archive has it" archived "$data"

note "the key of names is there and nobody else's"
expect "rights of the key" "$(stat -c %a "$data/secrets/archive/person.key")" 400

note "nothing personal"
for word in 张三丰 1380013800; do
    grep -qaF -- "$word" "$data/archive/data.mdb" && fail "$word lies in the archive"
done
grep -qaF 施工噪音 "$data/archive/data.mdb" || fail "the words are not archived"

note "figures, computed anew"
paidan "$data" stats --recompute --json >"$scratch/again" || fail "recompute: $(cat "$scratch/again")"
jq -e '.equal and (.lines | length == 1)' "$scratch/again" >/dev/null || fail "recompute: $(cat "$scratch/again")"
grep -q '12 件工单' <<<"$(paidan "$data" --lang zh stats --recompute)" || fail "tickets"
ls -d "$data"/archive.recompute-* 2>/dev/null && fail "the second store is left"
logs_hold "$data"
instance_stop "$data"
note "archive: ok"
