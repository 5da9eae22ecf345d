#!/usr/bin/env bash
# How good triage is, from the command line: figures that can be counted by hand, pictures, and everything
# that is refused.
source "$(dirname "$0")/lib.sh"

paidan_bin=$PAIDAN_BIN/paidan
model=$scratch/model
test=$scratch/test.tsv
# refused STATUS TEXT WORD...: the command ends with STATUS and says TEXT.
refused() {
    local status=$1 text=$2 said
    shift 2
    said=$("$paidan_bin" "$@" 2>&1 >/dev/null)
    expect "exit of $*" "$?" "$status"
    grep -qF -- "$text" <<<"$said" || fail "$*: no '$text' in: $said"
}
evaluate() { "$paidan_bin" triage eval "$@"; }

# Sentences of our own: two categories that are easily told apart.
{
    printf 'title\ttext\tlabel\n'
    for place in 东门 三号楼 菜市场 学校旁 公园里 河边 北街 小区外 站台边 超市前 桥头 医院后; do
        for thing in 路灯不亮 灯杆倒了 照明坏了 灯泡烧了 夜里没灯; do
            printf '%s%s\t您好，%s%s，请修\t路灯\n' "$place" "$thing" "$place" "$thing"
        done
        for thing in 夜间施工 广场舞吵 音响扰民 狗叫不停 喇叭声大; do
            printf '%s%s\t%s%s，吵得睡不着，请管\t噪音<&"\n' "$place" "$thing" "$place" "$thing"
        done
    done
} >"$scratch/train.tsv"
"$paidan_bin" train "$scratch/train.tsv" --out "$model" >"$scratch/said" || fail train

# Seven rows: four right, one wrong, one without a text, one of a category that was never learned; two more
# without a category are not counted.
{
    printf '\xef\xbb\xbfid\tlabel\ttitle\ttext\r\n'
    printf '1\t路灯\t路灯不亮\t西街路灯不亮，灯泡烧了\r\n'
    printf '2\t路灯\t照明坏了\t夜里没灯，照明坏了\n'
    printf '3\t噪音<&"\t夜间施工\t夜间施工吵得睡不着\n'
    printf '4\t噪音<&"\t音响扰民\t广场舞音响扰民，请管\n'
    printf '5\t噪音<&"\t路灯不亮\t路灯不亮，灯杆倒了\n'
    printf '6\t路灯\t\t\n'
    printf '7\t垃圾\t夜间施工\t喇叭声大，吵得睡不着\n'
    printf '8\t\t没有类别\t这一行没有类别\n\n'
    printf '9\t\t\t\n'
} >"$test"
evaluate --model "$model" --test "$test" --json >"$scratch/out.json" || fail eval
of() { jq -c "$1" "$scratch/out.json"; }
expect rows "$(of '[.texts.rows, .texts.without_category, .texts.model.categories, .texts.model.examples]')" '[7,2,2,120]'
expect accuracy "$(of '.texts.accuracy * 1000 | round')" 571
# F1: 路灯 2·2/(3+3), 噪音 2·2/(3+3), 垃圾 0.
expect macro-F1 "$(of '.texts.macro_f1 * 1000 | round')" 444
expect categories "$(of '[.texts.categories[] | [.category, .known, .rows, .guessed, .right]]')" \
    '[["路灯",true,3,3,2],["噪音<&\"",true,3,3,2],["垃圾",false,1,0,0]]'
expect confusion "$(of '[.texts.confusion[] | [.category, .guess, .rows]] | sort')" \
    '[["噪音<&\"","噪音<&\"",2],["噪音<&\"","路灯",1],["垃圾","噪音<&\"",1],["路灯",null,1],["路灯","路灯",2]]'
expect "rows of all bins" "$(of '[.texts.bins[].rows] | add')" 6
expect targets "$(of '[.texts.coverage[].precision]')" '[0.95,0.98,0.99]'
expect "what was decided" "$(of '.texts.decisions | [.precision, .auto + .unsure + .foreign + .empty, .empty]')" '[0.98,7,1]'
expect "in hindsight nothing wrong goes out" "$(of '[.texts.coverage[].hindsight | .wrong]')" '[0,0,0]'
expect "speed and calibration of $(of .texts)" "$(of '.texts | .per_second > 0 and .ece >= 0 and .ece <= 1')" true
evaluate --model "$model" --test - --json <"$test" | jq 'del(.. | .per_second?, .ready_ms?, .file?)' >"$scratch/a"
jq 'del(.. | .per_second?, .ready_ms?, .file?)' "$scratch/out.json" | cmp - "$scratch/a" || fail "standard input gives something else"
expect "another precision" "$(evaluate --model "$model" --test "$test" --precision 90% --json | jq .texts.decisions.precision)" 0.9

# Tables for people, in both languages.
evaluate --model "$model" --test "$test" --lang zh >"$scratch/zh" || fail "zh"
grep -q '准确率 0.571  宏平均 F1 0.444' "$scratch/zh" || fail "head: $(cat "$scratch/zh")"
grep -q '模型没学过的类别（一律算错）：垃圾，共 1 条' "$scratch/zh" || fail "unknown category: $(cat "$scratch/zh")"
grep -Eq '^ 1 路灯 +2 +· +· +1$' "$scratch/zh" || fail "matrix: $(cat "$scratch/zh")"
expect "both thresholds" "$(grep -cE '模型自定 |事后最佳 ' "$scratch/zh")" 6
evaluate --model "$model" --test "$test" --lang en >"$scratch/en" || fail "en"
expect English "$(grep -cE 'Confusion matrix|in hindsight ' "$scratch/en")" 4
# More categories than a matrix can show.
{
    printf 'text\tlabel\n'
    for n in {1..20}; do printf '路灯不亮%s\t类%s\n' "$n" "$n"; done
    printf '路灯不亮，灯泡烧了\t路灯\n'
} >"$scratch/many.tsv"
evaluate --model "$model" --test "$scratch/many.tsv" --lang zh >"$scratch/zh" || fail many
grep -q '最常混淆的' "$scratch/zh" || fail "a list in place of the matrix: $(cat "$scratch/zh")"

# Pictures: whole, well-formed, without scripts or anything from elsewhere, in the language that was asked for.
evaluate --model "$model" --test "$test" --out "$scratch/pictures" --lang zh >"$scratch/said" || fail pictures
for name in reliability confusion coverage; do
    python3 - "$scratch/pictures/$name.svg" <<'P' || fail "$name.svg is not well-formed"
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
space = '{http://www.w3.org/2000/svg}'
assert root.tag == space + 'svg' and root.get('role') == 'img', root.tag
assert root[0].tag == space + 'title' and root[1].tag == space + 'desc' and root[1].text
names = {each.tag.removeprefix(space) for each in root.iter()}
assert names <= {'svg', 'title', 'desc', 'style', 'rect', 'line', 'path', 'circle', 'text'}, names
assert not [key for each in root.iter() for key in each.keys() if key.startswith('on') or 'href' in key]
P
    grep -q "$scratch/pictures/$name.svg" "$scratch/said" || fail "where $name.svg is: $(cat "$scratch/said")"
    grep -q 'prefers-color-scheme:dark' "$scratch/pictures/$name.svg" || fail "$name.svg knows one ground"
done
grep -q '噪音&lt;&amp;&quot;' "$scratch/pictures/confusion.svg" || fail "a name is no markup"
grep -q '人工 路灯 → 模型 路灯：2 条（66.7%）' "$scratch/pictures/confusion.svg" || fail "what a cell says"
expect "nothing is left beside" "$(find "$scratch/pictures" -name '*.part' | wc -l)" 0
evaluate --model "$model" --test "$test" --out "$scratch/pictures" --json | jq -e '.pictures | length == 3' >/dev/null || fail "again, into a folder that is there"

# Places.
site=$PAIDAN_ROOT/deploy/sites/demo
{
    printf 'text\tarea\n'
    printf '阳光社区的路灯不亮\tyangguang\n'
    printf '柳林社区有人乱停车\t柳林社区\n'
    printf '柳林社区有人乱停车\tyangguang\n'
    printf '不知道在哪里\t\n'
    printf '阳光社区的路灯不亮\tnowhere\n'
} >"$scratch/places.tsv"
evaluate --places "$scratch/places.tsv" --site "$site" --json >"$scratch/out.json" || fail places
expect places "$(of '.places | [.rows, .found, .found_right, .unknown_area, (.accuracy * 10 | round)]')" '[5,4,2,1,6]'
expect "by reason" "$(of '[.places.reasons[] | [.reason, .rows, .right]]')" '[["",4,2],["unknown",1,1]]'
evaluate --places "$scratch/places.tsv" --site "$site" --lang zh >"$scratch/zh" || fail "places zh"
grep -q '5 条，准确率 0.600；认出区域 4，其中对 2' "$scratch/zh" || fail "places in words"

# Groups.
{
    printf 'id\ttime\ttitle\ttext\tgroup\n'
    printf 'a\t2026-03-01 8:00\t槐花路春晓苑小区楼下烧烤摊油烟扰民\t您好，我是春晓苑的住户，每天傍晚槐花路边的烧烤摊油烟直往家里飘，窗户不敢开，请管一管。\te1\n'
    printf 'b\t2026-03-02 9:10\t春晓苑门口夜宵烧烤太呛人\t春晓苑大门口的烧烤摊天天营业到半夜，油烟味很大，老人孩子咳嗽，希望尽快处理。\te1\n'
    printf 'c\t2026-03-02 10:00\t银杏路丰收苑小区楼下烧烤摊油烟扰民\t您好，我是丰收苑的住户，每天傍晚银杏路边的烧烤摊油烟直往家里飘，窗户不敢开，请管一管。\tn\n'
} >"$scratch/groups.tsv"
printf 'id_a\tid_b\na\tc\na\tb\na\tz\n' >"$scratch/apart.tsv"
evaluate --groups "$scratch/groups.tsv" --apart "$scratch/apart.tsv" --json >"$scratch/out.json" || fail groups
expect groups "$(of '.groups | [.rows, .joined, .arrivals, .right, .wrong, .f1]')" '[3,1,1,1,0,1]'
expect "alike and not one" "$(of '.groups.apart | [.pairs, .joined, .not_in_table]')" '[2,1,1]'
sed '1s/group/event/' "$scratch/groups.tsv" >"$scratch/events.tsv"
evaluate --groups - --judge event --lang en <"$scratch/events.tsv" >"$scratch/en" || fail "another column"
grep -q 'F1 1.000' "$scratch/en" || fail "another column: $(cat "$scratch/en")"

# Refused, with a reason.
refused 65 FIELD_INVALID triage eval --model "$model" --test <(printf 'title\tlabel\na\tb\n')
refused 65 FIELD_INVALID triage eval --model "$model" --test "$test" --label category
refused 65 FIELD_INVALID triage eval --model "$model" --test /dev/null
refused 65 FIELD_INVALID triage eval --model "$model" --test <(printf 'text\tlabel\n')
refused 65 FIELD_INVALID triage eval --model "$model" --test <(printf 'text\tlabel\n路灯不亮\t水管\n')
refused 65 FIELD_INVALID triage eval --places <(printf 'text\n阳光社区\n') --site "$site"
refused 65 FIELD_INVALID triage eval --places <(printf 'text\tarea\n阳光社区\tnowhere\n') --site "$site"
refused 65 FIELD_INVALID triage eval --groups <(printf 'id\ttext\na\tb\n')
refused 65 FIELD_INVALID triage eval --groups "$scratch/groups.tsv" --apart <(printf 'id_a\na\n')
refused 74 FAILED triage eval --model "$model" --test "$scratch/none.tsv"
refused 74 FAILED triage eval --model "$scratch/none" --test "$test"
cp "$model" "$scratch/other"
printf '\x63' | dd of="$scratch/other" bs=1 seek=8 conv=notrunc status=none
refused 78 STORE_FORMAT triage eval --model "$scratch/other" --test "$test"
head -c 3000 "$model" >"$scratch/cut"
refused 70 STORE_CORRUPT triage eval --model "$scratch/cut" --test "$test"
refused 70 STORE_CORRUPT triage eval --model "$test" --test "$test"
refused 74 FAILED triage eval --model "$model" --test "$test" --out "$test"
refused 74 FAILED triage eval --model "$model" --test "$test" --out "$scratch/none/none"
refused 64 USAGE triage eval
refused 64 USAGE triage eval --model "$model"
refused 64 USAGE triage eval --test "$test"
refused 64 USAGE triage eval --groups "$scratch/groups.tsv" --out "$scratch/pictures"
refused 64 USAGE triage eval --apart "$scratch/apart.tsv"
refused 64 USAGE triage eval --groups - --places -
refused 64 USAGE triage eval --model "$model" --test "$test" --precision 2
evaluate --model "$model" --test "$test" --json >/dev/full 2>"$scratch/said"
expect "exit on a full disk" "$?" 73
expect "said once" "$(grep -c STORAGE_FULL "$scratch/said") $(wc -l <"$scratch/said")" "1 1"
note "triage_eval: ok"
