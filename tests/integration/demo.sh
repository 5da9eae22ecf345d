#!/usr/bin/env bash
# The day of the demo, twice at once, as deploy/up plays it: by bus, while every service is killed; and through the doors
# of the field (sealed messages of WeChat, signed envelopes, alarms by MQTT, Open311), while the adapters are. Both
# summaries add up, both days have the same numbers, nothing was doubled or lies dead, and all logs verify and replay.
# ctest: cost 150
source "$(dirname "$0")/lib.sh"

doors=1
for tool in node npm mosquitto setpriv; do
    PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || doors=0
done
if ((doors)); then
    # shellcheck disable=SC2016  # expanded by the inner shell
    bash -c 'source "$1/deploy/lib.sh" && trial_packages' trial "$PAIDAN_ROOT" || doors=0
fi
((doors)) || note "node, npm, their packages or mosquitto are missing: the doors are not tested"

# day_start NAME WORD...: deploy/up begins a demo, in the background.
day_start() {
    local name=$1
    shift
    instances+=("$scratch/$name")
    "$PAIDAN_ROOT/deploy/up" --lang en --detach --data "$scratch/$name" "$@" >"$scratch/$name.up" 2>&1 || {
        cat "$scratch/$name.up" >&2
        fail "$name: the demo does not start"
    }
}
day_over() { ! kill -0 "$(cat "$scratch/$1/run/demo.pid")" 2>/dev/null; }
# day_end NAME: waits for it; all comparisons must be equal.
day_end() {
    wait_until 1200 "$1: the end of the day" day_over "$1"
    sed -n '/^A day of/,$p' "$scratch/$1/log/demo.log"
    grep -q 'comparisons of .* all equal' "$scratch/$1/log/demo.log" || fail "$1: the demo's numbers do not add up"
}
# number NAME ROW [WORD]: the number of that row of the summary; with WORD, the one after that word in it.
number() {
    local line
    line=$(grep -E "^  $2 +[0-9]" "$scratch/$1/log/demo.log" | tail -n 1)
    if (($# > 2)); then
        sed -E "s/.*$3:? ([0-9]+).*/\1/" <<<"$line"
    else
        awk -v name="$2" '{ sub("^ *" name " +", ""); print $1 }' <<<"$line"
    fi
}
# same ROW WORD...: both days have the same number there.
same() {
    expect "$* through the doors" "$(number doors "$@")" "$(number bus "$@")"
}
# near SHARE ROW [WORD]: as the clerks were met sooner or later, not by more than a share of a hundred (and three).
near() {
    local share=$1 one other apart
    shift
    one=$(number doors "$@") other=$(number bus "$@")
    apart=$((one > other ? one - other : other - one))
    ((apart <= 3 + other * share / 100)) || fail "$*: $one through the doors, $other by bus"
}

day_start bus --by-bus
if ((doors)); then
    day_start doors
    grep -q 'real doors' "$scratch/doors.up" || fail "the residents do not come through the doors: $(cat "$scratch/doors.up")"
fi
for round in 1 2; do
    for name in "${SERVICES[@]}"; do
        sleep 4
        service_kill "$scratch/bus" "$name"
        note "round $round: killed $name, by bus"
    done
    for name in wechat hotline mqtt gateway; do
        ((doors)) || break
        sleep 3
        service_kill "$scratch/doors" "$name"
        note "round $round: killed $name, at the doors"
    done
done
day_end bus
expect "rows that were handed in" "$(number bus 'complaints in the script' 'not handed in')" 0
for word in 'raised: expired' 'closed' 'reopened' 'residents asked'; do
    (($(number bus "$word") > 0)) || fail "nothing was $word"
done
wait_until 60 "services that know all of each other" quiet "$scratch/bus"
paidan "$scratch/bus" stats >"$scratch/stats" || { cat "$scratch/stats" >&2; fail "stats do not add up"; }
# What was solved is told to everybody, and never by one person alone.
told() {
    paidan "$scratch/bus" bulletin list --json >"$scratch/told" &&
        jq -e '[.bulletins[] | select(.state == "published")] | length > 0 and all(.[]; .drafted_by != .ruled_by)' "$scratch/told" >/dev/null
}
wait_until 60 "bulletins of the day" told
screen=$(curl -s --max-time 20 "$(cat "$scratch/bus/run/gateway.http")/api/v1/bulletins")
jq -e '.bulletins | length > 0 and all(.[]; has("ticket") | not)' <<<"$screen" >/dev/null || fail "nobody sees the bulletins: $screen"
logs_hold "$scratch/bus"

if ((doors)); then
    day_end doors
    for word in accepted duplicates refused 'not handed in'; do
        same 'complaints in the script' "$word"
    done
    near 15 closed
    near 15 accepted withdrawn
    near 40 reopened
    near 60 'residents asked' 'never reached'
    near 30 chased supplements
    note "each answered in the channel by which he came"
    paidan "$scratch/doors" log dump callback >"$scratch/callback" || fail "the log of callback"
    # answers ACTOR: of whom the log has answers.
    answers() { jq -s --arg actor "$1" '[.[] | select(.answered and .cause.actor == $actor)] | length' "$scratch/callback"; }
    sealed=$(number doors WeChat out\;) logged=$(answers wechat)
    ((logged > 100 && logged <= sealed && sealed - logged <= 3)) || fail "answers of WeChat: $logged in the log, $sealed by sealed messages"
    (($(answers hotline) > 20)) || fail "answers of the hotline: $(answers hotline)"
    for name in adapter-wechat adapter-hotline; do
        expect "answers by bus in the name of $name" "$(answers $name)" 0
    done
    idle() {
        paidan "$scratch/doors" channels status --json | jq -e '
            (.adapters | length == 3 and all(.[]; .connected != false)) and
            ([.. | objects | select(has("dead")) | .dead] | add == 0) and
            ([.. | objects | select(has("waiting")) | .waiting] | add == 0)' >/dev/null
    }
    wait_until 60 "no delivery waits or is dead" idle
    SERVICES+=(wechat hotline mqtt)
    logs_hold "$scratch/doors"
    if grep -rqE '1380000[0-9]{4}|机床厂宿舍' "$scratch"/doors/log/{wechat,hotline,mqtt}.log; then
        fail "a resident's words or number are in a line of an adapter's log"
    fi
    "$PAIDAN_ROOT/deploy/down" --data "$scratch/doors" >/dev/null || fail "down"
    if pgrep -f "$scratch/doors" >/dev/null; then
        fail "something of the trial runs on: $(pgrep -af "$scratch/doors")"
    fi
fi

# An instance in real time gets no demo, and is left as it is.
instance_start "$scratch/real" "$PAIDAN_ROOT/deploy/sites/demo"
"$PAIDAN_BIN/paidan-demo" --data "$scratch/real" --lines >/dev/null 2>&1
expect "exit of the demo in real time" "$?" 64
expect "tickets in real time" "$(tickets_opened "$scratch/real" | wc -l)" 0
note "demo: ok"
