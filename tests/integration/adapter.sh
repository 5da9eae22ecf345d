#!/usr/bin/env bash
# The example for authors of adapters, proto/examples/node, as proto/ADAPTERS.md says to run it: against
# real services, from the complaint to the resident's answer.
# ctest: cost 10
source "$(dirname "$0")/lib.sh"

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    note "npm is missing: the example is not run"
    exit 77
fi
# Kept beside the programs: what npm fetches is fetched once.
client=$(dirname "$PAIDAN_BIN")/adapter
mkdir -p "$client"
cp "$PAIDAN_ROOT"/proto/examples/node/* "$client"
# shellcheck disable=SC2154  # scratch comes from lib.sh
if [[ ! -d $client/node_modules/zeromq ]]; then
    npm ci --prefix "$client" --ignore-scripts --no-audit --no-fund >"$scratch/npm.log" 2>&1 || {
        note "npm cannot install the example's packages: $(tail -n 1 "$scratch/npm.log")"
        exit 77
    }
fi
export PAIDAN_PROTO=$PAIDAN_ROOT/proto
data=$scratch/d
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo" 1 "2026-03-02 10:00"
node "$client/day.mjs" "$data" wechat pm-anju '楼道里堆满了纸箱，消防通道堵住了' 锦绣苑3号楼 >"$scratch/day" ||
    fail "the example: $(cat "$scratch/day")"
cat "$scratch/day"
number=$(awk '$1 == "submitted" { print $2 }' "$scratch/day")
[[ $number =~ ^20260302-0001-[0-9]$ ]] || fail "the number is '$number'"
expect "stages" "$(awk '{ print $1 }' "$scratch/day" | tr '\n' ' ')" \
    "submitted looked-up pulled accept contact assist_done resolve answered refused "
expect "numbers that differ" "$(awk '{ print $2 }' "$scratch/day" | sort -u)" "$number"
closed() {
    [[ $(paidan "$data" show "$number" --json | jq -r '"\(.state) \(.outcome)"') == "closed solved" ]]
}
wait_until 30 "the ticket is closed as solved" closed

note "said again while it is open: it is chased, nobody gets a code, and as another matter it goes its way"
say_again=(node "$client/day.mjs" "$data" wechat pm-anju '楼道里堆满了纸箱，消防通道又堵住了' 锦绣苑3号楼)
wait_until 30 "intake knows that it is closed" quiet "$data"
paidan "$data" submit --channel wechat --text '楼道里堆满了纸箱，消防通道又堵住了' --place 锦绣苑3号楼 --phone 13812345678 >/dev/null ||
    fail "the complaint that is open"
"${say_again[@]}" >"$scratch/day" || fail "the example, repeated: $(cat "$scratch/day")"
cat "$scratch/day"
expect "stages of a repetition" "$(awk '{ print $1 }' "$scratch/day" | tr '\n' ' ')" \
    "repeated submitted looked-up pulled accept contact assist_done resolve answered refused "
expect "codes that are none" "$(grep -c undefined "$scratch/day")" 0
repeated=$(awk '$1 == "repeated" { print $2 }' "$scratch/day")
expect "repetitions counted" "$(paidan "$data" metrics intake | awk '/repeats/ && !/^#/ { print $2 }')" 1
paidan "$data" withdraw "$repeated" >/dev/null || fail "the open one is withdrawn"
wait_until 30 "services caught up" quiet "$data" # else the next one is a repetition of what is closed already

note "a service that is killed meanwhile: the same request id takes effect once"
service_kill "$data" intake
node "$client/day.mjs" "$data" wechat pm-anju '楼道里堆满了纸箱，消防通道又堵住了' 锦绣苑3号楼 >"$scratch/day" ||
    fail "the example after a kill: $(cat "$scratch/day")"
wait_until 30 "services caught up" quiet "$data"
expect "tickets" "$(tickets_opened "$data" | wc -l)" 4
note "adapter: ok"
