# shellcheck shell=bash
# lib_load: residents, clerks and channels that work on an instance while a script does harm to it,
# and the count afterwards: what was acknowledged is present, once, everywhere. Sourced, never run.
#
# Needs lib.sh and the variables data (the instance) and site. RANDOM seeds what the workers choose.

: "${scratch:?}" "${data:?}" "${site:?}"
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

load_start() {
    local worker
    for worker in residents clerks channels; do
        "$worker" &
        workers+=("$!")
    done
}

# load_worked: was something done of each kind?
load_worked() {
    [[ -s $scratch/resolved && -s $scratch/answered ]]
}

# load_stop: ends the workers, each after what it is doing, and waits until all is at rest.
load_stop() {
    local pid
    touch "$scratch/stop"
    for pid in "${workers[@]}"; do
        wait "$pid" || fail "a worker gave up: $(tail -n 3 "$scratch/submit.err")"
    done
    workers=()
    wait_until 60 "all services answer" paidan "$data" ping
    wait_until 120 "services caught up" quiet "$data"
}

# same WHAT LEFT RIGHT: two sorted lists are equal.
same() {
    diff "$scratch/$2" "$scratch/$3" >"$scratch/diff" || {
        head "$scratch/diff"
        fail "$1"
    }
}

# all_in WHAT LEFT RIGHT: each line of a sorted list is in the other.
all_in() {
    comm -23 "$scratch/$2" "$scratch/$3" >"$scratch/diff"
    [[ ! -s $scratch/diff ]] || fail "$1: $(head -n 3 "$scratch/diff")"
}

# numbers_count: the numbers that submits were acknowledged with go to $scratch/numbers, sorted.
numbers_count() {
    cat "$scratch"/acknowledged/* >"$scratch/pairs"
    cut -f 2 "$scratch/pairs" | sort >"$scratch/numbers"
    note "$(wc -l <"$scratch/numbers") numbers acknowledged," \
        "$(wc -l <"$scratch/repeated" 2>/dev/null || echo 0) batches repeated," \
        "$(wc -l <"$scratch/resolved") resolved, $(wc -l <"$scratch/answered") answered," \
        "$(grep -c restart_seconds "$data/log/supervisor.log") restarts"
    [[ -s $scratch/numbers ]] || fail "nothing was submitted"
    [[ -s $scratch/resolved && -s $scratch/answered ]] || fail "nothing was resolved or answered"
    expect "numbers given twice" "$(uniq -d "$scratch/numbers")" ""
    expect "acknowledged without number" "$(awk -F '\t' '$2 == ""' "$scratch/pairs")" ""
}

# load_count: exactly once at every service: in intake's log one registration, in triage's log a
# decision, in escalation one ticket for each that was routed; each step of a clerk and each answer
# that was acknowledged is in the logs; no deadline fired twice; the logs verify and replay.
load_count() {
    local name
    numbers_count
    for name in "${SERVICES[@]}"; do
        paidan "$data" log dump "$name" --json >"$scratch/log.$name" || fail "log dump $name"
    done
    jq -r 'select(has("registered")) | .number' "$scratch/log.intake" | sort >"$scratch/registered"
    same "intake's log does not hold exactly the numbers that were given" numbers registered
    jq -r 'select(has("routed") or has("desked")) | .number' "$scratch/log.triage" |
        sort -u >"$scratch/triaged"
    same "triage decided on other tickets than those" numbers triaged
    { tickets_opened "$data"; tickets_on_desk "$data"; } | sort >"$scratch/found"
    same "escalation and the desk do not hold each ticket exactly once" numbers found

    jq -r 'select(has("resolved")) | .number' "$scratch/log.escalation" | sort >"$scratch/resolved.log"
    sort "$scratch/resolved" >"$scratch/resolved.told"
    all_in "acknowledged as resolved and lost" resolved.told resolved.log
    jq -r 'select(has("answered")) | .number' "$scratch/log.callback" | sort >"$scratch/answered.log"
    cut -d ' ' -f 1 "$scratch/answered" | sort >"$scratch/answered.told"
    all_in "acknowledged as answered and lost" answered.told answered.log

    # No two equal (ticket, clock, level, due) among raises, warnings and cards.
    jq -c 'select(has("raised") or has("warned") or has("carded")) |
        [.number, (.raised // .warned // .carded | .clock, .due_ms, .level, .from_level)] +
        [has("raised"), has("warned")] | select(.[1] != null)' "$scratch/log.escalation" |
        sort | uniq -d >"$scratch/twice"
    [[ ! -s $scratch/twice ]] || fail "fired twice: $(head -n 3 "$scratch/twice")"
    note "$(jq -c 'select(has("raised"))' "$scratch/log.escalation" | wc -l) raises, none twice"

    paidan "$data" stats || fail "stats do not agree"
    logs_hold "$data"
}
