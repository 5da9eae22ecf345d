#!/usr/bin/env bash
# What a secretary asks of a site before it runs: where a text would go, and what an edit changes.
source "$(dirname "$0")/lib.sh"

site=$scratch/site
old=$scratch/old
paidan_bin=$PAIDAN_BIN/paidan
# told TEXT WORD...: the command says TEXT, and ends well.
told() {
    local text=$1 said
    shift
    said=$("$paidan_bin" "$@" 2>&1) || fail "$*: $said"
    grep -qF -- "$text" <<<"$said" || fail "$*: no '$text' in: $said"
}
# refused STATUS TEXT WORD...
refused() {
    local status=$1 text=$2 said
    shift 2
    said=$("$paidan_bin" "$@" 2>&1)
    expect "exit of $*" "$?" "$status"
    grep -qF -- "$text" <<<"$said" || fail "$*: no '$text' in: $said"
}

"$paidan_bin" new-site "$old" --communities 东湖社区,西湖社区 </dev/null >/dev/null || fail "new-site"
cp -r "$old" "$site"

# try: the unit with what led there, the place field before the text, the desk with its reasons.
told '"unit": "c1-office"' try "$site" 东湖社区路灯不亮 --json
told '"matrix_line": 2' try "$site" 东湖社区路灯不亮 --json
told '"area": "c2"' try "$site" 路灯不亮 --place 西湖社区 --json
told '"ambiguous_place"' try "$site" 东湖社区的人说路灯不亮 --place 西湖社区 --json
told '派给  东湖社区居委会' try "$site" 东湖社区路灯不亮 --lang zh
told '办理期限' try "$site" 东湖社区路灯不亮 --lang zh
told 'goes to  新街道平安办' try "$site" 东湖社区楼道着火了 --lang en
told '"routed": false' try "$site" 天气真好 --json
told '待分拨  交给分拨台' try "$site" 天气真好 --lang zh
told 'no category, no place' try "$site" 天气真好 --lang en
told '"category": "city.rubbish"' try "$site" 说不清楚 --category-hint city.rubbish --json
refused 66 CHANNEL_UNKNOWN try "$site" 路灯不亮 --channel telegraph
refused 64 USAGE try "$site"

# check --diff: nothing, then terms, owners and codes, in both languages.
told 'nothing changes' check --diff "$old" "$site" --lang en
told '没有影响派单和时限的变化' check --diff "$old" "$site" --lang zh
told '"changes": []' check --diff "$old" "$site" --json
sed -i 's/amount: 5wd/amount: 3wd/' "$site/site.yaml"
told 'handle was 5 working days office, now 3 working days office' check --diff "$old" "$site"
told '办理时限 5 工作日 office → 3 工作日 office' check --diff "$old" "$site" --lang zh
echo 'city.lamp,c1,community,community-duty,' >>"$site/matrix.csv"
told '东湖社区·路灯（社区）改由 社区值班 主办，原来是 东湖社区居委会' \
    check --diff "$old" "$site" --lang zh
told '东湖社区, 路灯 (Community): now 社区值班, before 东湖社区居委会' \
    check --diff "$old" "$site" --lang en
told '"what": "owner"' check --diff "$old" "$site" --json
cp "$old/units.csv" "$old/matrix.csv" "$site"
sed -i -e '1s/$/,was/' -e '2,$s/$/,/' -e 's/^c1-office\(.*\),$/c1-hall\1,c1-office/' \
    "$site/units.csv"
sed -i 's/c1-office/c1-hall/' "$site/matrix.csv"
told 'c1-office' check --diff "$old" "$site" --lang zh
"$paidan_bin" check --diff "$old" "$site" --lang zh >"$scratch/diff" || fail "check --diff"
grep -q '主办' "$scratch/diff" && fail "a new code is told as a new owner"
sed -i '/c2-office/d' "$site/units.csv" "$site/matrix.csv"
told '(c2-office)' check --diff "$old" "$site" --lang en
told 'nobody owns it, the fallback gets it' check --diff "$old" "$site" --lang en
refused 64 USAGE check --diff "$old"
printf 'x' >>"$site/units.csv"
refused 78 SITE_INVALID check --diff "$old" "$site"

# rules: which rule hits which text; what a table expects; rules that would hit everything, or take for ever, are refused.
rules=$scratch/rules
cp -r "$old" "$rules"
header=id,words,exclude,pattern,urgency,call,desk
printf '%s\n' "$header" 'fire,着火|on fire,火车,,emergency,119,' 'wide,路灯,,,,,yes' 'narrow,路灯不亮,,,,,yes' 'none,飞碟,,,,,yes' >"$rules/rules.csv"
printf 'text\texpect\n楼上着火了\tfire\n火车站的路灯不亮\twide\n天气真好\t-\n' >"$rules/rules-test.tsv"
told '"failed": 0' rules test --site "$rules" --json
told '从未命中' rules test --site "$rules" --lang zh
told 'another rule always comes first' rules test --site "$rules" --lang en
told '"remark": "shadowed"' rules test --site "$rules" --json
told 'RULE_EARLIER' check "$rules" --json
printf 'text\texpect\n天气真好\tfire\n' >"$scratch/wrong.tsv"
refused 65 '"got": "-"' rules test --site "$rules" "$scratch/wrong.tsv" --json
refused 65 '实为 -' rules test --site "$rules" "$scratch/wrong.tsv" --lang zh
cp "$scratch/wrong.tsv" "$rules/rules-test.tsv"
refused 65 'wanted fire, got -' check "$rules" --lang en
rm "$rules/rules-test.tsv"
for bad in 'RULE_NO_CONDITION all,,,,,,yes' 'RULE_PATTERN_SLOW slow,,,(a+)+bb,,,yes' 'RULE_PATTERN_ALL any,,,..,,,yes' \
    'RULE_PATTERN_REFERENCE back,,,(路)\1灯,,,yes' 'RULE_CALL call,着火,,,,消防,'; do
    printf '%s\n' "$header" "${bad#* }" >"$rules/rules.csv"
    refused 78 "${bad%% *}" check "$rules"
done
note "site_tools: ok"
