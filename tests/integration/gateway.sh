#!/usr/bin/env bash
# The gateway's door: what is malformed, oversize, doubled, foreign or slow is refused with a problem and harms
# nobody; a service that is away is named; kill -9 loses nothing. Raw bytes go over /dev/tcp, as a hostile client
# would send them.
# ctest: cost 48
source "$(dirname "$0")/lib.sh"

trap "" PIPE # what writes to a connection that was ended goes on
data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"
wait_until 20 "the gateway's address" test -s "$data/run/gateway.http"
http=$(cat "$data/run/gateway.http")
port=${http##*:}

# status CURL_ARGUMENT...: the status of the answer.
status() {
    curl -s -o "$scratch/body" -w '%{http_code}' --max-time 20 --path-as-is "$@"
}

# refused WHAT STATUS CODE CURL_ARGUMENT...: it is a problem with that code, in both languages.
refused() {
    local what=$1 wanted=$2 code=$3 got
    shift 3
    got=$(status "$@")
    expect "$what: status" "$got" "$wanted"
    expect "$what: code" "$(jq -r .code "$scratch/body")" "$code"
    [[ $(jq -r '.zh | length' "$scratch/body") -gt 3 && $(jq -r '.en | length' "$scratch/body") -gt 3 ]] ||
        fail "$what: no sentences"
}

# raw BYTES: sends them as they are (printf escapes) and prints the first line of the answer.
raw() {
    exec 7<>"/dev/tcp/127.0.0.1/$port"
    # shellcheck disable=SC2059  # the bytes are meant
    printf "$1" >&7
    timeout 5 head -n 1 <&7 | tr -d '\r'
    exec 7<&- 7>&-
}

alive() {
    [[ $(status "$http/healthz") == 200 ]]
}

# 1. It says how it is.
wait_until 20 "services answer" bash -c "curl -s '$http/readyz' | jq -e '.services | .intake and .triage and .escalation and .callback' >/dev/null"
expect "healthz" "$(status "$http/healthz")" 200
curl -s "$http/metrics" >"$scratch/metrics"
promtool check metrics <"$scratch/metrics" >/dev/null 2>"$scratch/promtool" || {
    cat "$scratch/promtool" >&2
    fail "promtool"
}
expect "openapi" "$(curl -s "$http/api/v1/openapi.json" | jq -r .openapi)" 3.1.0
paidan "$data" ping >/dev/null || fail "ping"

# 2. Nobody acts without a login, also from this machine.
for path in board desk due alarms requests tickets callbacks people roles ping me site; do
    got=$(status "$http/api/v1/$path")
    [[ $got == 401 || $got == 405 ]] || fail "$path without a login: $got"
done
refused "no login" 401 LOGIN_NEEDED "$http/api/v1/board"
refused "an invented session" 401 LOGIN_NEEDED -H 'Cookie: __Host-paidan=00' "$http/api/v1/board"
refused "two sessions" 401 LOGIN_NEEDED -H "Cookie: __Host-paidan=$(printf 'a%.0s' {1..64}); __Host-paidan=$(printf 'b%.0s' {1..64})" "$http/api/v1/board"
refused "no key of ours" 401 KEY_UNKNOWN -H 'Authorization: Bearer hello' "$http/api/v1/board"

# 3. Malformed and oversize.
json=(-X POST -H 'Content-Type: application/json')
refused "no such path" 404 PATH_UNKNOWN "$http/api/v1/nothing"
refused "wrong method" 405 METHOD_NOT_ALLOWED -X DELETE "$http/healthz"
refused "path trick" 400 REQUEST_MALFORMED "$http/console/../../etc/passwd"
refused "escaped trick" 400 REQUEST_MALFORMED "$http/console/%2e%2e/%2e%2e/etc/passwd"
refused "escaped slash" 400 REQUEST_MALFORMED "$http/console/..%2fetc"
refused "NUL in the path" 400 REQUEST_MALFORMED "$http/healthz%00"
refused "a name twice" 400 REQUEST_MALFORMED "$http/api/v1/words?lang=zh&lang=en"
refused "long target" 414 URI_TOO_LONG "$http/$(printf 'a%.0s' {1..5000})"
refused "no JSON" 400 BODY_NOT_JSON "${json[@]}" -d '{"number":' "$http/api/v1/lookup"
refused "a name twice in JSON" 400 BODY_NOT_JSON "${json[@]}" -d '{"number":"1","number":"2"}' "$http/api/v1/lookup"
refused "an unknown field" 422 FIELD_INVALID "${json[@]}" -d '{"colour":"red"}' "$http/api/v1/lookup"
refused "another type" 415 TYPE_UNSUPPORTED -X POST -H 'Content-Type: text/plain' -d '{}' "$http/api/v1/lookup"
refused "a form" 415 TYPE_UNSUPPORTED -X POST -d 'a=b' "$http/api/v1/lookup"
refused "packed" 415 TYPE_UNSUPPORTED "${json[@]}" -H 'Content-Encoding: gzip' -d '{}' "$http/api/v1/lookup"
head -c 400000 /dev/zero | tr '\0' ' ' >"$scratch/large"
refused "too large" 413 BODY_TOO_LARGE "${json[@]}" --data-binary "@$scratch/large" "$http/api/v1/lookup"
refused "too large, in chunks" 413 BODY_TOO_LARGE "${json[@]}" -H 'Transfer-Encoding: chunked' --data-binary "@$scratch/large" "$http/api/v1/lookup"
refused "a body where none belongs" 413 BODY_TOO_LARGE -X GET -H 'Content-Type: application/json' -d '{}' "$http/healthz"
refused "a type twice" 400 HEADER_DUPLICATE "${json[@]}" -H 'Content-type: application/json' -d '{}' "$http/api/v1/lookup"
refused "a foreign host" 421 HOST_UNKNOWN -H 'Host: evil.example' "$http/healthz"
refused "a host that looks like ours" 421 HOST_UNKNOWN -H 'Host: 127.0.0.1.evil.example' "$http/healthz"
refused "wrong id" 400 IDEMPOTENCY_KEY_INVALID "${json[@]}" -H 'Idempotency-Key: 7' -d '{}' "$http/api/v1/lookup"
pairs=$(for index in {1..300}; do printf 'a%d=1&' "$index"; done)
refused "300 pairs" 414 URI_TOO_LONG "$http/api/v1/words?${pairs%&}"
refused "a long query" 414 URI_TOO_LONG "$http/api/v1/words?a=$(printf 'a%.0s' {1..7000})"
# What is larger than a connection's memory the library refuses, in its own words, or hangs up where not even those fit
# (services/gateway/README.md).
expect "a target of 20 kB" "$(status "$http/api/v1/words?a=$(printf 'a%.0s' {1..20000})")" 414
many=()
for index in {1..500}; do
    many+=(-H "X-A$index: 1")
done
expect "500 headers" "$(status "${many[@]}" "$http/healthz")" 431
got=$(status -H "Cookie: ${pairs//&/; }" "$http/healthz")
[[ $got == 431 || $got == 000 ]] || fail "300 cookies: $got"
expect "large header" "$(status -H "X-Long: $(printf 'a%.0s' {1..9000})" "$http/healthz")" 431
alive || fail "it does not answer any more"

# 4. Bytes that no library would send.
# What is refused before it was read to its end may meet a closed connection instead of the answer.
host="Host: 127.0.0.1:$port\r\n"
refused_raw() {
    local line
    line=$(raw "$2" 2>/dev/null)
    [[ -z $line || $line == *" 400 "* ]] || fail "$1: $line"
}
refused_raw "no host" "GET /healthz HTTP/1.1\r\n\r\n"
refused_raw "two lengths" "POST /api/v1/lookup HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"
refused_raw "length and chunks" "POST /api/v1/lookup HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
refused_raw "xchunked" "POST /api/v1/lookup HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"
refused_raw "signed length" "POST /api/v1/lookup HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: +2\r\n\r\n{}"
# A NUL ends the value for libmicrohttpd and for us alike; nginx refuses it before.
raw "GET /healthz HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n" >/dev/null
raw "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" >/dev/null
raw "$(head -c 2000 /dev/urandom | base64 -w 0)" >/dev/null
alive || fail "it does not answer any more"

# 5. From another site.
refused "a login from elsewhere" 403 ORIGIN_FOREIGN "${json[@]}" -H 'Origin: https://evil.example' -d '{"name":"a","password":"b"}' "$http/api/v1/login"
refused "a login that the browser calls cross-site" 403 ORIGIN_FOREIGN "${json[@]}" -H 'Sec-Fetch-Site: cross-site' -d '{"name":"a","password":"b"}' "$http/api/v1/login"

# 6. Slow clients: many that never finish their headers do not keep others out, and are ended.
for index in {1..200}; do
    exec {fd}<>"/dev/tcp/127.0.0.1/$port" || fail "no connection"
    printf 'GET /healthz HTTP/1.1\r\nX-Slow: ' >&"$fd"
    slow[index]=$fd
done
alive || fail "slow clients keep others out"
# Byte by byte: neither end of the line nor silence.
for _ in {1..18}; do
    for fd in "${slow[@]}"; do
        printf a 1>&"$fd" 2>/dev/null
    done
    sleep 1
done
wait_until 10 "slow clients are ended" bash -c "[[ \$(curl -s '$http/metrics' | awk '/^paidan_gateway_slow_total/ { print \$2 }') -ge 200 ]]"
for fd in "${slow[@]}"; do
    exec {fd}>&-
done

# 7. Residents look at a ticket; wrong codes are counted.
paidan "$data" submit --channel wechat --text '幸福里小区3号楼路灯不亮' --json >"$scratch/submitted" || fail "submit"
number=$(json_first number <"$scratch/submitted")
code=$(json_first query_code <"$scratch/submitted")
expect "looked up" "$(status "${json[@]}" -d "{\"number\":\"$number\",\"query_code\":\"$code\"}" "$http/api/v1/lookup")" 200
expect "its number" "$(jq -r .number "$scratch/body")" "$number"
for index in 1 2 3 4 5; do
    refused "a wrong code" 404 QUERY_CODE_WRONG "${json[@]}" -d "{\"number\":\"$number\",\"query_code\":\"AAAAAA\"}" "$http/api/v1/lookup"
done
refused "wrong codes too often" 429 TOO_MANY_REQUESTS "${json[@]}" -d "{\"number\":\"$number\",\"query_code\":\"AAAAAA\"}" "$http/api/v1/lookup"
expect "also with the right one" "$(status "${json[@]}" -d "{\"number\":\"$number\",\"query_code\":\"$code\"}" "$http/api/v1/lookup")" 429

# 8. A service away is named, the others go on; it comes back and so does the page.
paidan "$data" submit --channel wechat --text '楼道灯坏了' --json >"$scratch/submitted" || fail "submit"
number=$(json_first number <"$scratch/submitted")
code=$(json_first query_code <"$scratch/submitted")
kill -STOP "$(cat "$data/run/intake.pid")"
refused "intake away" 503 UNREACHABLE "${json[@]}" -d "{\"number\":\"$number\",\"query_code\":\"$code\"}" "$http/api/v1/lookup"
expect "which" "$(jq -r .detail "$scratch/body")" intake
alive || fail "it waits for intake"
kill -CONT "$(cat "$data/run/intake.pid")"
back() {
    [[ $(status "${json[@]}" -d "{\"number\":\"$number\",\"query_code\":\"$code\"}" "$http/api/v1/lookup") == 200 ]]
}
wait_until 20 "intake is back" back
service_kill "$data" intake
wait_until 30 "intake is back after kill -9" back

# 9. The gateway itself is killed: it is started again at the same address.
service_kill "$data" gateway
wait_until 30 "the gateway is back" alive
expect "its address" "$(cat "$data/run/gateway.http")" "$http"
wait_until 20 "it finds the services again" back

# 10. HUP reads the site again; TERM ends it at once, with connections open.
exec 8<>"/dev/tcp/127.0.0.1/$port"
sites_read() { grep -c ' service=gateway site=' "$data/log/gateway.log"; }
before=$(sites_read)
again() { (($(sites_read) > before)); }
kill -HUP "$(cat "$data/run/gateway.pid")"
wait_until 20 "it reads the site again" again
alive || fail "HUP"
instance_stop "$data"
exec 8<&- 8>&-
grep -qE 'check failed|AddressSanitizer|runtime error' "$data/log/gateway.log" && fail "the gateway's log"
note "gateway: ok"
