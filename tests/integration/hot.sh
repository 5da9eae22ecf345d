#!/usr/bin/env bash
# 归档 with the real processes: on a clock that runs past the site's hot_days, ended tickets leave escalation's tables,
# while it is killed again and again; whoever has the number still gets the end, from intake and from archive; nothing
# can be done to them any more; what is open stays.
# ctest: cost 40
source "$(dirname "$0")/lib.sh"

data=$scratch/d
site=$scratch/site
cp -r "$PAIDAN_ROOT/tests/sites/joint" "$site"
sed -i 's/^callback: .*/callback: {reopen_max: 2, late_days: 0}/' "$site/site.yaml"
instance_start "$data" "$site" 1 "2026-11-23 09:30"

submit() {
    paidan "$data" submit --channel wechat --text "$1" --category-hint noise --area-hint bu1 --json >"$scratch/$2" || fail "submit"
    json_first number <"$scratch/$2"
}
state_is() { [[ $(paidan "$data" show "$1" --json | jq -r .state) == "$2" ]]; }
done_by() {
    paidan "$data" "$@" >"$scratch/out" 2>"$scratch/err" || fail "$*: $(cat "$scratch/err")"
}

note "1. one solved, one taken back, one open"
solved=$(submit "施工噪音太吵" solved)
back=$(submit "夜里噪音太吵" back)
open=$(submit "清早噪音太吵" open)
for number in "$solved" "$back" "$open"; do
    wait_until 30 "a unit has it" state_is "$number" assigned
done
for number in "$solved" "$open"; do
    done_by accept "$number" --unit b1
done
done_by contact "$solved" --unit b1
done_by resolve "$solved" --unit b1 --note "已停工" --without-assist
answered() { paidan "$data" callback answer "$solved" --solved yes --satisfied yes >/dev/null 2>&1; }
wait_until 30 "the callback is answered" answered
wait_until 30 "it is closed" state_is "$solved" closed
done_by withdraw "$back" --code "$(json_first query_code <"$scratch/back")"
wait_until 30 "it is taken back" state_is "$back" withdrawn
done_by suspend "$open" --unit b1 --note "待配件" --until 2027-06-01
kept() { [[ $(paidan "$data" search "$1" --json | json_first state) == "$2" ]]; }
wait_until 30 "archive has the one" kept "$solved" closed
wait_until 30 "archive has the other" kept "$back" withdrawn

note "2. days pass, and the site says how long they stay; killed in between"
printf 'hot_days: 2\n' >>"$site/site.yaml"
instance_stop "$data"
rm -f "$data/clock"
instance_start "$data" "$site" 7200 "2026-11-23 12:00"
archived() {
    service_kill "$data" escalation
    [[ $(paidan "$data" show "$solved" --json 2>/dev/null | jq -r .archived) == true ]]
}
wait_until 180 "the solved one is archived" archived
gone() { [[ $(paidan "$data" stats --settle 0 --json | jq -r .services.escalation.retired_total) == 2 ]]; }
wait_until 120 "both have left" gone

note "3. its end is told to whoever asks, and nothing is done to it any more"
wait_until 30 "shown by archive" state_is "$solved" closed
wait_until 30 "shown by archive" state_is "$back" withdrawn
expect "the unit that had it" "$(paidan "$data" show "$solved" --json | jq -r .unit)" b1
paidan "$data" --lang zh show "$solved" >"$scratch/zh" || fail "show"
grep -q '移出在办表' "$scratch/zh" || fail "show does not say that it is archived: $(cat "$scratch/zh")"
paidan "$data" lookup "$solved" --code "$(json_first query_code <"$scratch/solved")" --json >"$scratch/looked" || fail "lookup"
expect "what the resident sees" "$(json_first state <"$scratch/looked")" closed
refused() {
    local code=$1
    shift
    paidan "$data" "$@" >"$scratch/out" 2>"$scratch/err" && fail "not refused: $*"
    grep -q "$code" "$scratch/err" || fail "$*: no $code: $(cat "$scratch/err")"
}
refused TICKET_ARCHIVED accept "$solved" --unit b1
refused TICKET_ARCHIVED correct "$solved" --category noise --note "改"
refused TICKET_UNKNOWN accept 20261123-0099-6 --unit b1
kept "$solved" closed || fail "search"
wait_until 30 "what is open stays" state_is "$open" suspended
expect "the open one is not archived" "$(paidan "$data" show "$open" --json | jq -r .archived)" null

note "4. the books agree, the logs hold"
wait_until 60 "followers have caught up" quiet "$data"
paidan "$data" stats >"$scratch/stats" || fail "stats: $(cat "$scratch/stats")"
instance_stop "$data"
logs_hold "$data"
