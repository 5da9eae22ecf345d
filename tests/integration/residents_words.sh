#!/usr/bin/env bash
# What residents said is shown to whoever works on the ticket, and no way leads to it, or to phones,
# that is not recorded: logs with texts want a reason and a running intake.
# ctest: cost 20
source "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2154  # scratch comes from lib.sh
data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo" 1 "2026-03-02 10:00"

# has TEXT WORD...: each word stands in the text.
has() {
    local text=$1 word
    shift
    for word in "$@"; do
        [[ $text == *"$word"* ]] || fail "'$word' is not in: $text"
    done
}

# has_not TEXT WORD
has_not() {
    [[ $1 != *"$2"* ]] || fail "'$2' is in: $1"
}

# refused STATUS CODE COMMAND...: what a command says when it must not do it.
refused() {
    local status=$1 code=$2
    shift 2
    "$@" >"$scratch/out" 2>"$scratch/err"
    expect "status of $*" "$?" "$status"
    grep -q "paidan: $code: " "$scratch/err" || fail "$*: $(cat "$scratch/err")"
    [[ ! -s $scratch/out ]] || fail "$* showed something: $(head -n 1 "$scratch/out")"
}

note "what residents said, with the ticket"
number=$(paidan "$data" submit --channel wechat --place 锦绣苑3号楼 --time 2026-03-02T08:15 --phone 13812345678 \
    --text '楼道里堆满了纸箱，消防通道堵住了' --json | json_first number)
paidan "$data" supplement "$number" --text '今天又多了一堆' >/dev/null || fail supplement
paidan "$data" chase "$number" --note '我家老人出不去' --actor 李四 >/dev/null || fail chase
assigned() {
    [[ $(paidan "$data" show "$number" --json | json_first state) == assigned ]]
}
wait_until 30 "the ticket is assigned" assigned
shown=$(paidan "$data" --lang zh show "$number")
has "$shown" '发生时间  2026-03-02 08:15:00' '补充  今天又多了一堆' '催单（李四）  我家老人出不去' '138****5678'
shown=$(paidan "$data" --lang en show "$number")
has "$shown" 'happened  2026-03-02 08:15:00' 'added  今天又多了一堆' 'chased (李四)  我家老人出不去'
pulled=$(paidan "$data" --lang zh work pull --unit pm-anju)
has "$pulled" "$number" '发生时间 2026-03-02 08:15:00' '消防通道堵住了' '今天又多了一堆' '我家老人出不去' 锦绣苑3号楼
has_not "$pulled" 13812345678
paidan "$data" work accept "$number" --unit pm-anju >/dev/null || fail accept
paidan "$data" work assist-done "$number" --unit steward-yangguang --note 已劝导 >/dev/null || fail assist-done
paidan "$data" work resolve "$number" --unit pm-anju --note 清走了 >/dev/null || fail resolve
asked() {
    [[ -n $(paidan "$data" callback list --peek --json | json_first number) ]]
}
wait_until 30 "the callback is there" asked
listed=$(paidan "$data" --lang zh callback list --peek)
has "$listed" "$number" '我家老人出不去' '发生时间 2026-03-02 08:15:00'
row=$(paidan "$data" callback list --channel wechat --json |
    jq -r '.tasks[0] | "\(.text) \(.occurred) \(.said[0].note) \(.supplements[0]) \(.phone)"')
expect "a task in JSON" "$row" \
    "楼道里堆满了纸箱，消防通道堵住了 2026-03-02T08:15:00+08:00 我家老人出不去 今天又多了一堆 138****5678"
other=$(paidan "$data" submit --channel wechat --place 锦绣苑3号楼 --text '楼道灯不亮' --json | json_first number)
paidan "$data" withdraw "$other" --note '邻居修好了' --actor 热线 >/dev/null || fail withdraw
has "$(paidan "$data" --lang zh show "$other")" '撤回（热线）  邻居修好了'

note "no unrecorded way to texts and phones"
refused 64 USAGE paidan "$data" log dump intake --texts
refused 64 USAGE paidan "$data" log dump intake --texts --reason $' \u3000'
refused 64 USAGE paidan "$data" watch --service intake --since 1 --until 3 --texts
refused 64 USAGE paidan "$data" show "$number" --reveal
head=$(paidan "$data" ping --json | jq '.[] | select(.service == "intake").head')
dumped=$(paidan "$data" --actor 王五 log dump intake --texts --reason 核查投诉) || fail "log dump --texts"
has "$dumped" '消防通道堵住了' 13812345678 '我家老人出不去'
recorded() {
    paidan "$data" log dump intake | jq -c 'select(.disclosed) | [.cause.actor] + (.disclosed | [.reason, .from_seq, .until_seq])' |
        tail -n 1
}
# Receipts may have come since the head was asked for: what was read ends there or later, before the record of it.
# shellcheck disable=SC2016  # jq's variable
expect "who read the log" "$(paidan "$data" log dump intake | jq -c --argjson head "$head" 'select(.disclosed) |
    [.cause.actor, .disclosed.reason, .disclosed.from_seq, .disclosed.until_seq >= $head, .disclosed.until_seq < .seq]')" \
    '["王五","核查投诉",1,true,true]'
watched=$(paidan "$data" watch --service intake --since 2 --until 4 --texts --reason 跟踪) || fail "watch --texts"
has "$watched" 13812345678
expect "who watched it" "$(recorded | jq -c '.[1:]')" '["跟踪",2,4]'
grep -q 13812345678 <<<"$(paidan "$data" show "$number" --reveal --reason 回电)" || fail "show --reveal"
# shellcheck disable=SC2016  # jq's variables
expect "who saw the phone" "$(paidan "$data" log dump intake | jq -rc 'select(.disclosed.numbers) | .disclosed.reason')" 回电
has_not "$(paidan "$data" log dump intake)" 消防通道
expect "disclosed" "$(paidan "$data" stats --json | jq '.services.intake.disclosed')" 3
instance_stop "$data"
refused 69 UNREACHABLE paidan "$data" log dump intake --texts --reason 核查
paidan "$data" log dump intake >/dev/null || fail "log dump of a stopped instance"
logs_hold "$data"
note "residents' words: ok"
