#!/usr/bin/env bash
# What an operator does: metrics for Prometheus, all logs at once, an edited site in force or refused,
# versions; and that the demo's site, checked and reloaded, does what the runbook says.
# ctest: cost 12
source "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2154  # scratch comes from lib.sh
data=$scratch/d site=$scratch/site
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$site"
instance_start "$data" "$site"
paidan "$data" submit --channel wechat --place 锦绣苑3号楼 --text '楼道里堆满了纸箱，消防通道堵住了' >/dev/null || fail submit
wait_until 30 "everybody has heard of it" quiet "$data" # what is counted here stays as it is

note "metrics"
paidan "$data" metrics >"$scratch/all" || fail metrics
expect "families told twice" "$(grep '^# TYPE' "$scratch/all" | sort | uniq -d)" ''
expect "HELP and TYPE" "$(grep -c '^# HELP' "$scratch/all")" "$(grep -c '^# TYPE' "$scratch/all")"
expect "samples without a service" "$(grep -v '^#' "$scratch/all" | grep -vc '{service="[a-z]*"')" 0
expect "samples twice" "$(grep -v '^#' "$scratch/all" | sed 's/ [^ ]*$//' | sort | uniq -d)" ''
# Samples of one family stand together, after its TYPE.
awk '/^# TYPE/ { family = $3; next } /^#/ { next }
     { name = $1; sub(/[{].*/, "", name); sub(/_(bucket|sum|count)$/, "", name)
       plain = family; sub(/_(bucket|sum|count)$/, "", plain); if (name != plain) exit 1 }' "$scratch/all" ||
    fail "a sample stands outside its family"
for name in "${SERVICES[@]}"; do
    paidan "$data" metrics "$name" >"$scratch/$name.metrics" || fail "metrics $name"
    wanted=$(grep -c '^paidan_tally' "$scratch/$name.metrics")
    expect "tallies of $name" "$(grep -c "^paidan_tally{service=\"$name\"" "$scratch/all")" "$wanted"
done
if command -v promtool >/dev/null; then
    for file in all "${SERVICES[@]/%/.metrics}"; do
        promtool check metrics <"$scratch/$file" >"$scratch/lint" 2>&1 || fail "promtool: $(cat "$scratch/lint")"
    done
else
    note "promtool is missing (apt-get install prometheus): the exposition is not checked by it"
fi

note "all logs at once"
expect "verify" "$(paidan "$data" log verify --json | jq -c '[.[] | [.service, .good]]')" \
    '[["intake",true],["triage",true],["escalation",true],["callback",true],["access",true],["archive",true]]'
expect "replay" "$(paidan "$data" log replay --json | jq -c '[.[].good]')" '[true,true,true,true,true,true]'
expect "lines of verify" "$(paidan "$data" log verify | wc -l)" 6
paidan "$data" log verify nobody 2>/dev/null && fail "a service that is none"

note "a service that is down costs its own samples"
pid=$(cat "$data/run/callback.pid")
kill -STOP "$pid"
# The others have eight seconds for an answer, which is not always enough on a busy machine.
one_is_silent() {
    paidan "$data" metrics --timeout 8 >"$scratch/three" 2>"$scratch/err"
    expect "status with one silent" "$?" 69
    grep -q '^paidan_up{service="callback"} 0$' "$scratch/three" || fail "paidan_up"
    grep -q '^paidan_log_head{service="intake"}' "$scratch/three"
}
wait_until 60 "the others are there" one_is_silent
kill -CONT "$pid"

note "reload"
reload() {
    "$PAIDAN_ROOT/deploy/reload" --data "$data" >"$scratch/reload" 2>&1
}
reload || fail "reload of an unchanged site: $(cat "$scratch/reload")"
sed -i '0,/楼栋\/小区/s//小区/' "$site/site.yaml"
reload || fail "reload of a good edit: $(cat "$scratch/reload")"
expect "services with the new site" "$(grep -c 'the new site is in force' "$scratch/reload")" 6
LC_ALL=zh_CN.UTF-8 "$PAIDAN_ROOT/deploy/reload" --data "$data" >"$scratch/reload" 2>&1 || fail "reload in Chinese"
expect "in Chinese" "$(grep -c '新配置已生效' "$scratch/reload")" 6
cp "$site/units.csv" "$scratch/units.csv"
head -n 2 "$scratch/units.csv" | tail -n 1 >>"$site/units.csv"
reload
expect "status of a site with a mistake" "$?" 78
grep -q 'units.csv' "$scratch/reload" || fail "the mistake is not named: $(cat "$scratch/reload")"
cp "$scratch/units.csv" "$site/units.csv"
reload || fail "reload after mending: $(cat "$scratch/reload")"
# Good by itself, but not for this instance: its levels are fixed. The services say so.
cp -r "$site" "$scratch/kept"
sed -i 's/\bestate\b/house/g' "$site"/*.csv "$site/site.yaml"
reload
expect "status of a site that the services refuse" "$?" 78
expect "services that refuse" "$(grep -c 'refused, the old one stays in force: the levels' "$scratch/reload")" 6
cp "$scratch/kept"/*.csv "$scratch/kept/site.yaml" "$site"
reload || fail "reload after the levels came back: $(cat "$scratch/reload")"
"$PAIDAN_ROOT/deploy/reload" --data "$scratch/nothing" >/dev/null 2>&1
expect "status without an instance" "$?" 69
"$PAIDAN_ROOT/deploy/reload" --wrong >/dev/null 2>&1
expect "status of a wrong argument" "$?" 64
instance_stop "$data"
reload
expect "status of one that does not run" "$?" 69

note "hints"
# Typed as they are printed, from a folder elsewhere, with blanks and quotes in the data's name.
mkdir "$scratch/else" && cd "$scratch/else" || fail cd
odd="a b'c"
instances+=("$scratch/else/$odd")
"$PAIDAN_ROOT/deploy/up" --no-feed --data "$odd" >"$scratch/hints" 2>&1 || fail "up: $(cat "$scratch/hints")"
hint() {
    local line
    line=$(sed -n "s/^  $1 *//p" "$scratch/hints")
    [[ -n $line ]] || fail "no hint '$1'"
    eval "$line" >"$scratch/hinted" 2>&1 || fail "$line: $(cat "$scratch/hinted")"
}
hint tickets:
hint 'new site:'
hint 'to stop:'
grep -q '^Stopped: ' "$scratch/hinted" || fail "not stopped: $(cat "$scratch/hinted")"

note "versions"
for name in '' -demo "${SERVICES[@]/#/-}"; do
    grep -qE "^paidan$name [0-9]+\.[0-9]+" <<<"$("$PAIDAN_BIN/paidan$name" --version)" || fail "paidan$name --version"
done
note "operator: ok"
