#!/usr/bin/env bash
# WeChat and WeCom through the doors that they really use: a stand-in of the platforms sends sealed callbacks, by two
# packages that others wrote, and has an interface with tokens, windows, quotas and errors. Dialogues in every mode
# to a ticket, to the callback and its answer; strangers; kills at any moment; a platform that is away.
# ctest: cost 60
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/lib_wechat.sh"

SERVICES+=(wechat) # its log is shown and verified as the others are
data=$scratch/data
mkdir -p "$data"
wechat_prepare "$data" "draft: 10s"
instance_start "$data" "$wechat_site" 1 "2026-03-02 10:00"
answers() { curl -s -o /dev/null --max-time 5 "$door/"; }
wait_until 60 "the door is open" answers

note "1. addresses, envelopes, strangers, repetitions"
story addresses
story envelopes 200
story strangers
story again

note "2. a dialogue in every mode, to a ticket"
declare -A number=() person=()
for code in official compatible plain wecom robot; do
    read -r who ticket way < <(story report "$code")
    [[ $ticket =~ ^20260302-[0-9]{4,8}-[0-9]$ ]] || fail "$code: the number is '$ticket'"
    person[$code]=$who number[$code]=$ticket
    expect "$code: its channel" "$(paidan "$data" show "$ticket" --json | jq -r .channel)" wechat
    note "   $code: $ticket, $way"
done
story mine "${person[official]} ${number[official]}"

late=$(story odd)
expect "what came late stands where it was said" "$(paidan "$data" show "$late" --json | jq -r '.text | split("\n") | map(.[6:8]) | join(" ")')" "先是 后来"

note "2b. pictures and voices become files of ours, which the tickets name"
if [[ -x $PAIDAN_BIN/paidan-media ]]; then
    python3 "$PAIDAN_ROOT/tests/support/photos" "$scratch" || fail "photos"
    story pictures "$scratch/place.jpg" >"$scratch/pictures"
    while read -r ticket code; do
        case $code in
            robot) count=2 ;;
            lost) continue ;;
            *) count=1 ;;
        esac
        wait_until 60 "$code: $count files of $ticket" pictures_are_there "$data" "$count" "$ticket"
    done <"$scratch/pictures"
    expect "what rides along is gone" "$(grep -rlaF -e Exif -e trailing "$data/media/wechat" | wc -l)" 0
    expect "a voice" "$(find "$data/media/wechat" -name '*.amr' | wc -l)" 1
    expect "the lost one stands among the dead" \
        "$(paidan "$data" outbox list --dead --json | jq -r '[.. | objects | select(.to? == "media" and .dead? == true)] | length')" 1
    note "   $(find "$data/media/wechat" -name '*.small' | wc -l) pictures, a voice"
fi

note "3. the callback comes to the resident and is answered there"
# solve NUMBER: the unit does its work.
solve() {
    local unit
    unit=$(paidan "$data" show "$1" --json | jq -r .unit)
    [[ $unit != null && -n $unit ]] || return 1
    paidan "$data" work accept "$1" --unit "$unit" >/dev/null &&
        paidan "$data" work contact "$1" --unit "$unit" >/dev/null &&
        paidan "$data" work resolve "$1" --unit "$unit" --note "已修好" >/dev/null
}
routed() { [[ $(paidan "$data" show "$1" --json | jq -r '.unit // empty') != '' ]]; }
closed() { [[ $(paidan "$data" show "$1" --json | jq -r '"\(.state) \(.outcome)"') == "closed solved" ]]; }
for code in official wecom; do
    wait_until 30 "$code: it has a unit" routed "${number[$code]}"
    solve "${number[$code]}" || fail "$code: the work on ${number[$code]}"
    story callback "$code ${person[$code]} ${number[$code]}"
    wait_until 30 "$code: closed as solved" closed "${number[$code]}"
done

note "4. what the platform refuses, and tokens that end"
story refusals
story tokens

note "   whom no message reaches is telephoned"
gone=${number[compatible]}
platform_do personSet '"compatible"' "\"${person[compatible]}\"" '{"follows": false}' >/dev/null
wait_until 30 "it has a unit" routed "$gone"
paidan "$data" work accept "$gone" --unit "$(paidan "$data" show "$gone" --json | jq -r .unit)" >/dev/null || fail "accept $gone"
# phoned FILTER: of the call about that ticket on the list.
phoned() { paidan "$data" phone list --json | jq -er --arg number "$gone" ".calls[] | select(.number == \$number) | $1"; }
wait_until 60 "it is on the list" phoned .call >/dev/null
call=$(phoned .call)
expect "what is to be told" "$(phoned .about)" accepted
grep -qwE '1[3-9][0-9]{9}' <<<"$(paidan "$data" phone list)" && fail "a number in the list"
paidan "$data" phone take "$call" --actor wang >"$scratch/call" || fail "phone take"
grep -q "$gone" "$scratch/call" || fail "no words to say: $(cat "$scratch/call")"
paidan "$data" phone missed "$call" --actor wang >/dev/null || fail "phone missed"
expect "tries" "$(phoned .tries)" 1
paidan "$data" phone "done" "$call" --actor wang >/dev/null || fail "phone done"
phoned .call >/dev/null && fail "it is still on the list"

note "5. a secret is replaced while both hold"
secret_write "$data" official.token.next <<<"another-token"
platform_do accountSet '"official"' '{"token": "another-token"}' >/dev/null
sleep 1.1 # secrets are read again once a second
story addresses
printf 'another-token\n' | secret_write "$data" official.token
rm -f "$data/secrets/wechat/official.token.next"

# settled: has every service heard what those that it follows have said?
settled() {
    paidan "$data" ping --json 2>/dev/null | jq -se '
        [.. | objects | select(has("following")) | .following] | length > 0 and all(.[][]; .cursor == .head)' >/dev/null
}
tickets() { { tickets_opened "$data"; tickets_on_desk "$data"; } | sort -u | wc -l; }

note "6. killed between commit and answer, thirty times: one ticket a message, nobody is left without a number"
wait_until 60 "drafts of before are filed" settled
before=$(tickets)
platform_do set '{"retryMs": 2000}' >/dev/null
story killed 60 >"$scratch/killed" &
teller=$!
for ((turn = 0; turn < 30; turn++)); do
    sleep "0.$((RANDOM % 9 + 1))"
    kill -0 "$teller" 2>/dev/null || break
    service_kill "$data" wechat
done
wait "$teller" || fail "$(cat "$scratch/killed")"
cat "$scratch/killed"
wait_until 60 "services caught up" settled
expect "tickets of 60 messages" "$(($(tickets) - before))" 60
platform_do set '{"retryMs": 500}' >/dev/null

note "7. the platform is away for a while: what was to be said is said when it is back, once"
story away

note "8. its logs"
logs_hold "$data"
if grep -rE '锦绣苑|着火|openid|s3cret' "$data"/log/*.log; then
    fail "a log line holds what a resident said"
fi
note "wechat: ok"
