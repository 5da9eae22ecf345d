#!/usr/bin/env bash
# SIGKILL, over and over, at each service in turn, while residents submit, clerks pull, accept and
# resolve, deadlines expire, and callbacks are answered. Afterwards every number that was ever given
# exists exactly once at every service, the totals agree, and the logs verify and replay.
#
# KILLS sets how often (default 24); SEED which moments.
source "$(dirname "$0")/lib.sh"

kills=${KILLS:-24}
RANDOM=${SEED:-7}
data=$scratch/d site=$PAIDAN_ROOT/deploy/sites/demo
mkdir "$scratch/in" "$scratch/acknowledged"

# texts COUNT PREFIX: a table of COUNT rows out of the demo's texts, each with its own external id.
texts() {
    demo_texts | awk -F '\t' -v OFS='\t' -v count="$1" -v prefix="$2" -v from="$RANDOM" '
        NR == 1 { print; next }
        $3 != "" { row[rows++] = $2 OFS $3 }
        END { for (i = 0; i < count; i++) print prefix "-" i, row[(from + i) % rows] }'
}

# residents: submits batches; one that failed is sent again as it is, until it is acknowledged.
residents() {
    local batch=0 file
    while [[ ! -e $scratch/stop ]]; do
        batch=$((batch + 1))
        file=$scratch/in/$batch.tsv
        texts $((1 + RANDOM % 30)) "batch$batch" >"$file"
        until paidan "$data" submit --channel wechat --from "$file" --json >"$scratch/submitted" \
            2>>"$scratch/submit.err"; do
            echo "$batch" >>"$scratch/repeated"
            (($(grep -cx "$batch" "$scratch/repeated") < 200)) || return 1
            sleep 0.2
        done
        paste <(awk -F '\t' 'NR > 1 { print $1 }' "$file") \
            <(json_all number <"$scratch/submitted") >"$scratch/acknowledged/$batch"
    done
}

# clerks: every unit in turn takes some work and does it; what a kill spoils is done next time.
clerks() {
    local unit number
    while [[ ! -e $scratch/stop ]]; do
        for unit in $(column "$site/units.csv" code); do
            [[ ! -e $scratch/stop ]] || return 0
            for number in $(paidan "$data" work pull --unit "$unit" --max 3 --json | json_all number); do
                paidan "$data" work accept "$number" --unit "$unit" &&
                    paidan "$data" work contact "$number" --unit "$unit" --note '已电话联系' &&
                    paidan "$data" work resolve "$number" --unit "$unit" --note '已处理' &&
                    echo "$number" >>"$scratch/resolved"
            done
        done
    done >>"$scratch/clerks.log" 2>&1
}

# channels: asks and answers: most are solved, some come back.
channels() {
    local number solved satisfied
    while [[ ! -e $scratch/stop ]]; do
        for number in $(paidan "$data" callback list --channel wechat --max 20 --json | json_all number); do
            solved=yes satisfied=yes
            if ((RANDOM % 4 == 0)); then
                solved=no satisfied=no
            fi
            paidan "$data" callback answer "$number" --solved "$solved" --satisfied "$satisfied" &&
                echo "$number $solved" >>"$scratch/answered"
        done
        sleep 0.3
    done >>"$scratch/channels.log" 2>&1
}

# Two minutes a second: deadlines expire while all this goes on.
instance_start "$data" "$site" 120
for worker in residents clerks channels; do
    "$worker" &
    workers+=("$!")
done

for ((kill = 0; kill < kills; kill++)); do
    sleep "$((RANDOM % 2)).$((RANDOM % 10))"
    service_kill "$data" "${SERVICES[kill % 4]}"
    if ((kill % 8 == 7)); then
        sleep 1
        for name in "${SERVICES[@]}"; do
            service_kill "$data" "$name"
        done
    fi
done
note "$kills kills done"
touch "$scratch/stop"
for pid in "${workers[@]}"; do
    wait "$pid" || fail "a worker gave up: $(tail -n 3 "$scratch/submit.err")"
done
workers=()
wait_until 60 "all services answer" paidan "$data" ping
wait_until 120 "services caught up" quiet "$data"

cat "$scratch"/acknowledged/* >"$scratch/pairs"
cut -f 2 "$scratch/pairs" | sort >"$scratch/numbers"
given=$(wc -l <"$scratch/numbers")
note "$given numbers acknowledged, $(wc -l <"$scratch/repeated" 2>/dev/null || echo 0) batches repeated," \
    "$(wc -l <"$scratch/resolved") resolved, $(wc -l <"$scratch/answered") answered," \
    "$(grep -c restart_seconds "$data/log/supervisor.log") restarts"
((given > 0)) || fail "nothing was submitted"
[[ -s $scratch/resolved && -s $scratch/answered ]] || fail "nothing was resolved or answered"
expect "numbers given twice" "$(uniq -d "$scratch/numbers")" ""
expect "acknowledged without number" "$(awk -F '\t' '$2 == ""' "$scratch/pairs")" ""

# Exactly once at every service: in intake's log one registration, in triage's log one first
# decision, in escalation's log one opening for each that was routed.
facts() {
    paidan "$data" log dump "$1" --json >"$scratch/log.$1" || fail "log dump $1"
}
for name in "${SERVICES[@]}"; do
    facts "$name"
done
jq -r 'select(has("registered")) | .number' "$scratch/log.intake" | sort >"$scratch/registered"
diff "$scratch/numbers" "$scratch/registered" >"$scratch/diff" || {
    head "$scratch/diff"
    fail "intake's log does not hold exactly the numbers that were given"
}
jq -r 'select(has("routed") or has("desked")) | .number' "$scratch/log.triage" | sort -u >"$scratch/triaged"
diff "$scratch/numbers" "$scratch/triaged" >"$scratch/diff" || {
    head "$scratch/diff"
    fail "triage decided on other tickets than those"
}
{ tickets_opened "$data"; tickets_on_desk "$data"; } | sort >"$scratch/found"
diff "$scratch/numbers" "$scratch/found" >"$scratch/diff" || {
    head "$scratch/diff"
    fail "escalation and the desk do not hold each ticket exactly once"
}
# What a clerk was told is resolved is resolved in the log, and every answer given is there.
jq -r 'select(has("resolved")) | .number' "$scratch/log.escalation" | sort >"$scratch/resolved.log"
sort "$scratch/resolved" | comm -23 - "$scratch/resolved.log" >"$scratch/diff"
[[ ! -s $scratch/diff ]] || fail "acknowledged as resolved and lost: $(head -n 3 "$scratch/diff")"
jq -r 'select(has("answered")) | .number' "$scratch/log.callback" | sort >"$scratch/answered.log"
cut -d ' ' -f 1 "$scratch/answered" | sort | comm -23 - "$scratch/answered.log" >"$scratch/diff"
[[ ! -s $scratch/diff ]] || fail "acknowledged as answered and lost: $(head -n 3 "$scratch/diff")"

# A deadline fires once: no two equal (ticket, clock, level, due) among raises, warnings and cards.
jq -c 'select(has("raised") or has("warned") or has("carded")) |
    [.number, (.raised // .warned // .carded | .clock, .due_ms, .level, .from_level)] +
    [has("raised"), has("warned")] | select(.[1] != null)' "$scratch/log.escalation" |
    sort | uniq -d >"$scratch/twice"
[[ ! -s $scratch/twice ]] || fail "fired twice: $(head -n 3 "$scratch/twice")"
note "$(jq -c 'select(has("raised"))' "$scratch/log.escalation" | wc -l) raises, none twice"

paidan "$data" stats || fail "stats do not agree"
logs_hold "$data"
note "kill loop: ok"
