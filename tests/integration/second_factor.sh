#!/usr/bin/env bash
# A site that asks dispatchers for a second factor: without one a dispatcher has no role, in the browser's way and at the command
# line, and may set one up and nothing else; with it he works at once; others need none. The codes are made by oathtool.
source "$(dirname "$0")/lib.sh"

source "$(dirname "$0")/lib_people.sh"

command -v oathtool >/dev/null || exit 77
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$scratch/site"
sed -i '0,/^policies:/s//second_factor: [dispatcher]\npolicies:/' "$scratch/site/site.yaml"
"$PAIDAN_BIN/paidan" check "$scratch/site" >/dev/null || fail "the site"
people_site=$scratch/site
people_start
dispatcher=$(account dispatcher) clerk=$(account clerk) security=$(account security)

expect "login" "$(login "$dispatcher")" 200
expect "he must set one up" "$(jq -c '[.must_set_factor, .second_factor, .roles]' "$scratch/me.$dispatcher")" '[true,false,[]]'
expect "a clerk need not" "$(login "$clerk" >/dev/null; jq -c '[.must_set_factor, (.roles | length > 0)]' "$scratch/me.$clerk")" '[false,true]'
expect "no desk" "$(as "$dispatcher" "$api/desk")" 403
expect "no board" "$(as "$dispatcher" "$api/board")" 403
expect "a wrong password" "$(as "$dispatcher" -H "$json" -d '{"act":"start","password":"not the password"}' "$api/me/totp")" 401
expect "begun" "$(as "$dispatcher" -H "$json" -d "{\"act\":\"start\",\"password\":\"$(password "$dispatcher")\"}" "$api/me/totp")" 200
secret=$(jq -r .secret "$scratch/body")
[[ $(jq -r .uri "$scratch/body") == "otpauth://totp/Paidan:$dispatcher?secret=$secret&issuer=Paidan" ]] || fail "uri: $(cat "$scratch/body")"
expect "not yet in force" "$(as "$dispatcher" "$api/desk")" 403
expect "confirmed" "$(as "$dispatcher" -H "$json" -d "{\"act\":\"confirm\",\"code\":\"$(oathtool --totp -b "$secret")\"}" "$api/me/totp")" 200
expect "ten recovery codes" "$(jq '.recovery_codes | length' "$scratch/body")" 10
recovery=$(jq -r '.recovery_codes[0]' "$scratch/body")
expect "he works at once" "$(as "$dispatcher" "$api/desk")" 200
expect "me" "$(as "$dispatcher" "$api/me" >/dev/null; jq -c '[.must_set_factor, .second_factor, (.roles | length > 0)]' "$scratch/body")" '[false,true,true]'
expect "the password alone" "$(login "$dispatcher")" 401
expect "its code" "$(jq -r .code "$scratch/me.$dispatcher")" SECOND_FACTOR_NEEDED
expect "with a recovery code" "$(jq -n --arg name "$dispatcher" --arg password "$(password "$dispatcher")" --arg totp "$recovery" '{$name, $password, $totp}' | curl -s -o "$scratch/body" -w '%{http_code}' -H "$json" -d @- "$api/login")" 200

# At the command line: another dispatcher.
at() {
    XDG_STATE_HOME=$scratch/state.$1 paidan "$data" "${@:2}"
}
password "$security" | at "$security" login "$security" >/dev/null || fail "login of the security administrator"
at "$security" access role grant "$clerk" --role dispatcher >/dev/null || fail "grant"
at "$security" access role list --role dispatcher --json | jq -e --arg name "$clerk" '[.people[].person] | index($name) != null' >/dev/null || fail "role list"
password "$clerk" | at "$clerk" login "$clerk" >"$scratch/out" || fail "login of the new dispatcher"
grep -q 'paidan access totp' "$scratch/out" || fail "he is not told: $(cat "$scratch/out")"
at "$clerk" desk list >/dev/null 2>&1 && fail "a desk without a second factor"
grep -q 'paidan access totp' <<<"$(at "$clerk" whoami)" || fail "whoami does not tell"
coproc { at "$clerk" access totp --json 2>&1; }
to=${COPROC[1]} from=${COPROC[0]} pid=$COPROC_PID
password "$clerk" >&"$to"
secret=''
while [[ -z $secret ]] && read -r -t "$PATIENCE_SECONDS" -u "$from" line; do
    secret=$(sed -n 's/.*"secret": *"\([A-Z2-7]*\)".*/\1/p' <<<"$line")
done
[[ -n $secret ]] || fail "no secret is shown"
oathtool --totp -b "$secret" >&"$to"
cat <&"$from" >"$scratch/codes"
wait "$pid" || fail "access totp: $(cat "$scratch/codes")"
grep -q recovery_codes "$scratch/codes" || fail "no recovery codes: $(cat "$scratch/codes")"
at "$clerk" desk list >/dev/null || fail "a desk with a second factor"
logs_hold "$data"
note "second factor: ok"
