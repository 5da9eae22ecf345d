#!/usr/bin/env bash
# Holidays into a site, as a secretary does it: what a file adds and never drops, what is refused by
# name until somebody says what it is, and when a year counts as known.
source "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2154  # scratch comes from lib.sh
site=$scratch/site
cp -r "$PAIDAN_ROOT/tests/sites/calendar" "$site"
calendar() {
    "$PAIDAN_BIN/paidan" calendar "$@"
}

# event DATE TITLE [LINE...]: one event of one day.
event() {
    printf 'BEGIN:VEVENT\nDTSTART;VALUE=DATE:%s\nSUMMARY:%s\n' "$1" "$2"
    shift 2
    printf '%s\n' "$@" 'END:VEVENT' | sed '/^$/d'
}

# file EVENT...: stdin as a calendar, with the line ends of the net.
file() {
    { printf 'BEGIN:VCALENDAR\n'; cat; printf 'END:VCALENDAR\n'; } | sed 's/$/\r/' >"$scratch/f.ics"
}

# day DATE: working or off.
day() {
    calendar show --site "$site" --calendar office --year "${1%%-*}" --json |
        jq -r --arg day "$1" '.days[] | select(.date == $day) | if .working then "working" else "off" end'
}

known() {
    calendar show --site "$site" --calendar office --year "$1" --json | jq -r .known
}

# import STATUS [WORD...]: of the file; what is said goes to out and err.
import() {
    local wanted=$1 status=0
    shift
    calendar import "$scratch/f.ics" --site "$site" "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
    expect "exit status of $*" "$status" "$wanted"
}

note "one day beside those that are known"
event 20260707 临时放假 | file
import 0
expect "the day" "$(day 2026-07-07)" off
expect "the days before it stay" "$(day 2026-10-01) $(day 2026-02-14)" "off working"
expect "the year" "$(known 2026)" true
grep -q '^+ 2026-07-07' "$scratch/out" || fail "no change is shown: $(cat "$scratch/out")"
grep -qx "check it: paidan check $site" "$scratch/out" || fail "what comes next is not told: $(cat "$scratch/out")"
grep -qF 'deploy/reload --data DATA' "$scratch/out" || fail "no reload: $(cat "$scratch/out")"
calendar import "$scratch/f.ics" --site "$site" --lang zh >"$scratch/out" || fail "the same in Chinese"
grep -qE '^已写入 calendars/2026.json：放假 [0-9]+ 天，补班 [0-9]+ 天；这一年已完整$' "$scratch/out" ||
    fail "what was written: $(cat "$scratch/out")"

note "and called off again"
event 20260707 临时放假 STATUS:CANCELLED | file
import 0
expect "the day" "$(day 2026-07-07)" working
expect "the others stay" "$(day 2026-10-01)" off
grep -q '^- 2026-07-07' "$scratch/out" || fail "no change is shown: $(cat "$scratch/out")"

note "a year of two days is not known"
{ event 20270101 元旦 && event 20270109 '上班(补元旦假期)'; } | file
import 0
expect "its days count" "$(day 2027-01-01) $(day 2027-01-09)" "off working"
expect "the year" "$(known 2027)" false
grep -q 'Qingming' "$scratch/err" || fail "what is missing is not told: $(cat "$scratch/err")"
"$PAIDAN_BIN/paidan" check "$site" --json | jq -e '.warnings > 0' >/dev/null || fail "no warning"
calendar check --site "$site" --lang zh >"$scratch/out" 2>/dev/null || fail "calendar check"
expect "what it lacks" "$(sed -n '/^office/,/^[^ ]/s/^  //p' "$scratch/out" | head -n 1)" \
    '2027 年只有一部分，缺：春节、清明节、劳动节、端午节、国庆节、中秋节'
expect "the same as JSON" "$(calendar check --site "$site" --json |
    jq -c '.calendars[] | select(.calendar == "office") | .missing[] | select(.year == 2027) | [.part, .known, .en]')" \
    '[true,false,"Spring Festival, Qingming, Labour Day, Dragon Boat, National Day, Mid-Autumn"]'
import 0 --complete
expect "what it lacks although it is said to be whole" "$(calendar check --site "$site" --json |
    jq -c '.calendars[] | select(.calendar == "office") | .missing[] | select(.year == 2027) | .known')" true
expect "when it is said to be whole" "$(known 2027)" true

note "what says nothing of days off is asked about"
rm -r "$site/calendars"
{ event 20270501 劳动节 && event 20270515 王芳生日 && event 20270516 校庆; } | file
import 65
grep -q '王芳生日.*2027-05-15.*--skip' "$scratch/err" || fail "not told: $(cat "$scratch/err")"
grep -q 'ICS_UNCLEAR' "$scratch/err" || fail "no name: $(cat "$scratch/err")"
[[ ! -e $site/calendars/2027.json ]] || fail "half a file was written"
import 65 --skip 王芳生日
import 0 --skip 王芳生日 --off 校庆
expect "as it was said" "$(day 2027-05-01) $(day 2027-05-17) $(jq '.days | length' "$site/calendars/2027.json")" \
    "off working 2"
import 0 --skip '*' --replace
expect "only the file's days" "$(jq -r '[.days[].date] | join(" ")' "$site/calendars/2027.json")" 2027-05-01

note "the same as JSON"
status=0
calendar import "$scratch/f.ics" --site "$site" --json >"$scratch/out" 2>"$scratch/err" || status=$?
expect "exit status" "$status" 65
jq -es 'map(select(.status == 65)) | length == 2 and all(.zh != .en)' "$scratch/err" >/dev/null ||
    fail "errors: $(cat "$scratch/err")"
calendar import "$scratch/f.ics" --site "$site" --skip '*' --json |
    jq -e '.skipped == 2 and .years[0].known == false and .years[0].changes == []' >/dev/null ||
    fail "the answer as JSON"
