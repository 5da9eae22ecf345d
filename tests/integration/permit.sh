#!/usr/bin/env bash
# Who may wish what, through the real services: every cell of the matrix under every role, forged and
# expired grants, a gateway without a grant, a right that is taken away while somebody is connected.
# Every refusal is a fact, and the logs with them verify and replay.
# ctest: cost 10
source "$(dirname "$0")/lib.sh"

data=$scratch/d
# As a version before left it: one key that all services shared.
mkdir -p "$data" && mkdir -m 0700 "$data/keys" && (umask 077 && head -c 32 /dev/urandom >"$data/keys/grant")
instance_start "$data" "$PAIDAN_ROOT/tests/sites/joint"
grep -q "^uid $(id -u) trial$" "$data/peers" || fail "deploy/up writes no peers file"
expect "the secret's mode" "$(stat -c %a "$data/keys/grants/secret")" 600
expect "the public key's mode" "$(stat -c %a "$data/keys/grants/public")" 644
[[ ! -e $data/keys/grant ]] || fail "the shared key of before is still there"
[[ -S $data/run/intake/intake.sock ]] || fail "the socket is not in its own folder"

# peers_read COUNT: has every service told of the file more often than that?
peers_read() {
    local name
    for name in "${SERVICES[@]}"; do
        (($(grep -c 'peers=' "$data/log/$name.log") > $1)) || return 1
    done
}

# peers LINE...: the file anew, read by the services.
peers() {
    local count
    count=$(grep -c 'peers=' "$data/log/callback.log")
    printf '%s\n' "$@" >"$data/peers"
    for name in "${SERVICES[@]}"; do
        kill -HUP "$(cat "$data/run/$name.pid")" || fail "reload $name"
    done
    wait_until 20 "peers are read" peers_read "$count"
}

"$PAIDAN_BIN/test-permit" "$data" >"$scratch/own" || fail "the matrix"
read -r own code <"$scratch/own"
note "the matrix: ok"

note "what was refused is in the log, and who it was"
paidan "$data" log dump escalation --json >"$scratch/facts" || fail "log dump"
grep -q '"denied"' "$scratch/facts" || fail "no Denied"
# In two steps: a pipe that is left early is a failure, and there is more of it than a pipe holds.
grep '"denied"' "$scratch/facts" >"$scratch/denied"
grep -q '"zhang.san"' "$scratch/denied" || fail "Denied does not say who"
grep -q '"peers_changed"' "$scratch/facts" || fail "no PeersChanged"

note "a gateway without a grant"
peers "uid $(id -u) gateway follow=escalation channel=wechat"
"$PAIDAN_BIN/test-permit" "$data" gateway "$own" "$code" || fail "gateway"

note "a file with a mistake: the one before stays"
peers "uid $(id -u) gateway follow=escalation" "uid x"
"$PAIDAN_BIN/test-permit" "$data" gateway "$own" "$code" || fail "gateway kept"

note "revoked while connected"
peers "uid $(id -u) trial"
coproc { "$PAIDAN_BIN/test-permit" "$data" revoked; }
read -r -u "${COPROC[0]}" line
expect "connected" "$line" connected
pid=$COPROC_PID
peers "uid 4294967294 trial"
wait "$pid" || fail "still heard after it was revoked"
if paidan "$data" ping >/dev/null 2>&1; then
    fail "ping by somebody whom nobody knows"
fi

peers "uid $(id -u) trial"
paidan "$data" ping >/dev/null || fail "ping"

note "a pair that was taken away: access makes another, services take it"
before=$(sha256sum <"$data/keys/grants/public")
rm "$data/keys/grants/secret"
service_kill "$data" access
exchanged() { [[ $(sha256sum <"$data/keys/grants/public") != "$before" ]]; }
wait_until 30 "there is another pair" exchanged
wait_until 30 "they take grants of the new one" "$PAIDAN_BIN/test-permit" "$data" grant
instance_stop "$data"
logs_hold "$data"
note "permit: ok"
