#!/usr/bin/env bash
# 公示 with the real processes: a solved ticket is proposed, one person writes, another one approves, the feeds and the
# screen in the hall show it and name nobody; it survives a kill, and is gone when the ticket is taken up again.
# ctest: cost 12
source "$(dirname "$0")/lib.sh"

data=$scratch/d
site=$scratch/site
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$site"
sed -i 's/^bulletin: .*/bulletin: {categories: [property], areas: [liulin], days: 7}/' "$site/site.yaml"
instance_start "$data" "$site"
wait_until 20 "the gateway's address" test -s "$data/run/gateway.http"
http=$(cat "$data/run/gateway.http")
wait_until 30 "the archive answers" bash -c "curl -s '$http/api/v1/bulletins' | jq -e '.bulletins | length == 0' >/dev/null"
feed() { curl -s --max-time 20 "$http/api/v1/bulletins$1"; }
shown() { [[ $(feed "${2:-}" | jq '.bulletins | length') == "$1" ]]; }
by() {
    local who=$1
    shift
    paidan "$data" bulletin "$@" --actor "$who"
}
refused() {
    local code=$1 said
    shift
    said=$("$@" 2>&1) && fail "not refused: $*"
    grep -qF "$code" <<<"$said" || fail "$*: no $code in: $said"
}

note "1. solved by the resident's word: proposed"
number=$(paidan "$data" submit --channel hotline --place 柳林小区3号楼 --text 楼上漏水没人修 --phone 13812345678 --reporter 张三 --json | jq -r .number)
assigned() { [[ $(paidan "$data" show "$number" --json | jq -r .state) == assigned ]]; }
wait_until 20 "a unit has it" assigned
unfit() {
    local said
    said=$(by wang draft "$number" 2>&1) && return 1
    grep -qF BULLETIN_UNFIT <<<"$said"
}
wait_until 20 "what is open is refused" unfit
unit=$(paidan "$data" show "$number" --json | jq -r .unit)
paidan "$data" accept "$number" --unit "$unit" >/dev/null || fail accept
paidan "$data" resolve "$number" --unit "$unit" --note '已更换水管，不再漏水' >/dev/null || fail resolve
answered() { paidan "$data" callback answer "$number" --solved yes --satisfied yes >/dev/null 2>&1; }
wait_until 20 "the callback is answered" answered
proposed() { [[ $(paidan "$data" bulletin list --proposed --json | jq -r '.bulletins[0].number') == "$number" ]]; }
wait_until 20 "it is proposed" proposed

note "2. written, reviewed by another person, published"
by wang draft "$number" --title '柳林小区：漏水已修好' >/dev/null || fail draft
refused SECOND_PERSON by wang approve "$number"
refused BULLETIN_PERSONAL by li approve "$number" --text '请打 13812345678'
expect "nothing yet" "$(feed '' | jq '.bulletins | length')" 0
by li approve "$number" --text '物业已更换水管。<b>谢谢</b>' >/dev/null || fail approve
wait_until 10 "it is public" shown 1
expect "of its area" "$(feed '?area=liulin' | jq -r '.bulletins[0].title')" '柳林小区：漏水已修好'
expect "an unknown area" "$(feed '?area=nowhere' | jq -r .code)" AREA_UNKNOWN
expect "drafts are not asked for" "$(feed '?state=draft' | jq '.bulletins | length')" 1
feed '' >"$scratch/feed"
# Whole values: a time may hold any few digits.
for word in 张三 13812345678 "$number" '"wang"' '"li"'; do
    grep -qF -- "$word" "$scratch/feed" && fail "$word is named: $(cat "$scratch/feed")"
done
expect "staff's list needs a login" "$(curl -s -o /dev/null -w '%{http_code}' "$http/api/v1/bulletins/work")" 401

note "3. Atom and the screen in the hall"
feed .atom >"$scratch/atom"
python3 - "$scratch/atom" <<'END' || fail "the feed: $(cat "$scratch/atom")"
import sys, xml.etree.ElementTree as tree
feed = tree.parse(sys.argv[1]).getroot()
atom = "{http://www.w3.org/2005/Atom}"
entries = feed.findall(atom + "entry")
assert feed.tag == atom + "feed" and len(entries) == 1
assert feed.find(atom + "id").text and feed.find(atom + "updated").text
assert entries[0].find(atom + "id").text.startswith("tag:")
assert entries[0].find(atom + "content").text == "物业已更换水管。<b>谢谢</b>"
END
# The screen's answers are a few seconds old.
screen() { grep -qF '漏水已修好' <<<"$(curl -s "$http/kiosk/frame$1")"; }
wait_until 20 "the screen shows it" screen ''
wait_until 20 "the screen of the place shows it" screen '?area=liulin'
screen '?area=yangguang' && fail "a screen elsewhere shows it"
grep -qF '&lt;b&gt;谢谢' <<<"$(curl -s "$http/kiosk/frame")" || fail "markup is no text"
grep -qF 'area=liulin' <<<"$(curl -s "$http/kiosk?area=liulin")" || fail "the outer page forgets the area"

note "4. kept over a kill; down with the ticket's reopening, by hand with a reason"
service_kill "$data" archive
wait_until 30 "it is still public" shown 1
refused NOTE_MISSING by wang withdraw "$number" --note ' '
by wang withdraw "$number" --note '居民有不同意见' >/dev/null || fail withdraw
wait_until 10 "it is down" shown 0
expect "why" "$(paidan "$data" bulletin list --json | jq -r '.bulletins[0].note')" '居民有不同意见'
grep -qF 已撤下 <<<"$(paidan "$data" bulletin list --lang zh)" || fail "the list in Chinese"
grep -qF 'taken down' <<<"$(paidan "$data" bulletin list --lang en)" || fail "the list in English"
quiet "$data" >/dev/null 2>&1 || true
instance_stop "$data"
paidan "$data" log replay archive >/dev/null || fail "folding archive's log gives other tables"
note "bulletin: ok"
