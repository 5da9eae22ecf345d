#!/usr/bin/env bash
# A full disk and a full map: intake stops taking tickets with STORAGE_FULL, reading goes on, nothing
# that was acknowledged is lost, and when there is room the same processes go on by themselves.
# ctest: cost 60
source "$(dirname "$0")/lib.sh"

source "$(dirname "$0")/lib_people.sh"

site=$PAIDAN_ROOT/deploy/sites/demo

# What comes in over HTTP while there is no room is refused as that: 507, in both languages; and whoever sends people here
# learns that he should not (readyz names the service).
http_full() {
    local channel name
    channel=$(jq -r '.roles[0].channel' "$scratch/me.$1")
    expect "a ticket over HTTP" "$(as "$1" -H "$json" -d "$(jq -n --arg channel "$channel" \
        '{channel: $channel, text: ("路灯不亮，晚上看不清路。" * 1000)}')" "$api/tickets")" 507
    expect "its code" "$(code)" STORAGE_FULL
    [[ $(jq -r '.zh | length' "$scratch/body") -gt 3 && $(jq -r '.en | length' "$scratch/body") -gt 3 ]] || fail "507 without sentences"
    grep -qi '^content-type: application/problem+json' "$scratch/head" || fail "507 is no problem+json"
    grep -qi '^retry-after: ' "$scratch/head" || fail "507 does not say when to come back"
    name=$scratch/photo.jpg
    printf '\xff\xd8\xff\xe0' >"$name"
    expect "a photo" "$(as "$1" --data-binary "@$name" "$api/media")" 507
    expect "its code" "$(code)" STORAGE_FULL
    expect "reading goes on" "$(as "$1" "$api/me")" 200
    expect "readyz" "$(curl -s -o "$scratch/body" -w '%{http_code}' "$http/readyz")" 503
    jq -e '.ready == false and (.storage_full | index("intake")) and .services.intake' "$scratch/body" >/dev/null ||
        fail "readyz does not say which: $(cat "$scratch/body")"
    expect "healthz" "$(curl -s -o /dev/null -w '%{http_code}' "$http/healthz")" 200
    grep -qE '^paidan_gateway_service_full\{.*to="intake".*\} 1$' <<<"$(curl -s "$http/metrics")" || fail "metrics do not say it"
}
ready() {
    [[ $(curl -s -o /dev/null -w '%{http_code}' "$http/readyz") == 200 ]]
}

# A table of some hundred tickets with long texts: PREFIX keeps their external ids apart.
bulky() {
    awk -v prefix="$1" 'BEGIN {
        text = "路灯不亮，晚上出门看不清路，老人孩子都不敢下楼，请尽快派人来修。"
        for (i = 0; i < 7; i++) text = text text
        print "external_id\ttext"
        for (i = 0; i < 400; i++) print prefix "-" i "\t" text
    }'
}

# submit_until_full DATA: submits until it is refused; acknowledged numbers go to $scratch/numbers.
submit_until_full() {
    local batch
    for ((batch = 1; batch <= 200; batch++)); do
        bulky "batch$batch" >"$scratch/bulky.tsv"
        if ! timeout 240 "$PAIDAN_BIN/paidan" --data "$1" submit --channel wechat --timeout 15 \
            --from "$scratch/bulky.tsv" --json >"$scratch/out" 2>"$scratch/err"; then
            json_all number <"$scratch/out" >>"$scratch/numbers"
            grep -q STORAGE_FULL "$scratch/out" "$scratch/err" || {
                cat "$scratch/err" >&2
                fail "submitting ended without STORAGE_FULL"
            }
            note "full after $(wc -l <"$scratch/numbers") tickets: $(head -n 1 "$scratch/err")"
            return 0
        fi
        json_all number <"$scratch/out" >>"$scratch/numbers"
    done
    fail "never full"
}

# nothing_lost DATA: each acknowledged number is still there, and is found.
nothing_lost() {
    sort -u "$scratch/numbers" >"$scratch/given"
    { tickets_opened "$1"; tickets_on_desk "$1"; } | sort -u >"$scratch/found"
    comm -23 "$scratch/given" "$scratch/found" >"$scratch/lost"
    [[ ! -s $scratch/lost ]]
}

accepts() {
    timeout 30 "$PAIDAN_BIN/paidan" --data "$1" submit --channel wechat --text '还有一件事' >/dev/null 2>&1
}

reads() {
    paidan "$1" list >/dev/null 2>&1
}

# 1. The disk: a small file system of its own, filled up by a file that is then taken away.
disk() {
    local data=$scratch/disk pids hotline
    mkdir "$data"
    if ((EUID != 0)) || ! mount -t tmpfs -o size=320m paidan-test "$data" 2>/dev/null; then
        note "no right to mount a small file system: only the full map is tried"
        return
    fi
    mounts+=("$data")
    : >"$scratch/numbers"
    people_start
    hotline=$(account hotline)
    expect "login" "$(login "$hotline")" 200
    pids=$(cat "$data"/run/*.pid)
    paidan "$data" submit --channel wechat --text '第一件事' --json | json_all number >>"$scratch/numbers"
    # Leaves a little: less than intake keeps in reserve.
    fallocate -l "$(($(df --output=avail -B1 "$data" | tail -n 1) - 80 * 1024 * 1024))" "$data/ballast"
    submit_until_full "$data"
    paidan "$data" ping --json | jq -se 'any(.. | objects; .storage_full == true)' >/dev/null ||
        fail "ping does not show storage_full"
    paidan "$data" list >/dev/null || fail "reading stops with the disk full"
    wait_until 20 "readyz learns it" bash -c "[[ \$(curl -s -o /dev/null -w '%{http_code}' '$http/readyz') == 503 ]]"
    http_full "$hotline"
    # Not even room for what was accepted already.
    dd if=/dev/zero of="$data/ballast2" bs=64k status=none 2>/dev/null
    paidan "$data" list >/dev/null || fail "reading stops with the disk full to the last block"
    rm "$data/ballast" "$data/ballast2"
    wait_until 60 "goes on when there is room" accepts "$data"
    wait_until 60 "services caught up" quiet "$data"
    wait_until 60 "nothing lost" nothing_lost "$data"
    wait_until 20 "ready again" ready
    expect "process ids" "$(cat "$data"/run/*.pid)" "$pids"
    # Who is killed while the disk is full to the last block comes back and can be read.
    dd if=/dev/zero of="$data/ballast" bs=64k status=none 2>/dev/null
    dd if=/dev/zero of="$data/ballast2" bs=512 status=none 2>/dev/null
    service_kill "$data" escalation
    wait_until 60 "a service starts with the disk full" reads "$data"
    rm "$data/ballast" "$data/ballast2"
    wait_until 60 "services caught up" quiet "$data"
    paidan "$data" stats || fail "stats do not agree"
    logs_hold "$data"
    instance_stop "$data"
    note "full disk: ok"
}

# 2. The map: stores of 96 MiB, restarted with the usual size.
map() {
    local data=$scratch/map
    : >"$scratch/numbers"
    PAIDAN_SERVICE_ARGUMENTS='--map-mib 96' instance_start "$data" "$site"
    submit_until_full "$data"
    paidan "$data" list >/dev/null || fail "reading stops with the map full"
    instance_stop "$data"
    instance_start "$data" "$site"
    wait_until 60 "goes on with a larger map" accepts "$data"
    wait_until 60 "services caught up" quiet "$data"
    wait_until 60 "nothing lost" nothing_lost "$data"
    paidan "$data" stats || fail "stats do not agree"
    logs_hold "$data"
    note "full map: ok"
}

# 3. Starting on a disk without room: for a folder, and for the stores, of which the services die.
start() {
    local data=$scratch/start language
    mkdir "$data"
    if ((EUID != 0)) || ! mount -t tmpfs -o size=1m,nr_inodes=2 paidan-test "$data" 2>/dev/null; then
        note "no right to mount a small file system: a start without room is not tried"
        return
    fi
    mounts+=("$data")
    for language in zh en; do
        "$PAIDAN_ROOT/deploy/up" --lang "$language" --no-feed --site "$site" --data "$data" >"$scratch/said" 2>&1
        expect "status of a start without room for a folder" "$?" 73
        if [[ $language == zh ]]; then
            grep -qF "：磁盘已满。文件系统 $data 还有 " "$scratch/said" || fail "up: $(cat "$scratch/said")"
        else
            grep -qF ": No space left on device. The file system $data has " "$scratch/said" || fail "up: $(cat "$scratch/said")"
        fi
    done
    rm -rf "${data:?}"/*
    mount -o remount,nr_inodes=0,size=32k "$data" || fail remount
    "$PAIDAN_ROOT/deploy/up" --lang zh --no-feed --site "$site" --data "$data" >"$scratch/said" 2>&1
    expect "status of a start without room for the stores" "$?" 73
    grep -qF "写不了 $data：磁盘已满。文件系统 $data 还有 " "$scratch/said" || fail "up: $(cat "$scratch/said")"
    [[ ! -e $data/site.path ]] || fail "a start that failed keeps the site's name"
    note "start on a full disk: ok"
}

disk
map
start
note "storage full: ok"
