#!/usr/bin/env bash
# Clocks through the command line: an extension, a suspension, joint work, a named person, modes, an
# order, cards of the ticket's history, what explain says, and planning anew after the site changed.
source "$(dirname "$0")/lib.sh"

data=$scratch/d
cp -r "$PAIDAN_ROOT/tests/sites/joint" "$scratch/site"
# A Monday morning; the clock goes on at its own rate.
instance_start "$data" "$scratch/site" 1 "2026-11-23 09:30"

# refused WHAT STATUS CODE WORD...: the command must be refused with this status and code.
refused() {
    local what=$1 wanted=$2 code=$3 status=0
    shift 3
    paidan "$data" "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
    expect "$what: exit status" "$status" "$wanted"
    grep -q "paidan: $code: " "$scratch/err" || fail "$what: no $code: $(cat "$scratch/err")"
}

# done_by WORD...: the command must succeed.
done_by() {
    paidan "$data" "$@" >"$scratch/out" 2>"$scratch/err" || fail "$*: $(cat "$scratch/err")"
}

# field NUMBER FILTER: of `show --json`.
field() {
    paidan "$data" show "$1" --json | jq -r "$2"
}

submit() {
    paidan "$data" submit --channel wechat --text "$1" --category-hint noise --area-hint bu1 --json |
        json_first number
}
arrived() {
    [[ $(field "$1" .state) == assigned ]]
}

first=$(submit "施工噪音太吵")
second=$(submit "夜里噪音太吵")
third=$(submit "清早噪音太吵")
for number in "$first" "$second" "$third"; do
    wait_until 30 "$number at its unit" arrived "$number"
done
done_by accept "$first" "$second" --unit b1

# ---- an extension: asked for by the unit, granted one level up
refused "a request without its note" 64 USAGE extend "$first" --unit b1
done_by extend "$first" --unit b1 --note "等业主大会"
refused "a second request" 77 REQUEST_OPEN extend "$first" --unit b1 --note "再等"
expect "open request" "$(field "$first" '.request + " " + .request_to')" "extension c1"
refused "granted by another unit" 77 NOT_YOUR_DECISION supervise grant "$first" --unit c2
before=$(field "$first" '.clocks[] | select(.clock == "handle") | .due_ms')
done_by supervise grant "$first" --unit c1 --note "同意"
after=$(field "$first" '.clocks[] | select(.clock == "handle") | .due_ms')
expect "an extension moves the deadline by 5 working days" "$((after - before))" $((7 * 86400000))
refused "nothing to decide on" 77 NO_REQUEST_OPEN 批准 "$first" --unit c1

# ---- a suspension: every clock stands still; taken up again by hand
refused "an end that has passed" 65 TERM_PASSED suspend "$first" --unit b1 --note "等" --until 2020-01-01
refused "not a time" 64 USAGE suspend "$first" --unit b1 --note "等" --until someday
refused "beyond the cap" 77 TERM_TOO_LONG suspend "$first" --unit b1 --note "等" --until 366d
done_by 挂账 "$first" --unit b1 --note "等开春施工" --until 10d
expect "suspended" "$(field "$first" .state)" suspended
expect "no clock runs" "$(field "$first" '.clocks | length')" 0
expect "in the listing" "$(paidan "$data" list --state 挂账 --json | json_all number)" "$first"
done_by resume "$first" --unit b1 --note "提前开工"
expect "taken up again" "$(field "$first" .state)" accepted
refused "one suspension only" 77 SUSPENSIONS_EXHAUSTED suspend "$first" --unit b1 --note "等" --until 3d

# ---- joint work: resolved only when the assisting unit is done, or with a reason
expect "the matrix's assisting unit" "$(field "$first" '.assist_tasks[0].unit')" b2
done_by ask-assist "$first" --unit b1 --to c2 --note "请一起上门"
refused "an unknown unit" 66 UNIT_UNKNOWN ask-assist "$first" --unit b1 --to nobody --note "请"
refused "assisting units have not finished" 77 ASSIST_OPEN resolve "$first" --unit b1 --note "好了"
done_by assist-done "$first" --unit b2 --note "已贴告示"
refused "not asked" 77 NOT_ASSISTING assist-done "$first" --unit c1 --note "好了"
expect "tasks" "$(field "$first" '[.assist_tasks[] | "\(.unit) \(.done)"] | join(",")')" \
    "b2 true,c2 false"

# ---- a named person, and modes with a result
done_by name-person "$first" --unit b1 --person 王工 --until 1d --note "联系施工方"
expect "named" "$(field "$first" .person)" 王工
done_by mode "$first" 调解 --unit b1
refused "a mode without its result" 77 RESULT_MISSING mode "$first" online --unit b1
refused "no such result" 64 USAGE end-mode "$first" --unit b1 --result maybe --note "?"
done_by end-mode "$first" --unit b1 --result 达成一致 --note "夜间停工" --held 1h
refused "no mode is open" 77 MODE_NOT_OPEN end-mode "$first" --unit b1 --result agreed --note "再说"

# ---- supervisors: urging, watching, a leader's order
refused "not a supervisor" 77 NOT_SUPERVISOR supervise urge "$second" --unit b1 --note "快"
done_by supervise urge "$second" --unit s.any --note "请尽快"
done_by 督办 "$second" --unit s.any --note "重点"
refused "watched already" 77 ALREADY_DONE supervise watch "$second" --unit s.any --note "重点"
expect "watched and urged" "$(field "$second" '"\(.supervised) \(.urges)"')" "true 1"
done_by supervise order "$second" --unit s.any --to c2 --note "由你们办"
expect "ordered" "$(field "$second" '"\(.unit) \(.level) \(.state)"')" "c2 2 assigned"

# ---- cards by hand: never back from red to yellow, cancelled with a reason
done_by supervise yellow "$third" --unit s.any --note "拖延"
refused "the same card again" 77 CARD_NOT_HIGHER supervise yellow "$third" --unit s.any --note "拖延"
done_by 红牌 "$third" --unit s.any --note "仍未签收"
refused "back from red" 77 CARD_NOT_HIGHER 黄牌 "$third" --unit s.any --note "拖延"
expect "red" "$(field "$third" .card)" red
done_by supervise cancel-card "$third" --unit s.any --note "已签收"
refused "no card" 77 NO_CARD 撤牌 "$third" --unit s.any --note "已签收"

# ---- what is due, under supervision, and the alarms
numbers() {
    paidan "$data" "$@" --json | json_all number | sort | tr '\n' ' '
}
expect "due of a unit" "$(numbers due --unit b1)" "$(printf '%s ' "$first" "$third")"
expect "due within a year" "$(numbers due --within 365d)" \
    "$(printf '%s ' "$first" "$second" "$third")"
expect "due within a second" "$(numbers due --within 1s)" ""
expect "nothing is overdue" "$(numbers due --overdue)" ""
expect "supervised" "$(numbers due --supervised)" "$second "
refused "an unknown area" 66 AREA_UNKNOWN due --area nowhere
expect "page by page" "$(paidan "$data" due --limit 1 --all --json | jq '.tickets | length')" 3
expect "no alarm" "$(paidan "$data" alarms --json |
    jq -c '[.repeating_count, .ownerless_count, (.unknown_years | length)]')" "[0,0,0]"

# ---- explain: every millisecond from start to due is counted or skipped, without a gap
paidan "$data" explain "$first" --json >"$scratch/explained" || fail explain
expect "explain has no gap" "$(jq '[.clocks[] | select(.intervals) | . as $clock | .intervals |
    (.[0].from_ms == $clock.start_ms) and (.[-1].until_ms == $clock.due_ms) and
    ([.[:-1], .[1:]] | transpose | all(.[0].until_ms == .[1].from_ms))] | all' \
    "$scratch/explained")" true
expect "the pause is told" "$(jq '[.clocks[] | select(.clock == "handle") | .intervals[] |
    select(.reason == "paused")] | length' "$scratch/explained")" 1
expect "its rule" "$(jq -r '.clocks[] | select(.clock == "handle") | .policy' "$scratch/explained" |
    grep -c 'level=building')" 1
expect "one clock" "$(paidan "$data" explain "$first" --clock 办理 --json | jq -r '.clocks[].clock')" \
    handle
paidan "$data" --lang zh explain "$first" >"$scratch/zh" || fail "explain in Chinese"
for word in '5 工作日' 周末 挂账 已延期 到现在 '协办 二号楼管家'; do
    grep -q "$word" "$scratch/zh" || fail "explain does not say $word: $(cat "$scratch/zh")"
done
paidan "$data" --lang en explain "$first" >"$scratch/en" || fail "explain in English"
for word in '5 working days' weekend suspended 'until now'; do
    grep -q "$word" "$scratch/en" || fail "explain does not say $word: $(cat "$scratch/en")"
done
# The history tells each of them in words.
paidan "$data" --lang zh show "$first" >"$scratch/zh" || fail "show"
for word in 申请延期 批准延期 挂账到 提前恢复办理 请.*协办 完成协办 '定人 王工' '办理方式：调解' 调解结果：达成一致; do
    grep -q "$word" "$scratch/zh" || fail "show does not say $word: $(cat "$scratch/zh")"
done
done_by resolve "$first" --unit b1 --note "已停工" --mode 现场办 --without-assist
expect "resolved on the spot" "$(field "$first" '.history[-1].resolved | "\(.mode) \(.without_assist)"')" \
    "on_site true"
refused "an appeal without lateness" 77 NOT_LATE appeal "$first" --unit b1 --note "冤枉"
counts() { # archive reads it a little later
    [[ $(paidan "$data" units --unit b1 --json |
        jq -c '.units[] | [.unit, .assigned, .accepted, .extended, .suspended, .return_rate]') == '["b1",3,2,1,1,0]' ]]
}
wait_until 30 "the counts of a unit" counts
expect "counts of units" "$(paidan "$data" units --json | jq -r '[.units[].unit] | join(" ")')" \
    "$(paidan "$data" units --json | jq -r '[.units[].unit] | sort | join(" ")')"
paidan "$data" --lang zh units >"$scratch/zh" || fail "units"
grep -q '退单率.*派单' "$scratch/zh" || fail "units has no table"
grep -q '统计到 2026-11-23 .* 的督办记录' "$scratch/zh" || fail "units does not say up to when"
refused "an unknown unit's counts" 66 UNIT_UNKNOWN units --unit nobody

# ---- a changed policy: nothing moves by itself, a preview moves nothing, --apply moves it once
instance_stop "$data"
cp "$PAIDAN_ROOT/tests/sites/joint-later/"* "$scratch/site/"
instance_start "$data" "$scratch/site"
wait_until 30 "all services" quiet "$data"
due_of_third() {
    field "$third" '[.all_clocks[] | select(.clock == "handle") | .due_ms][0]'
}
moved_of() {
    jq -r --arg number "$third" '.moves[] | select(.number == $number and .clock == "handle") |
        "\(.old_due_ms) \(.new_due_ms)"' "$1"
}
before=$(due_of_third)
paidan "$data" policy replan --json >"$scratch/preview" || fail "preview"
expect "a preview" "$(jq .applied "$scratch/preview")" false
read -r old new <<<"$(moved_of "$scratch/preview")"
expect "from the deadline it has" "$old" "$before"
((new > old)) || fail "the longer term ends earlier: $old $new"
expect "a preview moves nothing" "$(due_of_third)" "$before"
refused "only a supervisor applies" 77 NOT_SUPERVISOR policy replan --unit b1 --apply
refused "who applies" 64 USAGE policy replan --apply
paidan "$data" policy replan --unit s.any --apply --json >"$scratch/applied" || fail "apply"
expect "as it was previewed" "$(moved_of "$scratch/applied")" "$old $new"
expect "it moved" "$(due_of_third)" "$new"
expect "it moves once" "$(paidan "$data" policy replan --json | jq .moved)" 0
expect "told in the history" "$(field "$third" '[.history[] | select(.replanned)] | last |
    .replanned.why')" policy

# ---- solved on the spot: handed in and resolved in one call
refused "what was done is missing" 64 USAGE submit --channel wechat --text "噪音" --on-spot b1
fourth=$(paidan "$data" submit --channel wechat --text "邻居音响太吵" --category-hint noise \
    --area-hint bu1 --on-spot b1 --done-note "当场劝止" --attachment 现场.jpg=https://example.org/1.jpg \
    --json | json_first number)
solved() {
    [[ $(field "$fourth" .state) == resolved ]]
}
wait_until 30 "solved on the spot" solved
expect "by whom and how" "$(field "$fourth" '[.history[] | .resolved | select(.)] | last |
    "\(.unit) \(.mode)"')" "b1 on_site"
expect "its attachment" "$(field "$fourth" '.attachments[0].name')" 现场.jpg

wait_until 30 "everybody has heard of it" quiet "$data"
logs_hold "$data"
paidan "$data" stats >"$scratch/stats" || fail "stats do not agree: $(cat "$scratch/stats")"
instance_stop "$data"
