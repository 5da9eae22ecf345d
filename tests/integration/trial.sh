#!/usr/bin/env bash
# Those outside of a demo (deploy/trial) as parts of an instance: they come again when one of them is killed, with their ports and
# keys; a port that somebody took meanwhile is chosen anew; left-overs are stopped; a first start that comes to nothing can be made
# again, by bus too; and nothing is removed or overwritten that is not theirs. deploy/up says which of these it was.
# ctest: cost 60
source "$(dirname "$0")/lib.sh"

for tool in node npm mosquitto setpriv; do
    PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || exit 77
done
# shellcheck disable=SC2016  # expanded by the inner shell
bash -c 'source "$1/deploy/lib.sh" && trial_packages' trial "$PAIDAN_ROOT" || exit 77
node=$(command -v node)

# up DATA WORD...: deploy/up, its exit code in code, what it says in $scratch/out.
up() {
    local data=$1
    shift
    instances+=("$data")
    code=0
    "$PAIDAN_ROOT/deploy/up" --lang en --detach --data "$data" "$@" >"$scratch/out" 2>&1 || code=$?
}
# said PATTERN: in what it said last.
said() {
    grep -q "$1" "$scratch/out" || fail "'$1' is not said: $(cat "$scratch/out")"
}

note "1. what is not of a trial stays"
mkdir -p "$scratch/inside" "$scratch/folder/site" "$scratch/secret/secrets/wechat"
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$scratch/inside/site"
cp -r "$PAIDAN_ROOT/deploy/demo" "$scratch/inside/site/demo"
echo mine >"$scratch/folder/site/areas.csv"
echo real >"$scratch/secret/secrets/wechat/street.token"
up "$scratch/inside" --site "$scratch/inside/site"
expect "exit, a site in DATA/site" "$code" 78
said "must not lie in"
diff -r "$PAIDAN_ROOT/deploy/sites/demo/areas.csv" "$scratch/inside/site/areas.csv" || fail "the site was changed"
up "$scratch/folder"
expect "exit, a folder that is not ours" "$code" 78
expect "what lies in it" "$(cat "$scratch/folder/site/areas.csv")" mine
up "$scratch/secret"
expect "exit, a secret that is not ours" "$code" 78
said "secrets/wechat/street.token"
expect "the secret" "$(cat "$scratch/secret/secrets/wechat/street.token")" real

note "2. those outside do not start: nothing is left, and the hint can be followed"
data=$scratch/again
mkdir "$scratch/bin"
# shellcheck disable=SC2016  # expanded by that script
printf '#!/bin/sh\ncase $2 in run) exit 78 ;; esac\nexec %s "$@"\n' "$node" >"$scratch/bin/node"
chmod +x "$scratch/bin/node"
PATH=$scratch/bin:$PATH up "$data"
expect "exit without those outside" "$code" 75
said "Try again with --by-bus"
for name in site.path clock site trial/origin intake run/supervisor.pid; do
    [[ ! -e $data/$name ]] || fail "left: $name"
done
if pgrep -f "$data" >/dev/null; then
    fail "runs on: $(pgrep -af "$data")"
fi
up "$data" --by-bus
expect "exit by bus: $(tail -n 3 "$scratch/out")" "$code" 0
[[ -s $data/accounts ]] || fail "the demo's accounts were not made"
instance_stop "$data" >/dev/null

note "3. without a Node it goes by bus, and what lacks is said"
data=$scratch/lacks
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/node"
PATH=$scratch/bin:$PATH up "$data"
expect "exit without a Node" "$code" 0
said "speak by bus: there is no Node"
instance_stop "$data" >/dev/null

note "4. killed parts come again"
data=$scratch/doors
up "$data"
expect "exit: $(tail -n 3 "$scratch/out")" "$code" 0
ports() { jq -c .ports "$data/trial/trial.json"; }
first=$(ports)
trial() { cat "$data/run/trial.pid" 2>/dev/null || echo 0; }
broker() { pgrep -P "$(trial)" mosquitto; }
connected() { paidan "$data" channels status --json | jq -e '.adapters | any(.[]; .adapter == "mqtt" and .connected)' >/dev/null; }
wait_until 20 "the adapter at the broker" connected
# Two hours of the machine are a hundred days of a demo.
days=$(paidan "$data" channels status --json | jq --argjson now "$(awk -v now="$(date +%s%3N)" '{ printf "%.0f", $3 + (now - $2) * $4 }' "$data/clock")" '
    .adapters[] | select(.adapter == "wechat") | (.token_until_ms - $now) / 86400000 | floor')
((days > 80 && days <= 101)) || fail "the token of WeChat holds for $days days of the demo's time"
before=$(broker)
kill -KILL "$before"
another_broker() { [[ $(broker) != "$before" && -n $(broker) ]]; }
wait_until 20 "another broker" another_broker
wait_until 20 "the adapter at the new one" connected
kill "$(cat "$data/run/demo.pid")"
before=$(trial)
kill -KILL "$before"
another() { [[ -n $(broker) && $(trial) != "$before" ]]; }
wait_until 20 "another trial" another
wait_until 20 "the adapter at its broker" connected
expect "its ports" "$(ports)" "$first"

note "5. a trial that was left alone is stopped, and a port that was taken is chosen anew"
kill -KILL "$(cat "$data/run/supervisor.pid")"
for name in "${SERVICES[@]}" gateway wechat hotline mqtt; do
    service_kill "$data" "$name"
done
before=$(trial)
up "$data" --no-feed
expect "exit: $(tail -n 3 "$scratch/out")" "$code" 0
# Who has ended is there until init has taken note of it.
stopped() { ! kill -0 "$before" 2>/dev/null; }
wait_until 20 "the trial of before is stopped" stopped
expect "its ports" "$(ports)" "$first"
instance_stop "$data" >/dev/null
node -e 'require("net").createServer().listen(Number(process.argv[1]), "127.0.0.1")' "$(jq .hotline <<<"$first")" &
workers+=("$!")
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$(jq .hotline <<<"$first")") 2>/dev/null; }
wait_until 20 "somebody else at the port" listens
up "$data" --no-feed
expect "exit: $(tail -n 3 "$scratch/out")" "$code" 0
expect "the ports that nobody took" "$(ports | jq -c 'del(.hotline)')" "$(jq -c 'del(.hotline)' <<<"$first")"
[[ $(ports) != "$first" ]] || fail "the taken port was kept"
grep -q "127.0.0.1:$(ports | jq .hotline)/" "$data/site/hotline.yaml" || fail "the site has another port"
instance_stop "$data" >/dev/null
if pgrep -f "$data" >/dev/null; then
    fail "runs on: $(pgrep -af "$data")"
fi
note "trial: ok"
