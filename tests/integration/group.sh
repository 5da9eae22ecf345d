#!/usr/bin/env bash
# Rows of one event from the command line: what joins, what stays apart, and everything that is refused.
source "$(dirname "$0")/lib.sh"

paidan_bin=$PAIDAN_BIN/paidan
export LC_ALL=C.UTF-8
table=$scratch/rows.tsv
# refused STATUS TEXT WORD...: the command ends with STATUS and says TEXT.
refused() {
    local status=$1 text=$2 said
    shift 2
    said=$("$paidan_bin" "$@" 2>&1 >/dev/null)
    expect "exit of $*" "$?" "$status"
    grep -qF -- "$text" <<<"$said" || fail "$*: no '$text' in: $said"
}
pairs() { tail -n +2 "$1" | tr '\t\n' ': '; }

# Sentences of our own, not in the order of time; a byte order mark, CR LF and a column that nobody
# asked for do no harm.
{
    printf '\xef\xbb\xbftext\tid\tevent\ttime\ttitle\r\n'
    printf '春晓苑大门口的烧烤摊天天营业到半夜，油烟味很大，老人孩子咳嗽，希望尽快处理。\tb\te1\t2026-03-02T09:10:00\t春晓苑门口夜宵烧烤太呛人\r\n'
    printf '您好，我是春晓苑的住户，每天傍晚槐花路边的烧烤摊油烟直往家里飘，窗户不敢开，请管一管。\ta\te1\t2026-03-01 8:00\t槐花路春晓苑小区楼下烧烤摊油烟扰民\n'
    printf '您好，我是丰收苑的住户，每天傍晚银杏路边的烧烤摊油烟直往家里飘，窗户不敢开，请管一管。\tc\tn\t2026/3/2 10:00\t银杏路丰收苑小区楼下烧烤摊油烟扰民\n'
    printf '红旗中学早上送孩子的车堵成一片，请交警来疏导。\td\te2\t2026-03-03\t红旗中学门口上学时段堵车\n'
    printf '每天早上红旗中学门口都堵车，家长乱停，希望交警疏导。\tf\te2\t2026-03-04\t红旗中学校门口早高峰堵车严重\n'
    printf '我们单位退休职工2025年的取暖补贴一直没有发，请问什么时候发？\tg\te3\t2026-03-05\t2025年度取暖补贴什么时候发\n'
    printf '我们单位退休职工2024年的取暖补贴一直没有发，请问什么时候发？\th\tn\t2026-03-06\t2024年度取暖补贴什么时候发\n'
    printf '退休职工的2025年取暖补贴还没有到账，请问什么时候发下来？\tj\te3\t2026-03-07\t2025年的取暖补贴为什么还不发\n'
    printf '\ti\t-\t\t\n'
} >"$table"

"$paidan_bin" group "$table" >"$scratch/out.tsv" || fail group
expect header "$(head -1 "$scratch/out.tsv")" $'id\tgroup'
expect groups "$(pairs "$scratch/out.tsv")" 'b:a a:a c:c d:d f:d g:g h:h j:g i:i '
"$paidan_bin" group - <"$table" | cmp - "$scratch/out.tsv" || fail "standard input gives something else"
said=$("$paidan_bin" group "$table" --judge event --lang zh 2>&1 >/dev/null) || fail "judge: $said"
grep -q '9 条：并入已有的 3 条，共 6 组' <<<"$said" || fail "how many joined: $said"
grep -q '再次来件 3 条：并对 3，并错 0；准确率 1.000，召回率 1.000，F1 1.000' <<<"$said" || fail "judged: $said"
sed '2s/\te1\t/\te9\t/' "$table" >"$scratch/other.tsv"
said=$("$paidan_bin" group "$scratch/other.tsv" --judge event --lang en 2>&1 >/dev/null) || fail "judge: $said"
grep -q 'precision 0.667' <<<"$said" || fail "what people say otherwise is a mistake: $said"

# Why, for a person and for a script.
"$paidan_bin" group "$table" --explain >"$scratch/why.tsv" || fail explain
expect "columns of why" "$(head -1 "$scratch/why.tsv")" $'id\tgroup\tprobability\tlike\tevidence'
grep -P '^b\ta\t0\.\d+\ta\t' "$scratch/why.tsv" | grep -q 'names both 春晓苑' || fail "no evidence"
grep -P '^h\t' "$scratch/why.tsv" | grep -q 'years differ' || fail "years"
expect "columns of a row that says nothing" "$(tail -1 "$scratch/why.tsv" | tr '\t' '|')" 'i|i|||'
expect JSON "$("$paidan_bin" group "$table" --json | jq -c '[.id, .group, .best.row, .best.names]' | head -2 | tr -d '\n')" \
    '["b","a","a","both"]["a","a",null,null]'

# Rows as they come: without ids, times or titles, of any bytes, very long.
{
    printf 'text\n'
    printf '春晓苑门口的烧烤摊油烟太大，请管一管\n'
    printf '\xff\xfe\x80\n'
    printf '😀😀😀😀\n'
    printf '\n'
    printf '%s\n' "$(printf '春晓苑门口烧烤摊%.0s' {1..3000})"
    printf '春晓苑门口的烧烤摊油烟太大，请管一管\n'
} >"$scratch/odd.tsv"
"$paidan_bin" group "$scratch/odd.tsv" >"$scratch/out.tsv" || fail "odd rows"
expect "how many" "$(wc -l <"$scratch/out.tsv")" 7
expect "the same text again" "$(tail -1 "$scratch/out.tsv")" $'6\t1'
expect "what says nothing" "$(sed -n '3p;5p' "$scratch/out.tsv" | tr '\t\n' ': ')" '2:2 4:4 '
expect "no rows" "$("$paidan_bin" group <(printf 'id\ttext\n'))" $'id\tgroup'

refused 74 FAILED group "$scratch/none.tsv"
refused 65 FIELD_INVALID group <(printf 'id\ttime\na\t1\n')
refused 65 FIELD_INVALID group "$table" --judge gold
refused 65 FIELD_INVALID group /dev/null
refused 64 USAGE group
refused 64 USAGE group "$table" "$table"
"$paidan_bin" group "$table" >/dev/full 2>"$scratch/said"
expect "exit on a full disk" "$?" 73
expect "said once" "$(grep -c STORAGE_FULL "$scratch/said") $(wc -l <"$scratch/said")" "1 1"
grep -q 'not whole\|STORAGE_FULL' "$scratch/said" || fail "a full disk: $(cat "$scratch/said")"
note "group: ok"
