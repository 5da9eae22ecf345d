# lib_people.sh: people in front of the gateway: an instance of the demo's site in real time with one account a role, and asking
# as one of them. Sourced after lib.sh.
# shellcheck shell=bash disable=SC2154,SC2034

json='Content-Type: application/json'
data=$scratch/d

# people_start: starts it (with the site in people_site, if there is one) and waits; sets http and api.
people_start() {
    instance_start "$data" "${people_site:-$PAIDAN_ROOT/deploy/sites/demo}"
    wait_until 20 "the gateway's address" test -s "$data/run/gateway.http"
    http=$(cat "$data/run/gateway.http")
    api=$http/api/v1
    wait_until 30 "all services answer" bash -c "curl -s '$http/readyz' | jq -e .ready >/dev/null"
    [[ -s $data/accounts ]] || paidan "$data" access trial >/dev/null || fail "accounts"
}

# account ROLE: the first name of that role; password NAME.
account() {
    awk -F'\t' -v role="$1" '$2 == role { print $1; exit }' "$data/accounts"
}
password() {
    awk -F'\t' -v name="$1" '$1 == name { print $3; exit }' "$data/accounts"
}

# login NAME [PASSWORD]: prints the status; keeps cookie and csrf of the name.
login() {
    jq -n --arg name "$1" --arg password "${2:-$(password "$1")}" '{name: $name, password: $password}' |
        curl -s --max-time 30 -D "$scratch/head.$1" -o "$scratch/me.$1" -w '%{http_code}' -H "$json" -d @- "$api/login"
    sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/p' "$scratch/head.$1" | tr -d '\r' >"$scratch/cookie.$1"
    jq -r '.csrf // empty' "$scratch/me.$1" >"$scratch/csrf.$1" 2>/dev/null
}

# as NAME CURL_ARGUMENT...: asks as that person; the body is in $scratch/body, the status is printed.
as() {
    local name=$1
    shift
    curl -s --max-time 30 -o "$scratch/body" -D "$scratch/head" -w '%{http_code}' -H "Cookie: $(cat "$scratch/cookie.$name")" \
        -H "X-Paidan-CSRF: $(cat "$scratch/csrf.$name")" "$@"
}
code() {
    jq -r .code "$scratch/body"
}
