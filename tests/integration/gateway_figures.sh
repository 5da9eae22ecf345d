#!/usr/bin/env bash
# The rates of a month as a workbook over HTTP: its pages and figures are those of `paidan rates --xlsx`, in the language asked
# for; what it does not take is refused by name; whoever sees no figures gets none.
# ctest: cost 20
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/lib_people.sh"

people_start
supervisor=$(account supervisor) security=$(account security)
for name in "$supervisor" "$security"; do
    expect "login of $name" "$(login "$name")" 200
done
month=$(date +%Y-%m)
for text in 三叉街12号路灯坏了 锦绣苑3号楼消防通道被杂物堵死了 柳林小区3号楼楼上漏水; do
    paidan "$data" submit --channel hotline --text "$text" >/dev/null || fail submit
done
wait_until 30 "every service has followed" quiet "$data"

# book FILE FOLDER: taken apart.
book() {
    mkdir "$2" && (cd "$2" && python3 -m zipfile -e "$1" .) || fail "$1 is no archive"
}
pages() {
    grep -o '<sheet name="[^"]*"' "$1/xl/workbook.xml" | cut -d'"' -f2 | tr '\n' ' '
}
# rows FOLDER NUMBER: the cells of a page in their order, texts as texts.
rows() {
    python3 - "$1" "$2" <<'PY'
import re, sys
folder, number = sys.argv[1:]
strings = [re.sub("<[^>]*>", "", text) for text in re.findall("<si>(.*?)</si>", open(f"{folder}/xl/sharedStrings.xml").read(), re.S)]
for row in re.findall("<row .*?</row>", open(f"{folder}/xl/worksheets/sheet{number}.xml").read(), re.S):
    cells = re.findall(r'<c r="([A-Z]+)\d+"([^>]*)><v>(.*?)</v>', row)
    texts = [(at, strings[int(value)] if 't="s"' in kind else value) for at, kind, value in cells]
    print(" | ".join(f"{at}={text}" for at, text in texts))
PY
}
expect "a workbook" "$(as "$supervisor" "$api/rates.xlsx?from=$month&lang=zh")" 200
cp "$scratch/body" "$scratch/http.xlsx"
grep -qi '^content-disposition: attachment; filename="rates.xlsx"' "$scratch/head" || fail "$(cat "$scratch/head")"
book "$scratch/http.xlsx" "$scratch/http"
expect "its pages" "$(pages "$scratch/http")" "单位 区域 类别 渠道 走势 口径 "
paidan "$data" --lang zh rates "$month" --xlsx "$scratch/cli.xlsx" >/dev/null || fail "of the command line"
book "$scratch/cli.xlsx" "$scratch/cli"
for page in 1 2 3 4 5; do # the command line's first page is a summary of its own
    diff <(rows "$scratch/http" "$page") <(rows "$scratch/cli" $((page + 1))) >"$scratch/diff" || fail "page $page: $(head -n 5 "$scratch/diff")"
    (($(rows "$scratch/http" "$page" | wc -l) >= 2)) || fail "page $page is empty"
done
rows "$scratch/http" 4 | grep -q '=3 ' || fail "three were registered: $(rows "$scratch/http" 4)"

expect "in English, of one kind" "$(as "$supervisor" "$api/rates.xlsx?from=$month&by=unit&lang=en")" 200
book "$scratch/body" "$scratch/unit"
expect "its pages" "$(pages "$scratch/unit")" "Units Trend Formula "
expect "of no month" "$(as "$supervisor" "$api/rates.xlsx")" 422
expect "of no month" "$(as "$supervisor" "$api/rates.xlsx?from=")" 422
expect "of a month that is none" "$(as "$supervisor" "$api/rates.xlsx?from=2026-13")" 422
expect "a page of it" "$(as "$supervisor" "$api/rates.xlsx?from=$month&after=x")" 422
expect "who sees no figures" "$(as "$security" "$api/rates.xlsx?from=$month")" 403
