#!/usr/bin/env bash
# torture.sh [MINUTES]: everything that a machine does to a service, at random moments, under load:
# SIGKILL at one or all, SIGSTOP and SIGCONT, failing fdatasync and pwrite and a full disk (strace
# makes the calls fail, in the middle of work and while a service starts), a clock that is set forward
# and back, and thousands of connections that ask and never read. Afterwards each number that was
# acknowledged exists exactly once at every service, and the logs verify and replay.
#
# Without MINUTES about half a minute of harm. SEED chooses the faults (printed); DEAF how many
# connections never read (default 2000, shared among the services). Without strace or the right to
# use it no call is made to fail.
# ctest: cost 45
source "$(dirname "$0")/lib.sh"

[[ ${1:-} =~ ^[0-9]{0,4}$ ]] || fail "usage: torture.sh [MINUTES]"
readonly STEP_HOURS=2
seed=${SEED:-$((SRANDOM % 32768))}
minutes=${1:-0}
seconds=$((minutes > 0 ? minutes * 60 : 25))
deaf=${DEAF:-2000}
RANDOM=$seed
data=$scratch/d site=$PAIDAN_ROOT/deploy/sites/demo
source "$(dirname "$0")/lib_load.sh"
note "SEED=$seed, $seconds s, $deaf connections that never read"

# Calls that fail, as strace is told. LMDB writes by pwrite64, writev and fdatasync.
readonly FAULTS=(fdatasync:error=EIO pwrite64:error=EIO writev:error=EIO
    pwrite64:error=ENOSPC writev:error=ENOSPC)
declare -A harmed=()
helpers=()
talk=()

# fault: a call of a service that fails, the first or one of the next few times.
fault() {
    echo "inject=${FAULTS[RANDOM % ${#FAULTS[@]}]}:when=$((1 + RANDOM % 4))+$((3 + RANDOM % 20))"
}

# programs_wrap: the supervisor starts each service through a script that puts it under strace when
# $scratch/armed/SERVICE says which call shall fail. The process keeps its id.
programs_wrap() {
    local name program real=$PAIDAN_BIN
    mkdir "$scratch/bin" "$scratch/armed" "$scratch/strace"
    for program in "$real"/*; do
        ln -s "$program" "$scratch/bin/"
    done
    for name in "${SERVICES[@]}"; do
        rm "$scratch/bin/paidan-$name"
        cat >"$scratch/bin/paidan-$name" <<END
#!/usr/bin/env bash
armed=\$(cat "$scratch/armed/$name" 2>/dev/null) && rm "$scratch/armed/$name" &&
    exec strace -D -f -q -o "$scratch/strace/$name.\$\$" -e "\$armed" "$real/paidan-$name" "\$@"
exec "$real/paidan-$name" "\$@"
END
        chmod +x "$scratch/bin/paidan-$name"
    done
    PAIDAN_BIN=$scratch/bin
}

service_pid() {
    cat "$data/run/$1.pid" 2>/dev/null
}

# Each harm_* does one harm to a service. helpers are processes that end by themselves.
harm_kill() {
    service_kill "$data" "$1"
}

harm_kill_all() {
    local name
    for name in "${SERVICES[@]}"; do
        service_kill "$data" "$name"
    done
}

harm_stop() {
    local pid
    pid=$(service_pid "$1") || return 0
    {
        kill -STOP "$pid"
        sleep "$((RANDOM % 4)).$((RANDOM % 10))"
        kill -CONT "$pid"
    } 2>/dev/null &
    helpers+=("$!")
}

harm_call() {
    local pid
    pid=$(service_pid "$1") || return 0
    timeout 2 strace -f -q -p "$pid" -o "$scratch/strace/$1.at$SECONDS" -e "$(fault)" 2>/dev/null &
    helpers+=("$!")
}

harm_start() {
    fault >"$scratch/armed/$1"
    service_kill "$data" "$1"
}

# Services read the clock's file when they start.
harm_clock() {
    local real site_ms
    real=$(date +%s%3N)
    read -r _ epoch_real epoch_site rate <"$data/clock"
    site_ms=$((epoch_site + (real - epoch_real) * rate + (RANDOM % (120 * STEP_HOURS) - 60 * STEP_HOURS) * 60000))
    echo "scaled $real $site_ms $rate" >"$data/clock.new"
    mv "$data/clock.new" "$data/clock"
    harm_kill_all
}

harms=(kill kill kill kill kill_all stop stop stop stop call call call start start start clock)
if ! strace -q -o "$scratch/probe" -e inject=fdatasync:error=EIO true 2>/dev/null; then
    note "no strace, or no right to use it: no call is made to fail"
    harms=(kill kill kill kill_all stop stop stop clock)
fi

# deaf_start: connections that never read, for each service; they go on until deaf_stop.
deaf_start() {
    local name file
    ((deaf > 0)) || return 0
    for name in "${SERVICES[@]}"; do
        mkfifo "$scratch/deaf.$name"
        "$PAIDAN_BIN/test-deaf" "$(cat "$data/run/$name.endpoint")" $((deaf / 4)) \
            <"$scratch/deaf.$name" >"$scratch/deaf.$name.out" &
        workers_deaf+=("$!")
        exec {file}>"$scratch/deaf.$name"
        talk+=("$file")
    done
}

deaf_stop() {
    local file pid
    for file in "${talk[@]}"; do
        exec {file}>&-
    done
    for pid in "${workers_deaf[@]}"; do
        wait "$pid" || fail "test-deaf: $(cat "$scratch"/deaf.*.out)"
    done
    cat "$scratch"/deaf.*.out 2>/dev/null
}

programs_wrap
workers_deaf=()
# Two minutes a second, in the hours of callbacks: deadlines expire and answers come while all this goes on.
instance_start "$data" "$site" 120 "2026-03-02 10:00"
wait_until 60 "services caught up" quiet "$data"
load_start
deaf_start
until=$((SECONDS + seconds))
while ((SECONDS < until)); do
    sleep "$((RANDOM % 2)).$((RANDOM % 10))"
    harm=${harms[RANDOM % ${#harms[@]}]}
    "harm_$harm" "${SERVICES[RANDOM % ${#SERVICES[@]}]}"
    harmed[$harm]=$((${harmed[$harm]:-0} + 1))
done
for pid in "${helpers[@]}"; do
    wait "$pid" 2>/dev/null
done
rm -f "$scratch"/armed/*
harm_kill_all
note "harms: $(for harm in "${!harmed[@]}"; do echo "$harm ${harmed[$harm]}"; done | sort | paste -sd,);" \
    "$(cat "$scratch"/strace/* 2>/dev/null | grep -c INJECTED) calls made to fail"
deaf_stop
wait_until 60 "there is work of each kind" load_worked
load_stop
expect "services given up" "$(grep -c 'restart=no' "$data/log/supervisor.log")" 0
load_count
note "torture: ok (SEED=$seed)"
