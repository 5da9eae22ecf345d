#!/usr/bin/env bash
# The desk worked through on the command line: one key takes an offer, corrections, skipping, taking back,
# without a terminal and on one.
# ctest: cost 30
source "$(dirname "$0")/lib.sh"

data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo" 1 "2026-11-23 09:30"

# work ANSWER...: the desk by so many lines of answers; what it says is in $scratch/out.
work() {
    printf '%s\n' "$@" | paidan "$data" --timeout 120 --actor 赵分拨 --lang "${lang:-zh}" desk work >"$scratch/out" 2>&1 ||
        fail "desk work $*: $(cat "$scratch/out")"
}
has() { grep -Eq -- "$2" "$scratch/out" || fail "$1: no $2 in: $(cat "$scratch/out")"; }
lacks() { ! grep -Eq -- "$2" "$scratch/out" || fail "$1: $2 in: $(cat "$scratch/out")"; }
at_desk() { paidan "$data" desk list --json | jq -r '.tickets[]?.number' | sort | tr '\n' ' '; }
submit() { paidan "$data" --timeout 120 submit --channel hotline "$@" --json | jq -r .number; }
unit_of() { paidan "$data" show "$1" --json | jq -r .unit; }
on_desk() { [[ " $(at_desk)" == *" $1 "* ]]; }
off_desk() { ! on_desk "$1"; }

# Nothing to do is said, and is no mistake.
work ''
has "an empty desk" '分拨台没有工单了'
has "what was done" '这一次分拨和并单 0 件，跳过 0 件'

lift=$(submit --text "电梯坏了，没人修")
vague=$(submit --text "不知道说什么好" --place "老地方")
secret=$(submit --text "阳光花园3栋漏水" --confidential)
for number in "$lift" "$vague" "$secret"; do
    wait_until 60 "$number at the desk" on_desk "$number"
done

# The most urgent first, by the desk's clock, with what the resident said and why it lies here; a key that
# takes nothing changes nothing; what is skipped stays.
work 1 x '' s s
has "the lift is first" "^$lift .*紧急.*待分拨 3 件"
has "its words" '^  电梯坏了，没人修$'
has "its deadline" '时限 +剩 1小时'
has "why" '原因 +未识别地点'
has "no offer" '没有这一条建议'
has "no such key" '按 1、2、3、c、m、s、u 或 q'
has "place in the resident's words" '地点 +老地方'
has "how many were skipped" '分拨和并单 0 件，跳过 2 件'
expect "nothing has left" "$(at_desk)" "$(printf '%s\n' "$lift" "$vague" "$secret" | sort | tr '\n' ' ')"
lang=en work s s s
has English 'All that is left was skipped'

# Corrected: a name or a code; what stands in brackets is kept by an empty line; the unit follows from the matrix.
work c '' '阳光花园' '' '业主来电' q
has "what is likely" '类别 \[电梯[^]]* property.lift\]：'
has "the unit of the matrix" '单位 \[[^]]*pm-anju\]：'
has "its effect" '已分拨给 安居物业'
expect "the lift's unit" "$(unit_of "$lift")" pm-anju
paidan "$data" log dump triage >"$scratch/dump" || fail "log dump"
grep -q 赵分拨 "$scratch/dump" || fail "who did it"

# Words that are none are refused and lose nothing; so does a unit that is missing.
work s c 'abc 没有' q
has "no such category" 'CATEGORY_UNKNOWN'
work c '' '' '' q
has "no unit" '要有单位；没有分拨'

# A confidential ticket asks for its summary; one key takes the offer.
work s 1 '3栋漏水，请查看'
has "its offer" '^  1  .* → .*安居物业.*回车'
has "the summary" '保密件，给单位看的摘要：3栋漏水'
expect "the secret's unit" "$(unit_of "$secret")" pm-anju

# Taken back: the newest first; it comes again, first in the list.
work c noise 阳光花园 '' '' u q
has "dispatched" '已分拨给'
has "taken back" '已撤回分拨'
wait_until 60 "$vague at the desk again" on_desk "$vague"
work u s
has "nothing of this sitting" '这一次还没有分拨过'
has "why it is here" '撤回'
has "whose it was" '撤自'

# A return is a ruling: who returned it and why, and the offer by the matrix.
paidan "$data" --timeout 120 return "$lift" --unit pm-anju --note '不归我们管' >"$scratch/said" || fail "return: $(cat "$scratch/said")"
wait_until 60 "the return at the desk" on_desk "$lift"
work s '' q
has "who returned it" '退自 +安居物业  不归我们管'
wait_until 60 "ruled" off_desk "$lift"

# Merged into another one by its number, and taken back; what cannot be is refused and stays.
again=$(submit --text "楼上漏水漏了好几天，也不知道找谁")
wait_until 60 "$again at the desk" on_desk "$again"
into=$(submit --text "阳光花园3栋楼道灯坏了")
# Those before it are skipped.
skips=()
while read -r number; do
    [[ $number == "$again" ]] && break
    skips+=(s)
done < <(paidan "$data" desk list --json | jq -r '.tickets[].number')
work "${skips[@]}" m "$again" m 12345 m '' m "$into" q
has "into itself" 'MERGE_SELF'
has "nothing typed" '没有并单'
has "merged" "已并入 $into"
on_desk "$again" && fail "what was merged is at the desk"
reopen=$(submit --text "楼下漏水，漏了好几天，也不知道找谁")
wait_until 60 "$reopen at the desk" on_desk "$reopen"
work "${skips[@]}" m "$into" u q
has "taken back" '已解除并单'
wait_until 60 "$reopen at the desk again" on_desk "$reopen"
note "by lines: ok"

# A site with a model: on what it judged, and how sure it is.
site=$scratch/site
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$site"
{
    printf 'text\tlabel\n'
    for place in 东门 三号楼 菜市场 学校旁 公园里 河边 北街 小区外 站台边 超市前 桥头 医院后; do
        for thing in 广场舞吵 音响扰民 喇叭声大 夜里太吵; do printf '%s%s，睡不着\tnoise\n' "$place" "$thing"; done
        for thing in 电梯停了 电梯坏了 电梯困人 电梯抖动; do printf '%s%s，请检修\tproperty.lift\n' "$place" "$thing"; done
    done
} >"$scratch/train.tsv"
paidan "$data" train "$scratch/train.tsv" --out "$site/own.learn" >"$scratch/said" || fail "train: $(cat "$scratch/said")"
sed -i '/^triage:/,/^[^ ]/{/^triage:/d;/^ /d}' "$site/site.yaml"
printf '\ntriage:\n  model: own.learn\n  precision: 98%%\n' >>"$site/site.yaml"
instance_stop "$data"
data=$scratch/m
instance_start "$data" "$site" 1 "2026-11-23 09:30"
lift=$(submit --text "请检修")
wait_until 60 "$lift at the desk" on_desk "$lift"
work s
has "what decided, and the letters" '依据 +模型；字词 .'
has "how sure" '把握 +[0-9.]+%'
note "a model: ok"

# On a terminal: single keys without Enter, and the terminal is as it was afterwards.
python3 - "$PAIDAN_BIN/paidan" "$data" <<'P' >"$scratch/out" || fail "on a terminal: $(cat "$scratch/out")"
import os, pty, select, sys, termios, time

def until(fd, word, seen):
    end = time.time() + 120
    while word not in seen:
        if time.time() > end:
            print(seen); sys.exit(f'waited in vain for {word}')
        if select.select([fd], [], [], 1)[0]:
            try:
                seen += os.read(fd, 65536).decode('utf-8', 'replace')
            except OSError:
                print(seen); sys.exit(f'ended before {word}')
    return seen

pid, fd = pty.fork()
if pid == 0:
    os.environ['TERM'] = 'xterm'
    os.execv(sys.argv[1], [sys.argv[1], '--data', sys.argv[2], '--lang', 'zh', 'desk', 'work'])
usual = termios.tcgetattr(fd)
seen = until(fd, ' > ', '')
os.write(fd, b's')
seen = until(fd, '已跳过', seen)
os.write(fd, b'q')
seen = until(fd, '跳过 1 件', seen)
_, status = os.waitpid(pid, 0)
print(seen)
sys.exit(0 if os.waitstatus_to_exitcode(status) == 0 else 'it did not end well')
P
grep -q $'\033' "$scratch/out" || fail "no colours on a terminal"
refusal=$(paidan "$data" desk work --json 2>&1 </dev/null)
expect "there is no JSON" "$?" 64
grep -q 'desk dispatch' <<<"$refusal" || fail "what scripts use: $refusal"
note "desk_work: ok"
