#!/usr/bin/env bash
# 保密: a ticket whose resident asked for confidence, through its whole life, with a canary in each thing that is his:
# words, place, title, name, phone, photo, supplement, chase, and what he answers. Whoever works for the unit finds none
# of them by any way; dispatcher, supervisor and hotline do. Then the caller's earlier tickets, and a call that nobody took.
source "$(dirname "$0")/lib.sh"

source "$(dirname "$0")/lib_people.sh"

people_start
hotline=$(account hotline) dispatcher=$(account dispatcher) clerk=$(account clerk) supervisor=$(account supervisor)
for name in "$hotline" "$dispatcher" "$clerk" "$supervisor"; do
    expect "login of $name" "$(login "$name")" 200
done
unit=$(jq -r '.roles[0].unit' "$scratch/me.$clerk")
leader=$(awk -F'\t' '$2 == "leader" { print $1 }' "$data/accounts" | while read -r name; do
    [[ $(login "$name") == 200 && $(jq -r '.roles[0].unit' "$scratch/me.$name") == "$unit" ]] && echo "$name" && break
done)
channel=$(jq -r '.roles[0].channel' "$scratch/me.$hotline")
post=(-X POST -H "$json" -d)

# The canaries, and the phone in each of its forms.
canary=(金丝雀甲 金丝雀乙 金丝雀丙 金丝雀丁 金丝雀戊 金丝雀己 金丝雀庚 13987654321 '139****4321')
photo=$(
    base64 -d <<<'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==' >"$scratch/a.png"
    as "$hotline" -X POST -H 'Content-Type: application/octet-stream' --data-binary "@$scratch/a.png" "$api/media" >/dev/null
    jq -r '.hash // empty' "$scratch/body"
)
[[ -n $photo ]] || fail "the photo is not kept"

# clean WHAT FILE: nothing of the resident's stands in it.
clean() {
    local word
    for word in "${canary[@]}" "$photo"; do
        ! grep -qF -- "$word" "$2" || { grep -F -- "$word" "$2" | head -c 2000 >&2; fail "$1 holds $word"; }
    done
}

# 1. In, and to the desk, though triage is sure of it.
category=$(as "$dispatcher" "$api/site" >/dev/null && jq -r '.categories[0].code' "$scratch/body")
expect "submit" "$(as "$hotline" "${post[@]}" "{\"channel\":\"$channel\",\"text\":\"电梯坏了 金丝雀甲\",\"place\":\"金丝雀乙\",\"title\":\"金丝雀丙\",\"reporter\":\"金丝雀丁\",\"phone\":\"13987654321\",\"confidential\":true,\"attachments\":[{\"name\":\"a.png\",\"url\":\"media:$photo\",\"media_type\":\"image/png\"}]}" "$api/tickets")" 200
number=$(jq -r .number "$scratch/body")
at_desk() {
    [[ $(as "$dispatcher" "$api/tickets/$number/triage") == 200 ]] && jq -e '.desk.reasons | index("confidential")' "$scratch/body" >/dev/null
}
wait_until 20 "it is at the desk" at_desk
expect "the dispatcher's title" "$(jq -r .desk.title "$scratch/body")" 金丝雀丙
expect "no summary" "$(as "$dispatcher" "${post[@]}" "{\"unit\":\"$unit\",\"category\":\"$category\"}" "$api/tickets/$number/dispatch")" 422
expect "its code" "$(code)" SUMMARY_MISSING
expect "with one" "$(as "$dispatcher" "${post[@]}" "{\"unit\":\"$unit\",\"category\":\"$category\",\"summary\":\"电梯停运，请派人检修\"}" "$api/tickets/$number/dispatch")" 200
seen() {
    [[ $(as "$clerk" "$api/tickets/$number") == 200 ]] &&
        [[ $(as "$clerk" "${post[@]}" "{\"numbers\":[\"$number\"],\"reason\":\"办理\"}" "$api/texts") == 200 ]] &&
        [[ $(jq -r '.texts[0].text // empty' "$scratch/body") == 电梯停运，请派人检修 ]]
}
wait_until 20 "the clerk has the summary" seen
clean "texts" "$scratch/body"
expect "said to be so" "$(jq -r '.texts[0].confidential' "$scratch/body")" true
curl -sN --max-time 60 -H "Cookie: $(cat "$scratch/cookie.$clerk")" "$api/events?topic=unit:$unit" >"$scratch/stream.unit" 2>/dev/null &
workers+=($!)
curl -sN --max-time 60 -H "Cookie: $(cat "$scratch/cookie.$clerk")" "$api/events?topic=ticket:$number" >"$scratch/stream.ticket" 2>/dev/null &
workers+=($!)
note "at the desk, and dispatched with a summary: ok"

# 2. The resident goes on; the unit works.
expect "supplement" "$(as "$hotline" "${post[@]}" '{"text":"金丝雀戊"}' "$api/tickets/$number/supplement")" 200
expect "chase" "$(as "$hotline" "${post[@]}" '{"note":"金丝雀己"}' "$api/tickets/$number/chase")" 200
expect "pull" "$(as "$clerk" "${post[@]}" '{"max":50}' "$api/units/$unit/pull")" 200
clean "pull" "$scratch/body"
jq -e --arg number "$number" '.tickets[] | select(.number == $number) | .confidential' "$scratch/body" >/dev/null || fail "the pull does not say that it is confidential"
expect "accept" "$(as "$clerk" "${post[@]}" "{\"unit\":\"$unit\"}" "$api/tickets/$number/accept")" 200

# looked_for WHO: by every way that somebody of a unit has.
looked_for() {
    local who=$1 path
    for path in "tickets?unit=$unit" "tickets/$number" "tickets/$number?history=true" "tickets/$number/explain" "tickets/$number/triage" \
        "tickets/$number/triage?history=true" "tickets/$number/callback" "tickets/$number/callback?history=true" "units/$unit/work" \
        "board?unit=$unit" "due?unit=$unit" "due?unit=$unit&overdue=true" alarms "requests?unit=$unit" desk callbacks "unit-counts?unit=$unit" audit; do
        as "$who" "$api/$path" >/dev/null
        clean "$path for $who" "$scratch/body"
    done
    as "$who" "${post[@]}" "{\"numbers\":[\"$number\"],\"reason\":\"办理\"}" "$api/texts" >/dev/null
    clean "texts for $who" "$scratch/body"
    expect "phones for $who" "$(as "$who" "${post[@]}" "{\"numbers\":[\"$number\"],\"reason\":\"办理\",\"phones\":true}" "$api/texts")" 403
    expect "its code" "$(code)" CONFIDENTIAL
    clean "phones for $who" "$scratch/body"
    expect "the caller's tickets for $who" "$(as "$who" "${post[@]}" '{"phone":"13987654321","reason":"办理"}' "$api/callers")" 403
    for path in "media/$photo?number=$number" "media/$photo/preview?number=$number" "media/$photo"; do
        expect "$path for $who" "$(as "$who" "$api/$path")" 404
    done
    expect "xlsx for $who" "$(as "$who" "$api/tickets.xlsx?unit=$unit")" 200
    rm -rf "$scratch/xlsx"
    python3 -m zipfile -e "$scratch/body" "$scratch/xlsx" || fail "no spreadsheet"
    cat "$scratch"/xlsx/xl/*.xml "$scratch"/xlsx/xl/worksheets/*.xml >"$scratch/cells"
    clean "xlsx for $who" "$scratch/cells"
    grep -q '电梯停运' "$scratch/cells" || fail "the summary is not in the spreadsheet"
}
looked_for "$clerk"
[[ -z $leader ]] || looked_for "$leader"

# By the command line, logged in as the clerk.
as_clerk() {
    XDG_STATE_HOME=$scratch/state HOME=$scratch paidan "$data" "$@"
}
as_clerk login "$clerk" <<<"$(password "$clerk")" >/dev/null 2>"$scratch/login" || fail "login: $(cat "$scratch/login")"
for words in "show $number" "show $number --json" "explain $number" "work list --unit $unit" "list --unit $unit" \
    "list --unit $unit --json" "due --unit $unit" "board --unit $unit"; do
    # shellcheck disable=SC2086
    as_clerk $words >"$scratch/cli" 2>&1
    clean "paidan $words" "$scratch/cli"
done
as_clerk show "$number" >"$scratch/cli" 2>&1
grep -q '电梯停运' "$scratch/cli" || fail "paidan show without the summary: $(cat "$scratch/cli")"
as_clerk show "$number" --reveal --reason 办理 >"$scratch/cli" 2>&1 && fail "--reveal shows it"
clean "paidan show --reveal" "$scratch/cli"
note "while it is worked on: ok"

# 3. Those who may see all as before.
for who in "$dispatcher" "$supervisor" "$hotline"; do
    expect "texts for $who" "$(as "$who" "${post[@]}" "{\"numbers\":[\"$number\"],\"reason\":\"核实\",\"phones\":true}" "$api/texts")" 200
    for word in 金丝雀甲 金丝雀乙 金丝雀丙 金丝雀丁 金丝雀戊 金丝雀己 13987654321 "$photo"; do
        grep -qF -- "$word" "$scratch/body" || fail "$who does not see $word"
    done
done
expect "the photo for the dispatcher" "$(as "$dispatcher" "$api/media/$photo?number=$number")" 200

# 4. Solved; nobody answers at first; then he says no, with words that are his.
expect "resolve" "$(as "$clerk" "${post[@]}" "{\"unit\":\"$unit\",\"note\":\"已检修\"}" "$api/tickets/$number/resolve")" 200
asking=$(jq -r '.roles[] | select(.role == "hotline") | .channel' "$scratch/me.$hotline" | head -n 1)
asked() {
    [[ $(as "$hotline" "$api/callbacks?channel=$asking") == 200 ]] &&
        jq -e --arg number "$number" '.tasks[] | select(.number == $number)' "$scratch/body" >/dev/null
}
wait_until 20 "the resident is to be asked" asked
opened=$(jq -r --arg number "$number" '.tasks[] | select(.number == $number) | .open_ms' "$scratch/body")
if ((opened <= $(date +%s%3N))); then
    expect "nobody answered" "$(as "$hotline" "${post[@]}" "{\"number\":\"$number\"}" "$api/callbacks/miss")" 200
    expect "attempts" "$(jq -r .attempts "$scratch/body")" 1
    [[ $(jq -r .open_ms "$scratch/body") -gt $(date +%s%3N) ]] || fail "no pause after a call that nobody took"
fi
expect "twice" "$(as "$hotline" "${post[@]}" "{\"number\":\"$number\"}" "$api/callbacks/miss")" 409
expect "its code" "$(code)" CALLBACK_NOT_OPEN
expect "not by a unit" "$(as "$clerk" "${post[@]}" "{\"number\":\"$number\"}" "$api/callbacks/miss")" 403
expect "answer" "$(as "$hotline" "${post[@]}" "{\"replies\":[{\"number\":\"$number\",\"solved\":\"no\",\"satisfied\":\"no\",\"note\":\"金丝雀庚\"}]}" "$api/callbacks/answer")" 200
expect "taken" "$(jq -r '.results[0].code' "$scratch/body")" OK
reopened() {
    [[ $(as "$supervisor" "$api/tickets/$number?history=true") == 200 && $(jq -r .round "$scratch/body") == 2 ]]
}
wait_until 20 "it is open again" reopened
grep -q 金丝雀庚 "$scratch/body" || fail "the supervisor does not see the answer"
again=$(jq -r .unit "$scratch/body")
for who in "$clerk" $leader; do
    as "$who" "$api/tickets/$number?history=true" >/dev/null
    clean "the story for $who" "$scratch/body"
    as "$who" "$api/tickets/$number/callback?history=true" >/dev/null
    clean "the callback for $who" "$scratch/body"
done
paidan "$data" log dump escalation --json >"$scratch/facts" || fail "log dump"
clean "escalation's log" "$scratch/facts"
grep -q '"reopened"' "$scratch/facts" || fail "not reopened"
note "the answer stays with those who asked ($again has it now): ok"
sleep 1
clean "the unit's events" "$scratch/stream.unit"
clean "the ticket's events" "$scratch/stream.ticket"

# 5. The caller's earlier tickets.
expect "an ordinary one" "$(as "$hotline" "${post[@]}" "{\"channel\":\"$channel\",\"text\":\"路灯不亮\",\"phone\":\"139 8765 4321\"}" "$api/tickets")" 200
other=$(jq -r .number "$scratch/body")
expect "by the number" "$(as "$hotline" "${post[@]}" '{"phone":"13987654321","reason":"接听来电"}' "$api/callers")" 200
expect "both" "$(jq -r '[.tickets[].number] | sort | join(" ")' "$scratch/body")" "$(printf '%s\n' "$number" "$other" | sort | paste -sd' ')"
expect "marked" "$(jq -r --arg number "$number" '.tickets[] | select(.number == $number) | .confidential' "$scratch/body")" true
! grep -q 13987654321 "$scratch/body" || fail "the number is in the answer"
expect "no reason" "$(as "$hotline" "${post[@]}" '{"phone":"13987654321","reason":" "}' "$api/callers")" 422
expect "never by GET" "$(as "$hotline" "$api/callers?phone=13987654321&reason=x")" 405
paidan "$data" caller 13987654321 --reason 接听来电 --json >"$scratch/cli" || fail "paidan caller"
expect "by the command line" "$(jq -r '.tickets | length' "$scratch/cli")" 2
paidan "$data" log dump intake --json >"$scratch/facts" || fail "log dump"
(($(grep -c '"by_phone": *true' "$scratch/facts") >= 2)) || fail "the searches are not recorded"

# 6. Links: https alone.
for url in http://x.example/a.jpg ftp://x.example/a 'javascript:alert(1)' file:///etc/passwd wx:1; do
    expect "$url" "$(as "$hotline" "${post[@]}" "{\"channel\":\"$channel\",\"text\":\"路灯不亮\",\"attachments\":[{\"name\":\"a\",\"url\":\"$url\"}]}" "$api/tickets")" 422
    expect "its code" "$(code)" LINK_NOT_HTTPS
done
paidan "$data" submit --channel "$channel" --text 路灯不亮 --attachment a=http://x.example/a >"$scratch/cli" 2>&1 && fail "http is taken"
grep -q LINK_NOT_HTTPS "$scratch/cli" || grep -q https "$scratch/cli" || fail "no words: $(cat "$scratch/cli")"

# 7. The residents' page: a box without script.
curl -s "$http/report" >"$scratch/page"
grep -q 'name="confidential"' "$scratch/page" || fail "no box on the page"
wait_until 20 "all is heard" quiet "$data"
instance_stop "$data"
logs_hold "$data"
note "confidential: ok"
