#!/usr/bin/env bash
# What the command line answers: each success with its effect, each refusal with who was faster, in
# one language, or in both as JSON; names where codes are; who acted in the timeline.
source "$(dirname "$0")/lib.sh"

data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo" 1 "2026-11-23 09:30"

# has WHAT PATTERN WORD...: what the command prints, on either channel, has the pattern. Effects are waited
# for as long as it takes: by itself the command says after a while that the ticket will follow.
has() {
    local what=$1 pattern=$2
    shift 2
    paidan "$data" --timeout 120 "$@" >"$scratch/out" 2>&1
    grep -Eq -- "$pattern" "$scratch/out" || fail "$what: no $pattern in: $(cat "$scratch/out")"
}
# lacks WHAT PATTERN: of the output before.
lacks() {
    ! grep -Eq -- "$2" "$scratch/out" || fail "$1: $2 in: $(cat "$scratch/out")"
}

# 1. Names where codes are; who is asked for what is said at once.
number=$(paidan "$data" --timeout 120 submit --channel 热线 --text "阳光花园3栋楼道灯坏了" --json |
    tee "$scratch/submitted" | jq -r .number)
expect "unit of the new ticket" "$(jq -r .unit "$scratch/submitted")" pm-anju
[[ $(jq -r .due_ms "$scratch/submitted") =~ ^[0-9]+$ ]] || fail "submit has no deadline"
has "submit for people" '派给 安居物业.*签收时限剩 (30分00|2[0-9]分[0-9]+)秒' \
    --lang zh submit --channel hotline --text "阳光花园4栋楼道灯坏了"
has "desk" '等分拨员分拨：' --lang zh submit --channel hotline --text "不知道说什么好"
desked=$(paidan "$data" desk list --json | jq -r '.tickets[0].number')
has "at the desk still" 'TICKET_UNKNOWN: 工单还在分拨台' --lang zh accept "$desked" --unit pm-anju

# 2. The second clerk hears who was faster.
has "pull" '保留到' --lang zh --actor 王芳 work pull --unit 安居物业 --max 9
has "leased" 'LEASED_BY_OTHER: 王芳 已领取，保留到' --lang zh --actor 李雷 accept "$number" --unit 安居物业
has "accept" '安居物业 签收；首次联系时限剩' --lang zh --actor 王芳 accept "$number" --unit 安居物业
has "again" 'ALREADY_DONE: 王芳 已于 [0-9]{2}:[0-9]{2} 签收' --lang zh --actor 李雷 accept "$number" --unit pm-anju
has "again in English" 'accepted by 王芳 at [0-9]{2}:[0-9]{2}' --lang en --actor 李雷 accept "$number" --unit pm-anju
lacks "one language" '签收'
has "another's" 'NOT_YOUR_TICKET: 这张工单现由 安居物业 承办' --lang zh contact "$number" --unit pm-hexin
expect "who, as JSON" "$(paidan "$data" --json accept "$number" --unit pm-anju 2>/dev/null |
    jq -r '.results[0] | [.code, .actor, .did, .unit] | join(" ")')" "ALREADY_DONE 王芳 accepted pm-anju"

# 3. Effects: who decides until when, where it went.
has "extend" '由 阳光社区服务站 批复，期限' --lang zh extend "$number" --unit pm-anju --note 缺料
has "grant" '批准延期；期限 2026-' --lang zh supervise grant "$number" --unit station-yangguang
has "suspend" '挂账到 2026-' --lang zh suspend "$number" --unit pm-anju --until 2d --note 等料
has "state in words" '工单现为“挂账”' --lang zh resolve "$number" --unit pm-anju --note 好
has "resume" '提前恢复办理.*首次联系时限剩' --lang zh resume "$number" --unit pm-anju
has "chase" '诉求人催单.*安居物业' --lang zh chase "$number" --note 快
has "resolve" '转回访，等诉求人答复' --lang zh resolve "$number" --unit pm-anju --note 换了灯泡 --without-assist

# 4. Callbacks: what to say, kept for the first, reopened to whom.
asked() {
    [[ $(paidan "$data" callback list --peek --json | jq '.tasks | length') -gt 0 ]]
}
wait_until 60 "the callback" asked
has "callback list" '您好，您反映的“.*”，安居物业 说已办结：换了灯泡' --lang zh --actor 甲 callback list --channel hotline
has "kept" 'LEASED_BY_OTHER: 甲 已领取' --lang zh --actor 乙 callback answer "$number" --solved 否 --satisfied 否
has "answered" '重新打开，派给 ' --lang zh --actor 甲 callback answer "$number" --solved 否 --satisfied 否
has "who answered" '甲 已于 .* 登记答复' --lang zh --actor 乙 callback answer "$number" --solved 是 --satisfied 满意

# 5. The timeline names who acted, callback and desk too.
has "timeline" '诉求人答复：未解决，不满意 +甲' --lang zh show "$number"
lost=$(paidan "$data" --timeout 120 submit --channel hotline --text "树倒了" --json | jq -r .number)
has "dispatch" '已分拨给 安居物业，地点 阳光社区（未识别地点，取承办单位的辖区）；派给 安居物业' --lang zh --actor 赵六 desk dispatch "$lost" --unit 安居物业 --category 市容城管
has "second dispatcher" 'NOT_ON_DESK: 赵六 已于 .* 分拨' --lang zh --actor 钱七 desk dispatch "$lost" --unit 安居物业
has "dispatcher in the timeline" '人工分拨 +赵六' --lang zh show "$lost"

# 6. Mistakes: one language, JSON with both, no internal names, what is near.
has "field" '标题 --title' --lang zh submit --channel hotline --text x --title "$(printf '长%.0s' {1..400})"
lacks "no field name" 'tickets\['
has "near" 'UNIT_UNKNOWN.*是不是 pm-anju 安居物业' --lang zh work list --unit 安居物管
has "near of a code" 'did you mean pm-anju' --lang en work list --unit pm-anjv
expect "usage as JSON" "$(paidan "$data" list --nope --json 2>&1 | jq -r '.code + " " + .zh')" "USAGE 这里没有这个选项"
expect "no service as JSON" "$("$PAIDAN_BIN/paidan" --data "$scratch/none" list --json --timeout 1 2>&1 |
    jq -r .code)" UNREACHABLE

# 7. Codes and names; completion from the running site; lists.
expect "units" "$(paidan "$data" units --list --json | jq -r '.units[] | select(.code == "pm-anju") | .name + " " + .area')" "安居物业 yangguang"
expect "areas" "$(paidan "$data" areas --json | jq -r '.areas[1] | .code + " " + .parent')" "yangguang qinghe"
has "channels" '^hotline +热线' --lang zh channels --list
has "categories" 'city.vendors' categories
expect "completion" "$(bash -c "source <('$PAIDAN_BIN/paidan' completion bash)
    COMP_WORDS=('$PAIDAN_BIN/paidan' --data '$data' work list --unit 安); COMP_CWORD=6; _paidan
    echo \"\${COMPREPLY[@]}\"")" 安居物业
has "help of its own" '最多显示几件' --lang zh help board
has "synopsis" '\(--text TEXT \| --from FILE\)' help submit
expect "pages in one document" "$(paidan "$data" list --all --json --limit 1 | jq '.tickets | length')" \
    "$(paidan "$data" list --json | jq '.tickets | length')"
paidan "$data" list --state closed --limit 1 >"$scratch/out"
! grep -q . "$scratch/out" || [[ $(wc -l <"$scratch/out") == 1 ]] || fail "none and more together"
note "answers: all as they should be"
