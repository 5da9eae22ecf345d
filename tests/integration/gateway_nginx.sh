#!/usr/bin/env bash
# deploy/nginx/paidan.conf as it is installed, but for paths, port and certificate: nginx takes it, requests go through
# it to the gateway, and what must not come from outside does not.
source "$(dirname "$0")/lib.sh"

command -v nginx >/dev/null || {
    echo "no nginx: skipped"
    exit 77
}
data=$scratch/d
mkdir -p "$data/run" "$scratch/nginx"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=paidan.test -addext subjectAltName=DNS:paidan.test \
    -keyout "$scratch/nginx/key.pem" -out "$scratch/nginx/cert.pem" 2>/dev/null || fail "openssl"
# Two ports that nobody else takes: below those that the system gives away, above those of instances.
source "$PAIDAN_ROOT/deploy/lib.sh"
port_take 8400 9000
plain_port=$port
port_take $((port + 1)) 9000
sed -e "s/paidan.example.cn/paidan.test/" -e "/listen \[::\]/d" -e "s/listen 80;/listen 127.0.0.1:$plain_port;/" \
    -e "s/listen 443 ssl/listen 127.0.0.1:$port ssl/" -e "s|/etc/paidan/tls/fullchain.pem|$scratch/nginx/cert.pem|" \
    -e "s|/etc/paidan/tls/privkey.pem|$scratch/nginx/key.pem|" -e "s|/var/lib/paidan/run/gateway/http.sock|$data/run/http.sock|" \
    "$PAIDAN_ROOT/deploy/nginx/paidan.conf" >"$scratch/nginx/paidan.conf"
cat >"$scratch/nginx/nginx.conf" <<END
daemon off;
pid $scratch/nginx/pid;
error_log $scratch/nginx/error.log;
worker_processes 1;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path $scratch/nginx/body;
    proxy_temp_path $scratch/nginx/proxy;
    fastcgi_temp_path $scratch/nginx/fastcgi;
    uwsgi_temp_path $scratch/nginx/uwsgi;
    scgi_temp_path $scratch/nginx/scgi;
    include $scratch/nginx/paidan.conf;
}
END
[[ $EUID -ne 0 ]] || sed -i '1i user root;' "$scratch/nginx/nginx.conf"
nginx -t -q -p "$scratch/nginx" -c "$scratch/nginx/nginx.conf" || fail "nginx -t"

"$PAIDAN_BIN/paidan-gateway" --data "$data" --site "$PAIDAN_ROOT/deploy/sites/demo" --listen 127.0.0.1:0 \
    --unix "$data/run/http.sock" --public-origin "https://paidan.test:$port" 2>"$scratch/gateway.log" &
workers+=($!)
wait_until 20 "the gateway's socket" test -S "$data/run/http.sock"
nginx -p "$scratch/nginx" -c "$scratch/nginx/nginx.conf" 2>"$scratch/nginx/out" &
workers+=($!)

get=(curl -s --max-time 20 --path-as-is --cacert "$scratch/nginx/cert.pem" --resolve "paidan.test:$port:127.0.0.1")
status() {
    "${get[@]}" -o "$scratch/body" -w '%{http_code}' "$@"
}
up() {
    [[ $(status "https://paidan.test:$port/healthz") == 200 ]]
}
wait_until 10 "a request through nginx" up

expect "HTTP/2" "$("${get[@]}" --http2 -o /dev/null -w '%{http_version}' "https://paidan.test:$port/healthz")" 2
expect "no login" "$(status "https://paidan.test:$port/api/v1/board")" 401
"${get[@]}" -D "$scratch/headers" -o /dev/null "https://paidan.test:$port/api/v1/words"
for header in 'Strict-Transport-Security' 'X-Content-Type-Options: nosniff' 'Content-Security-Policy' 'Cache-Control: no-store'; do
    grep -qi "^$header" "$scratch/headers" || fail "no header $header"
done
expect "metrics" "$(status "https://paidan.test:$port/metrics")" 404
expect "a stranger's host" "$(status -H 'Host: evil.example' "https://paidan.test:$port/healthz")" 421
expect "a path trick" "$(status "https://paidan.test:$port/console/%2e%2e/%2e%2e/etc/passwd")" 400
expect "plain HTTP" "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: paidan.test' "http://127.0.0.1:$plain_port/x")" 308
expect "its own page" "$(status -X POST -H "Origin: https://paidan.test:$port" -H 'Content-Type: application/json' -d '{"number":"x"}' "https://paidan.test:$port/api/v1/lookup")" 422
expect "a foreign page" "$(status -X POST -H 'Origin: https://evil.example' -H 'Content-Type: application/json' -d '{"name":"a","password":"b"}' "https://paidan.test:$port/api/v1/login")" 403
expect "a loopback page through nginx" "$(status -X POST -H 'Origin: http://127.0.0.1' -H 'Content-Type: application/json' -d '{"name":"a","password":"b"}' "https://paidan.test:$port/api/v1/login")" 403

# As large as the gateway takes passes nginx, and what is larger is refused by whichever door comes first. A photo that is
# none is refused as that, which says that it came through.
head -c $((9 << 20)) /dev/zero >"$scratch/photo"
expect "a photo" "$(status -X POST -H "Origin: https://paidan.test:$port" --data-binary "@$scratch/photo" "https://paidan.test:$port/api/v1/media")" 401
head -c $((12 << 20)) /dev/zero >"$scratch/large"
expect "too large a photo" "$(status -X POST -H "Origin: https://paidan.test:$port" --data-binary "@$scratch/large" "https://paidan.test:$port/api/v1/media")" 413
form=(-F 'text=x' -F "photo=@$scratch/photo" -F "photo=@$scratch/photo" -F "photo=@$scratch/photo")
got=$(status -H "Origin: https://paidan.test:$port" "${form[@]}" "https://paidan.test:$port/report")
[[ $got != 413 && $got != 000 ]] || fail "three photos do not pass nginx: $got"
expect "four photos" "$(status -H "Origin: https://paidan.test:$port" "${form[@]}" -F "photo=@$scratch/photo" "https://paidan.test:$port/report")" 413

# Guesses are slowed down by the first door, whatever address they claim.
# One process and one connection: eighty of them must be faster than what is let through meanwhile, one a second.
for index in {1..80}; do
    printf 'url = "https://paidan.test:%s/api/v1/lookup"\nheader = "X-Real-IP: 10.0.0.%d"\nheader = "Content-Type: application/json"\n' "$port" "$index"
    printf 'data = "{\\"number\\":\\"x\\"}"\noutput = "/dev/null"\nwrite-out = "%%{http_code}\\n"\nsilent\n'
    printf 'cacert = "%s/nginx/cert.pem"\nresolve = "paidan.test:%s:127.0.0.1"\nnext\n' "$scratch" "$port"
done | sed '$d' >"$scratch/guesses"
limited() {
    curl -K "$scratch/guesses" >"$scratch/answers"
    grep -qx 429 "$scratch/answers"
}
wait_until 30 "guesses are limited" limited
note "nginx: ok"
