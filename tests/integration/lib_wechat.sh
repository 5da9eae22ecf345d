# shellcheck shell=bash
# lib_wechat: a site with accounts of every kind at a stand-in of the platforms (deploy/trial), for the
# integration script and the bench. Sourced after lib.sh; skips with 77 where npm is not there.
#
# Sets wechat_site, platform (its address), door (ours, the same after restarts) and peers.

# shellcheck disable=SC2154  # scratch comes from lib.sh
peers_install
# shellcheck disable=SC2016  # expanded by the inner shell
bash -c 'source "$1/deploy/lib.sh" && trial_packages' trial "$PAIDAN_ROOT" || exit 77
wechat_site=$scratch/site
platform=''
door=''

# free_port: one that nobody listens on now.
free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# accounts_make: the accounts as the platforms know them, with keys of this run; with wechat_accounts=connections also
# robots that connect.
# shellcheck disable=SC2016  # it is JavaScript that is quoted
accounts_make() {
    node -e '
        const { randomBytes } = require("crypto");
        const key = () => randomBytes(33).toString("base64").replace(/[^A-Za-z0-9]/g, "a").slice(0, 43);
        const word = () => randomBytes(9).toString("hex");
        const url = (code) => `${process.argv[1]}/wechat/${code}`;
        const official = (code, mode) => ({ code, platform: "official", id: `wx${randomBytes(8).toString("hex")}`, mode,
            token: word(), key: mode === "plain" ? "" : key(), secret: word(), url: url(code) });
        console.log(JSON.stringify([
            official("official", "safe"), official("compatible", "compatible"), official("plain", "plain"),
            { code: "wecom", platform: "wecom", id: `ww${randomBytes(8).toString("hex")}`, mode: "safe", agent: "1000002",
              token: word(), key: key(), secret: word(), url: url("wecom") },
            { code: "robot", platform: "robot", id: "", mode: "safe", token: word(), key: key(), webhook: word(), url: url("robot") },
            ...(process.argv[2] === "connections" ? ["inner", "foreign", "wrong"] : []).map((code) => ({ code, platform: "robot",
                connect: "websocket", id: `aib${word()}`, mode: "safe", token: "", key: "", secret: word(), url: url(code) })),
        ]));' "$door" "${wechat_accounts:-}" >"$scratch/accounts.json"
}

# secret_write DATA NAME: keeps stdin as one of the adapter's secrets.
secret_write() {
    mkdir -p "$1/secrets/wechat"
    rm -f "$1/secrets/wechat/$2"
    (umask 0377 && cat >"$1/secrets/wechat/$2")
}

# wechat_prepare DATA [LINE...]: platform, site and secrets; further lines go to the head of wechat.yaml.
wechat_prepare() {
    local data=$1 code token key secret webhook
    shift
    door=http://127.0.0.1:$(free_port)
    accounts_make
    node "$PAIDAN_ROOT/deploy/trial/wechat-platform.mjs" "$scratch/accounts.json" "$scratch/platform" >"$scratch/platform.log" 2>&1 &
    workers+=($!)
    wait_until 30 "the platform listens" test -s "$scratch/platform"
    platform=$(cat "$scratch/platform")
    cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$wechat_site"
    {
        printf 'channel: wechat\nlisten: %s\nhotline: "12345"\npage: https://12345.example/t\n' "${door#http://}"
        printf 'sms: {url: "%s/sms", inside: true}\n' "$platform"
        (($# == 0)) || printf '%s\n' "$@"
        echo accounts:
        jq -r --arg api "$platform" '.[] | "  - code: \(.code)\n    platform: \(.platform)\n    api: \(.api // $api)\n    inside: true" +
            (if .platform == "official" then "\n    mode: \(.mode)\n    menus: true" else "" end) +
            (if .connect then "\n    connect: \(.connect)\n    app_id: \(.id)" else "" end) +
            (if .platform != "robot" then "\n    app_id: \(.id)\n    customer: true" else "" end) +
            (if .agent then "\n    agent: \"\(.agent)\"" else "" end) +
            (if .code == "official" then "\n    notice: {id: tpl-progress, values: [{name: thing1, fill: state}, {name: character_string2, fill: number}]}" else "" end)' \
            "$scratch/accounts.json"
    } >"$wechat_site/wechat.yaml"
    while IFS='|' read -r code token key secret webhook; do
        [[ -z $token ]] || secret_write "$data" "$code.token" <<<"$token"
        [[ -z $key ]] || secret_write "$data" "$code.key" <<<"$key"
        [[ -z $secret ]] || secret_write "$data" "$code.secret" <<<"$secret"
        [[ -z $webhook ]] || secret_write "$data" "$code.webhook" <<<"$platform/cgi-bin/webhook/send?key=$webhook"
    done < <(jq -r '.[] | [.code, .token, .key, .secret // "", .webhook // ""] | join("|")' "$scratch/accounts.json")
    secret_write "$data" sms <<<"key-of-the-sms-hook"
}

# platform_do METHOD [JSON_ARGUMENT...]: has the stand-in do something; its answer as JSON.
platform_do() {
    local name=$1
    shift
    printf '%s\n' "${@:-}" | jq -cs --arg name "$name" '{name: $name, args: .}' |
        curl -s --max-time 60 -d @- "$platform/control" | jq -ce 'if has("error") then error(.error) else .value end'
}

# story PHASE [ARGUMENT]: a phase of wechat-story.mjs; what it found is on stdout.
story() {
    timeout 300 node "$peers/wechat-story.mjs" "$platform" "$door" "$@" 2>"$scratch/story.err" || {
        tail -n 30 "$scratch/story.err" >&2
        fail "story $1"
    }
}

# pictures_are_there DATA COUNT NUMBER: so many copies are named by the ticket, and each is a file.
pictures_are_there() {
    local name count=0
    for name in $(paidan "$1" show "$3" --json | grep -o 'media:[0-9a-f]\{64\}' | sort -u | cut -d: -f2); do
        [[ -n $(find "$1/media/wechat" -name "$name.*" ! -name '*.small') ]] || return 1
        count=$((count + 1))
    done
    ((count == $2))
}
