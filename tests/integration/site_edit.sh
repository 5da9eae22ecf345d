#!/usr/bin/env bash
# A site is edited while tickets are open: a renamed unit keeps them, a removed one loses them to the
# owner of now, check says so before, and a reload that is refused is told by ping and alarms.
source "$(dirname "$0")/lib.sh"

site=$scratch/site data=$scratch/data
check=("$PAIDAN_BIN/paidan" check "$site" --data "$data" --json)

hup() {
    local name
    for name in "${SERVICES[@]}"; do
        kill -HUP "$(<"$data/run/$name.pid")"
    done
}
# has UNIT COUNT: so many open tickets are the unit's.
has() {
    [[ $(paidan "$data" list --unit "$1" --json 2>/dev/null | grep -o '"number"' | wc -l) == "$2" ]]
}
refused() {
    grep -q '"site_refused"' <<<"$(paidan "$data" ping --json)"
}
not_refused() {
    ! refused
}

"$PAIDAN_BIN/paidan" new-site "$site" --communities 东湖社区,西湖社区 </dev/null || fail "new-site"
"$PAIDAN_BIN/paidan" check "$site" --strict || fail "a new site has no warning"
# On a Monday morning: callbacks are handed out in calling hours only.
instance_start "$data" "$site" 1 "2026-03-02 09:30"
for text in 东湖社区垃圾没人清运 东湖社区路灯不亮 西湖社区垃圾没人清运; do
    paidan "$data" submit --channel hotline --text "$text" >/dev/null || fail "submit"
done
wait_until 30 "two are c1-office's" has c1-office 2
wait_until 30 "one is c2-office's" has c2-office 1

# c1-office is renamed, c2-office wound up without a successor.
sed -i -e '1s/$/,was/' -e '2,$s/$/,/' -e 's/^c1-office\(.*\),$/c1-hall\1,c1-office/' \
    -e '/^c2-office/d' "$site/units.csv"
sed -i -e 's/c1-office/c1-hall/' -e '/c2-office/d' "$site/matrix.csv"
told=$("${check[@]}") || fail "check --data"
expect "codes that went" "$(grep -c '"kind": "unit"' <<<"$told")" 2
grep -q '"now": "c1-hall"' <<<"$told" || fail "check does not name the heir"
hup
wait_until 30 "c1-hall has them" has c1-hall 2
wait_until 30 "the fallback has the third" has community-duty 1

printf 'code,name\n"' >"$site/areas.csv.bad"
cp "$site/areas.csv" "$scratch/areas.csv"
cp "$site/areas.csv.bad" "$site/areas.csv"
hup
wait_until 30 "ping tells of the refusal" refused
# Each service reads by itself: ping may know of another one's refusal.
alarmed() {
    grep -q '"site_refused": {' <<<"$(paidan "$data" alarms --json)"
}
wait_until 30 "alarms tell of it" alarmed
cp "$scratch/areas.csv" "$site/areas.csv"
rm "$site/areas.csv.bad"
hup
wait_until 30 "it is taken" not_refused

# The channel of a callback goes without a successor: an alarm until it has one.
strays() {
    [[ $(paidan "$data" alarms --json 2>/dev/null | grep -o '"stray_callback_count": [0-9]*') == *" $1" ]]
}
number=$(paidan "$data" list --unit community-duty --json | grep -oE '[0-9]{8}-[0-9]{4,}-[0-9]' | head -1)
paidan "$data" work accept "$number" --unit community-duty >/dev/null || fail "accept"
paidan "$data" work resolve "$number" --unit community-duty --note 已清运 >/dev/null || fail "resolve"
asked() { grep -q "$number" <<<"$(paidan "$data" callback list --peek --json)"; }
wait_until 30 "the resident is asked" asked
strays 0 || fail "an alarm for a channel that is there"
sed -i -e 's/code: hotline/code: line/' -e 's/callback: hotline/callback: line/' "$site/site.yaml"
grep -q '"kind": "channel"' <<<"$("${check[@]}")" || fail "check does not tell of the channel"
hup
wait_until 30 "its callback is an alarm" strays 1
grep -q '回访渠道已撤，无人可回访 1' <<<"$(paidan "$data" alarms --lang zh)" || fail "alarms in Chinese"
sed -i 's/code: line/code: line, was: hotline/' "$site/site.yaml"
hup
wait_until 30 "it has an heir" strays 0
grep -q "$number" <<<"$(paidan "$data" callback list --channel line --json)" || fail "pull under the new code"
# Without an instance the stores tell the same; of another instance there is nothing.
sed -i 's/code: line, was: hotline/code: phone/' "$site/site.yaml"
sed -i 's/callback: line/callback: phone/' "$site/site.yaml"
open_of() { sed -e '/from_stores/d' -e '/"site_version"/d'; }
wait_until 30 "everybody has heard of it" quiet "$data"
running=$("${check[@]}" | open_of)
grep -q '"callbacks": 1' <<<"$running" || fail "check does not count the callback"
instance_stop "$data"
stopped=$("${check[@]}") || fail "check --data without an instance"
grep -q '"from_stores": true' <<<"$stopped" || fail "check does not say that it read the stores"
expect "what is open" "$(open_of <<<"$stopped")" "$running"
"$PAIDAN_BIN/paidan" check "$site" --data "$scratch/nowhere" >/dev/null 2>&1 && fail "no data, no word"
sed -i 's/code: phone/code: line, was: hotline/' "$site/site.yaml"
logs_hold "$data"
note "site_edit: ok"
