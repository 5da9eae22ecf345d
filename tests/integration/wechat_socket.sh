#!/usr/bin/env bash
# A robot of WeCom's whose platform we call: by TLS and WebSocket, with a secret, for sites without a public address.
# Tickets from groups, answers that are acknowledged, connections that break at any moment, secrets that are wrong,
# certificates of strangers, frames that no platform sends, kills between commit and answer.
# ctest: cost 40
source "$(dirname "$0")/lib.sh"
wechat_accounts=connections
# shellcheck disable=SC2034  # read by lib_wechat.sh
source "$(dirname "$0")/lib_wechat.sh"

SERVICES+=(wechat)
data=$scratch/data
mkdir -p "$data"

# certificate NAME: one for 127.0.0.1, signed by itself.
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$scratch/$1.key" -out "$scratch/$1.crt" 2>"$scratch/openssl.log" ||
        fail "$(cat "$scratch/openssl.log")"
}
certificate ours
certificate strangers
export SSL_CERT_FILE=$scratch/ours.crt # the only authority that the instance believes

wechat_prepare "$data" "draft: 10s"
sealed=$(platform_do robots '"seal"' "\"$scratch/ours.crt\"" "\"$scratch/ours.key\"" | jq -r .)
foreign=$(platform_do robots '"seal"' "\"$scratch/strangers.crt\"" "\"$scratch/strangers.key\"" | jq -r .)
# One platform behind two addresses: of the second the certificate is nobody's whom we know.
awk -v sealed="$sealed" -v foreign="$foreign" '
    $2 == "code:" { code = $3 }
    $1 == "api:" && code ~ /^(inner|wrong)$/ { $0 = "    api: " sealed }
    $1 == "api:" && code == "foreign" { $0 = "    api: " foreign }
    { print }' "$wechat_site/wechat.yaml" >"$scratch/wechat.yaml"
mv "$scratch/wechat.yaml" "$wechat_site/wechat.yaml"
secret_write "$data" wrong.secret <<<"not-its-secret"
note "1. the platform's own client is served as we are"
story client

instance_start "$data" "$wechat_site" 1 "2026-03-02 10:00"
connected() { [[ $(platform_do robots '"connected"' "\"$1\"") == true ]]; }
says() { grep -qE "$1" "$data"/log/wechat.log; }

note "2. who is believed, and who not"
wait_until 30 "the robot is connected" connected inner
wait_until 30 "a wrong secret is said" says 'account=wrong socket=refused errcode=853000'
wait_until 30 "a stranger's certificate is said" says 'account=foreign socket=down why="SSL'
if connected foreign; then
    fail "it spoke with a stranger"
fi
[[ $(curl -s -o /dev/null -w '%{http_code}' -d '{"encrypt":"x"}' "$door/wechat/inner?timestamp=1&nonce=1&msg_signature=x") == 403 ]] ||
    fail "the door takes messages of a robot that has a connection"

note "3. groups, dialogues, greetings"
story robot inner

if [[ -x $PAIDAN_BIN/paidan-media ]]; then
    note "3b. pictures beside the words become files of ours, which the ticket names"
    python3 "$PAIDAN_ROOT/tests/support/photos" "$scratch" || fail "photos"
    story robot_pictures "$scratch/place.jpg" >"$scratch/shown"
    wait_until 60 "two pictures of the robot's" pictures_are_there "$data" 2 "$(cat "$scratch/shown")"
fi

note "4. connections that break in the middle of an answer, errors of the platform"
story faults inner

note "5. frames that no platform sends"
story garbage inner

settled() {
    paidan "$data" ping --json 2>/dev/null | jq -se '
        [.. | objects | select(has("following")) | .following] | length > 0 and all(.[][]; .cursor == .head)' >/dev/null
}
tickets() { { tickets_opened "$data"; tickets_on_desk "$data"; } | sort -u | wc -l; }

note "6. killed at any moment: one ticket a message, nobody who was heard is left without a number"
wait_until 60 "drafts of before are filed" settled
before=$(tickets)
story killed_robot 30 >"$scratch/killed" &
teller=$!
for ((turn = 0; turn < 20; turn++)); do
    sleep "0.$((RANDOM % 9 + 1))"
    kill -0 "$teller" 2>/dev/null || break
    service_kill "$data" wechat
    wait_until 30 "the robot is connected again" connected inner
done
wait "$teller" || fail "$(cat "$scratch/killed")"
cat "$scratch/killed"
wait_until 60 "services caught up" settled
expect "tickets of 30 messages" "$(($(tickets) - before))" 30

note "7. another connection takes our place: we stay away"
platform_do robots '"hangUp"' '"inner"' >/dev/null
wait_until 30 "the robot is connected again" connected inner
read -r bot secret < <(jq -r '.[] | select(.code == "inner") | "\(.id) \(.secret)"' "$scratch/accounts.json")
(cd "$peers" && timeout 60 node --input-type=module -e '
    import WebSocket from "ws";
    const [url, bot, secret] = process.argv.slice(1);
    const socket = new WebSocket(url.replace("http:", "ws:"));
    socket.on("open", () => socket.send(JSON.stringify({ cmd: "aibot_subscribe", headers: { req_id: "aibot_subscribe_1" },
        body: { bot_id: bot, secret } })));
    socket.on("message", (data) => { console.log(String(data)); setTimeout(() => process.exit(0), 1500); });
' "$platform" "$bot" "$secret") >"$scratch/other" || fail "$(cat "$scratch/other")"
wait_until 30 "it is said" says 'account=inner socket=down why="?replaced'
sleep 3
if connected inner; then
    fail "it came back at once and would push the other out for ever"
fi

note "8. its logs"
logs_hold "$data"
if grep -rE "锦绣苑|着火|$secret|not-its-secret" "$data"/log/*.log; then
    fail "a log line holds what a resident said, or a secret"
fi
note "wechat_socket: ok"
