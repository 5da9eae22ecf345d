#!/usr/bin/env bash
# Each site that is shipped: it passes the check, and a ticket that nobody touches climbs from the
# lowest level to the highest, where it gets its red card.
# ctest: cost 160
source "$(dirname "$0")/lib.sh"

# climbed DATA NUMBER LEVEL: has the ticket come to that level and got its red card?
climbed() {
    local shown
    shown=$(paidan "$1" show "$2" --json 2>/dev/null) || return 1
    [[ $(json_first level <<<"$shown") == "$3" ]] && grep -qiE '"(card_)?red"' <<<"$shown"
}

# placed DATA NUMBER: does escalation or the desk have it?
placed() {
    grep -qxF "$2" <<<"$(tickets_opened "$1"; tickets_on_desk "$1")"
}

for site in "$PAIDAN_ROOT"/deploy/sites/*/; do
    [[ -e $site/site.yaml ]] || continue # a folder of examples
    site=${site%/} name=$(basename "$site") data=$scratch/$(basename "$site")
    note "$name"
    "$PAIDAN_BIN/paidan" check "$site" || fail "check $name"
    levels=$("$PAIDAN_BIN/paidan" check "$site" --json | json_first levels)
    # Two hours a second, from a Monday morning on.
    instance_start "$data" "$site" 7200
    # The last area lies deepest in every tree that lists parents before children.
    area=$(column "$site/areas.csv" code | tail -n 1)
    place=$(column "$site/areas.csv" name | tail -n 1)
    word=$(column "$site/categories.csv" keywords | head -n 1)
    category=$(awk -F, 'NR > 1 && /[|]/ { print $1; exit }' "$site/categories.csv")
    channel=$(paidan "$data" submit --channel wechat --text "$place${word%%|*}，一直没人管" \
        --place "$place" --json) || fail "submit"
    number=$(json_first number <<<"$channel")
    wait_until 60 "$number is placed" placed "$data" "$number"
    if grep -qxF "$number" <<<"$(tickets_on_desk "$data")"; then
        level=$(awk -F, -v code="$area" '$1 == code { print $3 }' "$site/areas.csv")
        unit=$(awk -F, -v level="$level" '$3 == level { print $1; exit }' "$site/units.csv")
        paidan "$data" desk dispatch "$number" --category "$category" --unit "$unit" \
            --area "$area" || fail "dispatch"
    fi
    wait_until 240 "$number climbs $levels levels" climbed "$data" "$number" "$levels"
    wait_until 60 "services caught up" quiet "$data"
    paidan "$data" show "$number"
    paidan "$data" explain "$number" || fail "explain"
    paidan "$data" stats || fail "stats do not agree"
    instance_stop "$data"
    logs_hold "$data"
done
note "sites: ok"
