#!/usr/bin/env bash
# What people see of the rates on a running instance: a table, a report, CSV, JSON, a workbook and a page, the
# tickets behind a figure, the gateway's two lists; a month without data, one that has not begun, and one that is
# none. Every figure is that of the tickets that were closed here.
source "$(dirname "$0")/lib.sh"

data=$scratch/data site=$PAIDAN_ROOT/deploy/sites/demo
# The clock stands as good as still: all of it happens on one day.
instance_start "$data" "$site" 1 "2026-03-02 09:00"
number_of() { paidan "$data" show "$1" --json | jq -r "$2"; }
has() {
    local what=$1 pattern=$2 said
    shift 2
    said=$("$@" 2>&1)
    grep -Eq -- "$pattern" <<<"$said" || fail "$what: no /$pattern/ in: $said"
}
refused() {
    local status=$1 text=$2 said
    shift 2
    said=$(paidan "$data" "$@" 2>&1 >/dev/null)
    expect "exit of $*" "$?" "$status"
    grep -qF -- "$text" <<<"$said" || fail "$*: no '$text' in: $said"
}

# ---- before anything happened ----

said=$(paidan "$data" --lang zh rates)
expect "exit without data" "$?" 0
grep -qF '2026-03：没有数据' <<<"$said" || fail "no word about an empty month: $said"
expect "rows of an empty month" "$(paidan "$data" rates 2026-01 --json | jq '.rows | length')" 0
expect "lines of an empty table" "$(paidan "$data" rates 2026-01 --csv | wc -l)" 1
refused 65 "has not begun" rates 2026-04
refused 65 "has not begun" rates 2026-02..2027-01
refused 65 PERIOD_INVALID rates 2026-13
refused 65 PERIOD_INVALID rates 2026-03..2026-01
refused 65 PERIOD_INVALID rates 2026-02..2026-03-02
refused 65 PERIOD_INVALID rates 1000-01..2026-03
refused 64 solved_no rates --tickets nonsense
refused 64 USAGE rates --code liulin --by all
refused 64 USAGE rates --csv --json
refused 64 USAGE rates --report --csv
refused 64 USAGE rates --xlsx "$scratch/x.xlsx" --by unit --code steward-liulin

# ---- six tickets of one unit: three answers, two wait for one, one stays open ----

for at in 1 2 3 4 5 6; do
    paidan "$data" submit --channel hotline --text "楼上漏水没人修 ${at}单元 厨房天花板滴水" \
        --place "柳林小区${at}号楼" --anew --json | json_first number
done >"$scratch/numbers"
expect "numbers" "$(wc -l <"$scratch/numbers")" 6
quiet_soon() { wait_until 30 "all that was said is heard" quiet "$data"; }
quiet_soon
unit=steward-liulin
while read -r number; do
    expect "unit of $number" "$(number_of "$number" .unit)" "$unit"
    for act in accept contact; do
        paidan "$data" work "$act" "$number" --unit "$unit" >/dev/null || fail "$act $number"
    done
done <"$scratch/numbers"
mapfile -t numbers <"$scratch/numbers"
for number in "${numbers[@]:0:5}"; do
    paidan "$data" work resolve "$number" --unit "$unit" --note 修好了 >/dev/null || fail "resolve"
done
quiet_soon
answers=("yes yes" "yes fair" "partly yes")
for at in 0 1 2; do
    read -r solved satisfied <<<"${answers[at]}"
    paidan "$data" callback answer "${numbers[at]}" --solved "$solved" --satisfied "$satisfied" \
        >/dev/null || fail "answer"
done
counted() { [[ $(paidan "$data" rates --json | jq '.whole.counts.closed') == 3 ]]; }
wait_until 30 "the closures are counted" counted

# ---- what is told ----

row() { paidan "$data" rates --json | jq -r "[.rows[] | select(.code == \"$unit\")][0] | $1"; }
expect "registered" "$(row .counts.registered)" 6
expect "solved" "$(row '"\(.rates.solution.numerator)/\(.rates.solution.denominator)"')" 2/3
expect "satisfied" "$(row '"\(.rates.satisfaction.numerator)/\(.rates.satisfaction.denominator)"')" 3/3
expect "rank" "$(row .rank)" 1
expect "whole is the sum" "$(paidan "$data" rates --by area --json | jq '.whole.counts.registered')" 6
has "the table" '1 +柳林社区小区管家 +[0-9.]+ +6 +3 .*66\.7% 2/3 +100\.0% 3/3' paidan "$data" --lang zh rates
has "in English" 'Liulin estate steward .*66\.7% 2/3' paidan "$data" --lang en rates
has "how it is made" '响应率×34% \+ 解决率×33% \+ 满意率×33%' paidan "$data" --lang zh rates
# Two are resolved and wait for the resident's word.
has "what is open" '在办 1' paidan "$data" --lang zh rates
has "the report" '与上期比较' paidan "$data" --lang zh rates 2026-03 --report
has "one alone" '柳林社区小区管家' paidan "$data" --lang zh rates --code 柳林社区小区管家
has "a day a row" '^2026-03-02 ' paidan "$data" --lang zh rates --per day
has "a day" '受理 6' paidan "$data" --lang zh rates 今天
expect "columns of the table" "$(paidan "$data" rates --csv | awk -F, '{ print NF }' | sort -u)" \
    "$(paidan "$data" rates --csv | head -1 | awk -F, '{ print NF }')"
expect "the table's sum" "$(paidan "$data" rates --csv | awk -F, 'NR > 1 { sum += $6 } END { print sum }')" 6

# ---- the tickets behind a figure ----

expect "closed ones" "$(paidan "$data" rates --tickets closed --json | jq -r '.tickets[].number' | sort)" \
    "$(printf '%s\n' "${numbers[@]:0:3}" | sort)"
expect "partly" "$(paidan "$data" rates --tickets 部分解决 --json | jq -r '.tickets[].number')" "${numbers[2]}"
expect "of one unit" "$(paidan "$data" rates --tickets registered --code $unit --json | jq '.tickets | length')" 6
expect "a page of them" "$(paidan "$data" rates --tickets registered --limit 4 --json | jq -c '[(.tickets | length), .more]')" \
    '[4,true]'
has "none" '没有这样的工单' paidan "$data" --lang zh rates --tickets red

# ---- files ----

paidan "$data" --lang zh rates --xlsx "$scratch/a.xlsx" --html "$scratch/a.html" >/dev/null || fail "files"
mkdir "$scratch/book"
(cd "$scratch/book" && python3 -m zipfile -e ../a.xlsx .) || fail "the workbook is no archive"
find "$scratch/book" -name '*.xml' -exec python3 -c '
import sys, xml.dom.minidom
for path in sys.argv[1:]: xml.dom.minidom.parse(path)' {} + || fail "the workbook is no XML"
expect "its pages" "$(grep -o '<sheet name="[^"]*"' "$scratch/book/xl/workbook.xml" | cut -d'"' -f2 | tr '\n' ' ')" \
    "汇总 单位 区域 类别 渠道 走势 口径 "
! grep -l '<f>' "$scratch/book/xl/worksheets/"*.xml || fail "a formula in the workbook"
grep -q 'state="frozen"' "$scratch/book/xl/worksheets/sheet2.xml" || fail "no head that stays"
grep -q '<v>0.66666' "$scratch/book/xl/worksheets/sheet2.xml" || fail "the rate is no number"
! grep -Ei 'https?:|<script|@import|url\(' "$scratch/a.html" || fail "the page fetches something"
expect "pictures in the page" "$(grep -c '<svg' "$scratch/a.html")" 3
expect "ids of the page" "$(grep -oE ' id="[^"]*"' "$scratch/a.html" | sort | uniq -d)" ""
grep -q '66.7% 2/3' "$scratch/a.html" || fail "the page lacks a rate"
refused 74 "$scratch" rates --xlsx "$scratch/none/a.xlsx"
expect "a pipe" "$(paidan "$data" rates --html - | head -1)" '<!doctype html>'
paidan "$data" rates 2026-01 --html "$scratch/empty.html" >/dev/null || fail "a page of nothing"
grep -q 'No data' "$scratch/empty.html" || fail "a page of nothing does not say so"

# ---- taken out of the rates ----

paidan "$data" --actor zhang exempt ask "${numbers[2]}" --reason 地址不在本辖区 >/dev/null || fail "exempt ask"
refused 77 EXEMPT_NOT_CLOSED --actor zhang exempt ask "${numbers[5]}" --reason x
refused 77 SECOND_PERSON --actor zhang exempt grant "${numbers[2]}"
has "what waits" "${numbers[2]} +待审核 +地址不在本辖区 +zhang" paidan "$data" --lang zh exempt list
paidan "$data" --actor wang exempt grant "${numbers[2]}" --note 属实 >/dev/null || fail "exempt grant"
refused 77 EXEMPT_NOT_ASKED --actor wang exempt refuse "${numbers[2]}" --note x
expect "without it" "$(row '"\(.rates.solution.numerator)/\(.rates.solution.denominator) \(.rates.solution.excluded)"')" "2/2 1"
has "who and why" "剔除：地址不在本辖区，审核 wang" paidan "$data" --lang zh rates --tickets exempt
