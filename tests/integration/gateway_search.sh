#!/usr/bin/env bash
# 查找 over HTTP: by words, by number, by a phone with a reason that is recorded; each role sees what is its own. A ticket that was
# closed long ago is found as one that is open is, and the phone stands in no log of the gateway.
# ctest: cost 20
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/lib_people.sh"

people_start
hotline=$(account hotline) supervisor=$(account supervisor) clerk=$(account clerk) auditor=$(account auditor)
for name in "$hotline" "$supervisor" "$clerk" "$auditor"; do
    expect "login of $name" "$(login "$name")" 200
done
channel=$(jq -r '.roles[0].channel' "$scratch/me.$hotline")
phone=13812340077

# submit TEXT PHONE: prints the number.
submit() {
    expect "submit" "$(as "$hotline" -H "$json" -d "$(jq -n --arg channel "$channel" --arg text "$1" --arg phone "$2" \
        '{channel: $channel, text: $text, phone: $phone, anew: true}')" "$api/tickets")" 200 >&2
    jq -r .query_code "$scratch/body" >"$scratch/code.$(jq -r .number "$scratch/body")"
    jq -r .number "$scratch/body"
}
# found: the numbers that the last answer names, sorted.
found() {
    jq -r '.tickets // [] | map(.number) | sort | join(" ")' "$scratch/body"
}
# search NAME QUERY: by words and fields; post NAME BODY: with a phone.
search() {
    as "$1" -G "${@:2}" "$api/search"
}
post() {
    as "$1" -H "$json" -d "$2" "$api/search"
}

note "1. words, and a number typed as words"
first=$(submit "三叉街12号路灯坏了" "$phone")
second=$(submit "向日葵小区水管漏水" "$phone")
other=$(submit "三叉街12号路灯不亮" 13812340088)
follows() {
    paidan "$data" archive --json 2>/dev/null | jq -e 'all(.sinks[]; .state == "follows" and .seq == .head)' >/dev/null
}
written() { quiet "$data" && follows; }
wait_until 60 "the archive has all of it" written
expect "search" "$(search "$supervisor" --data-urlencode words=路灯)" 200
expect "by words" "$(found)" "$(printf '%s\n' "$first" "$other" | sort | xargs)"
expect "search" "$(search "$supervisor" --data-urlencode "words=${second//-/ }")" 200
expect "by number" "$(found)" "$second"
expect "search" "$(search "$supervisor" --data-urlencode "number=$first")" 200
expect "by number" "$(found)" "$first"
expect "search" "$(search "$supervisor" --data-urlencode words=路灯 -d limit=1)" 200
expect "a page" "$(jq '.tickets | length' "$scratch/body")" 1
expect "search" "$(search "$supervisor" --data-urlencode words=路灯 -d limit=1 -d "cursor=$(jq .next "$scratch/body")")" 200
expect "the next page" "$(jq '.tickets | length' "$scratch/body")" 1

note "2. a phone: in a body, with a reason, and of the caller alone"
expect "in an address" "$(search "$supervisor" -d "phone=$phone")" 422
expect "without a reason" "$(post "$supervisor" "{\"phone\":\"$phone\"}")" 422
expect "with a reason" "$(post "$supervisor" "{\"phone\":\"$phone\",\"reason\":\"来电核对\"}")" 200
expect "of the caller" "$(found)" "$(printf '%s\n' "$first" "$second" | sort | xargs)"
expect "and words" "$(post "$hotline" "{\"phone\":\"$phone\",\"reason\":\"来电核对\",\"words\":\"路灯\"}")" 200
expect "of the caller, and words" "$(found)" "$first"
expect "and a number of somebody else's" "$(post "$hotline" "{\"phone\":\"$phone\",\"reason\":\"来电核对\",\"words\":\"$other\"}")" 200
expect "nothing" "$(found)" ""
expect "a number without tickets" "$(post "$supervisor" '{"phone":"13900000000","reason":"来电核对"}')" 200
expect "finds nothing" "$(jq -c '.tickets' "$scratch/body")" '[]'
expect "a number that is no text" "$(post "$supervisor" '{"number":20261122000019}')" 422
expect "numbers of one's own beside it" "$(post "$supervisor" "{\"phone\":\"$phone\",\"reason\":\"来电核对\",\"numbers\":[\"$other\"]}")" 422
paidan "$data" log dump intake | jq -c "select(.disclosed.by_phone)" >"$scratch/disclosed"
(($(grep -c 来电核对 "$scratch/disclosed") >= 4)) || fail "a search by phone is recorded"
! grep -rq "$phone" "$data/log" || fail "a phone stands in a log file"

note "3. who may not"
expect "a clerk" "$(post "$clerk" "{\"phone\":\"$phone\",\"reason\":\"来电核对\"}")" 403
expect "an auditor by words" "$(search "$auditor" --data-urlencode words=路灯)" 403
expect "an auditor by number" "$(search "$auditor" --data-urlencode "number=$first")" 200
expect "without a title" "$(jq -r '.tickets[0].title // "none"' "$scratch/body")" none
expect "a clerk by words of others" "$(search "$clerk" --data-urlencode words=向日葵)" 200
expect "a field that is none" "$(search "$supervisor" -d colour=red)" 422
expect "an area that is none" "$(search "$supervisor" -d area=moon)" 422

note "4. what was ended long ago is the caller's too"
expect "withdraw" "$(as "$hotline" -H "$json" -d "{\"query_code\":\"$(cat "$scratch/code.$second")\"}" "$api/tickets/$second/withdraw")" 200
wait_until 60 "the archive has all of it" written
expect "callers" "$(as "$hotline" -H "$json" -d "{\"phone\":\"$phone\",\"reason\":\"来电核对\"}" "$api/callers")" 200
expect "the open one first" "$(jq -r '[.tickets[].number] | join(" ")' "$scratch/body")" "$first $second"
expect "search" "$(post "$hotline" "{\"phone\":\"$phone\",\"reason\":\"来电核对\",\"state\":\"withdrawn\"}")" 200
expect "what was withdrawn" "$(found)" "$second"
