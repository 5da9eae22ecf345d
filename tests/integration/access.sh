#!/usr/bin/env bash
# access.sh: accounts through the real processes and the command line: a trial's people, logins, what a
# role may not do, a change by two, lockout, keys, and what a restart and a backup keep.
# ctest: cost 15
source "$(dirname "$0")/lib.sh"

data=$scratch/d
export XDG_STATE_HOME=$scratch/state
site=$PAIDAN_ROOT/deploy/sites/demo

# as NAME WORD...: the command line of somebody who is logged in.
as() {
    local who=$1
    shift
    XDG_STATE_HOME=$scratch/state.$who paidan "$data" "$@"
}

# login NAME [PASSWORD]: by the trial's list unless given.
login() {
    local password=${2:-$(awk -F'\t' -v name="$1" '$1 == name {print $3}' "$data/accounts")}
    as "$1" login "$1" <<<"$password"
}

# refused WHAT CODE COMMAND...: it ends with that code.
refused() {
    local what=$1 code=$2
    shift 2
    "$@" >"$scratch/out" 2>"$scratch/err" && fail "$what was allowed"
    grep -q "paidan: $code" "$scratch/err" || fail "$what: $(cat "$scratch/err")"
}

# A fast clock, so that what counts real time would be seen if it did not.
instance_start "$data" "$site" 1200
expect "rights of the keys" "$(stat -c %a "$data/keys/access")" 600

note "accounts of a trial"
paidan "$data" access trial --json >"$scratch/trial" || fail "trial"
expect "rights of the list" "$(stat -c %a "$data/accounts")" 600
refused "a second trial" NOT_FIRST paidan "$data" access trial
for role in dispatcher clerk leader supervisor hotline auditor system security; do
    jq -e --arg role $role 'any(.[]; .role == $role)' "$scratch/trial" >/dev/null || fail "no $role"
done

note "logins"
clerk=$(jq -r '[.[] | select(.role == "clerk")][0].person' "$scratch/trial")
unit=${clerk#clerk.}
for name in "$clerk" dispatcher system security audit; do
    login "$name" >/dev/null || fail "login $name"
done
expect "who" "$(as "$clerk" whoami --json | jq -r '.person, .roles[0].role, .roles[0].unit' | xargs)" "$clerk clerk $unit"
expect "rights of the token" "$(find "$scratch/state.$clerk" -type f -exec stat -c %a {} +)" 600
sleep 2 # 40 minutes of the demo's clock
as "$clerk" work list --unit "$unit" >/dev/null || fail "the session ended by the demo's clock"

note "what a role may not do"
refused "a clerk at the desk" FORBIDDEN as "$clerk" desk list
refused "a clerk among accounts" FORBIDDEN as "$clerk" access user list
refused "a system administrator's roles" FORBIDDEN as system access role grant "$clerk" --role hotline --channel hotline
refused "a security administrator's accounts" FORBIDDEN as security access user add somebody

note "a role is in force with the next grant"
as security access role grant "$clerk" --role dispatcher >/dev/null || fail "grant"
as "$clerk" desk list >/dev/null || fail "the role is not there"
as security access role revoke "$clerk" --role dispatcher >/dev/null || fail "revoke"
refused "a role that was taken away" FORBIDDEN as "$clerk" desk list

note "what concerns an administrator is done by two"
as system access user add aud2 --name 王五 --json >"$scratch/aud2" || fail "add"
as security access role grant aud2 --role auditor --json >"$scratch/change" || fail "ask"
change=$(jq .change "$scratch/change")
refused "the one who asked" SECOND_PERSON as security access change approve "$change"
as audit access change approve "$change" >/dev/null || fail "approve"
refused "to oneself" SECOND_PERSON as security access role grant security --role auditor

note "a first password opens nothing but the way to another"
login aud2 "$(jq -r .password "$scratch/aud2")" >/dev/null || fail "login aud2"
refused "a first password" FORBIDDEN as aud2 access audit
printf '%s\n%s\n' "$(jq -r .password "$scratch/aud2")" "short" | as aud2 passwd 2>"$scratch/err" && fail "a weak password"
grep -q PASSWORD_WEAK "$scratch/err" || fail "weak: $(cat "$scratch/err")"
printf '%s\n%s\n' "$(jq -r .password "$scratch/aud2")" "correct horse battery" | as aud2 passwd >/dev/null || fail "passwd"
as aud2 access audit --json | jq -e '[.facts[] | select(.password_changed)] | length > 0' >/dev/null || fail "audit"

note "lockout, also of names that nobody has"
for name in "$clerk" nobody.at.all; do
    for _ in 1 2 3 4 5; do
        refused "a guess" LOGIN_FAILED login "$name" "guess guess guess"
    done
    refused "a locked name" LOCKED_OUT login "$name" "guess guess guess"
done
as system access user unlock "$clerk" >/dev/null || fail "unlock"
login "$clerk" >/dev/null || fail "login after unlock"

note "sessions end where they are revoked"
as system access session revoke "$clerk" >/dev/null || fail "revoke sessions"
refused "a revoked session" SESSION_ENDED as "$clerk" whoami
login "$clerk" >/dev/null || fail "login again"
as "$clerk" logout >/dev/null || fail "logout"
as system access user disable "$clerk" >/dev/null || fail "disable"
refused "who is disabled" LOGIN_FAILED login "$clerk"

note "keys"
key=$(as security access key make 热线 --channel hotline | head -n 1)
[[ $key =~ ^pd_[0-9a-f]{16}_[0-9a-f]{64}$ ]] || fail "key $key"
as security access key list --json | jq -e '.keys[0].label == "热线" and (.keys[0] | has("revoked_ms") | not)' >/dev/null || fail "key list"
as security access key revoke "${key:3:16}" >/dev/null || fail "revoke key"
refused "a second time" ALREADY_DONE as security access key revoke "${key:3:16}"

note "nothing that opens anything lies in the store"
for secret in "$(jq -r .password "$scratch/aud2")" "correct horse battery" "${key:20}"; do
    grep -qaF -- "$secret" "$data/access/data.mdb" && fail "a secret lies in the store"
done

# Only root can be another user here.
if ((EUID == 0)) && command -v setpriv >/dev/null; then
    note "whom the machine knows needs no login"
    chmod 0710 "$scratch"
    printf 'uid 0 trial\nuid 65534 person dispatcher\n' >"$data/peers"
    "$PAIDAN_ROOT/deploy/reload" --data "$data" >/dev/null || fail "reload of the peers file"
    known() {
        HOME=/nonexistent XDG_STATE_HOME='' setpriv --reuid=65534 --regid=0 --clear-groups \
            "$PAIDAN_BIN/paidan" --data "$data" "$@"
    }
    expect "who it is" "$(known whoami --json | jq -r .person)" dispatcher
    known desk list >/dev/null || fail "a known person's right"
    refused "what the role has not" FORBIDDEN known access user list
    as system access user disable dispatcher >/dev/null || fail "disable"
    refused "a known person who is disabled" FORBIDDEN known desk list
    rm "$data/peers"
    "$PAIDAN_ROOT/deploy/reload" --data "$data" >/dev/null || fail "reload without a peers file"
fi

note "killed, and all is there"
service_kill "$data" access
wait_until 20 "access is back" paidan "$data" ping
as system whoami >/dev/null || fail "the session did not survive"
wait_until 30 "everybody is back" quiet "$data"
logs_hold "$data"
paidan "$data" stats >/dev/null || fail "totals"
as system access user list --json | jq -e '.people | length >= 12' >/dev/null || fail "people"
paidan "$data" backup "$scratch/back" >/dev/null || fail "backup"
paidan "$scratch/new" restore "$scratch/back" >/dev/null || fail "restore"
paidan "$scratch/new" log verify access >/dev/null || fail "verify of the restored log"
note "access: ok"
