#!/usr/bin/env bash
# A second process on the same store refuses to start, and the first does not notice.
source "$(dirname "$0")/lib.sh"

data=$scratch/d site=$PAIDAN_ROOT/deploy/sites/demo
instance_start "$data" "$site"
for name in "${SERVICES[@]}"; do
    first=$(cat "$data/run/$name.pid")
    code=0
    timeout 60 "$PAIDAN_BIN/paidan-$name" --data "$data" --site "$site" >"$scratch/second" 2>&1 ||
        code=$?
    cat "$scratch/second"
    case $code in
        75 | 78) ;;
        *) fail "a second paidan-$name ended with $code" ;;
    esac
    grep -q STORE_LOCKED "$scratch/second" || fail "paidan-$name does not say STORE_LOCKED"
    expect "pid of $name" "$(cat "$data/run/$name.pid")" "$first"
done
paidan "$data" ping || fail "the first processes do not answer"
paidan "$data" submit --channel wechat --text '路灯不亮' || fail "submit"
note "second process: ok"
