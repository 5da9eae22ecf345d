#!/usr/bin/env bash
# Two instances with different data run side by side; stopping one leaves the other alone, and
# each keeps its own tickets over a restart.
# ctest: cost 22
source "$(dirname "$0")/lib.sh"

one=$scratch/one two=$scratch/two
instance_start "$one" "$PAIDAN_ROOT/deploy/sites/demo"
instance_start "$two" "$PAIDAN_ROOT/deploy/sites/two-level"
channel_one=$(paidan "$one" submit --channel wechat --text '路灯不亮' --json | json_first number)
[[ -n $channel_one ]] || fail "nothing submitted to the first instance"
for text in 楼道堆物 噪音扰民 井盖破损; do
    paidan "$two" submit --channel wechat --text "$text" --json >/dev/null || fail "submit"
done

# Starting one again says that it runs, and changes nothing.
before=$(cat "$one"/run/*.pid)
instance_start "$one" "$PAIDAN_ROOT/deploy/sites/demo"
expect "process ids after a second start" "$(cat "$one"/run/*.pid)" "$before"

others=$(cat "$two"/run/*.pid)
instance_stop "$one"
expect "process ids of the other instance" "$(cat "$two"/run/*.pid)" "$others"
paidan "$two" ping >/dev/null || fail "the other instance does not answer"
if timeout 20 "$PAIDAN_BIN/paidan" --data "$one" ping >/dev/null 2>&1; then
    fail "a stopped instance answers"
fi
instance_stop "$one"

count() {
    { tickets_opened "$1"; tickets_on_desk "$1"; } | sort -u | wc -l
}
holds() {
    [[ $(count "$1") == "$2" ]]
}
instance_start "$one" "$PAIDAN_ROOT/deploy/sites/demo"
wait_until 60 "one ticket in the first instance" holds "$one" 1
wait_until 60 "three tickets in the second instance" holds "$two" 3
note "two instances: ok"
