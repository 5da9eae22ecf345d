#!/usr/bin/env bash
# The installed form by hand: users and folders as sysusers and tmpfiles make them (below a root of our own), units that systemd
# reads without a word, each service under its own uid. They hear each other through the peers file; nobody can put a socket into
# another's place or read another's store and keys; who is not named is refused. Only root can be several users: else skipped.
source "$(dirname "$0")/lib.sh"

((EUID == 0)) || exit 77
for tool in setpriv systemd-sysusers systemd-tmpfiles systemd-analyze; do
    command -v "$tool" >/dev/null || exit 77
done
chmod 0755 "$scratch"
root=$scratch/image bin=$scratch/bin
data=$root/var/lib/paidan
mkdir -p "$root/etc" "$root/usr/lib" "$bin" "$scratch/units/paidan@gateway.service.d"
cp "$PAIDAN_BIN"/paidan "$PAIDAN_BIN"/paidan-* "$bin"
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$scratch/site"
chmod -R go+rX "$scratch/site" "$bin"

# filled FILE: what CMake makes of a template.
filled() {
    sed -e "s|@CMAKE_INSTALL_FULL_BINDIR@|$bin|g" -e "s|@CMAKE_INSTALL_FULL_DATADIR@/paidan|$scratch/share|g" \
        -e "s|@CMAKE_INSTALL_FULL_[A-Z]*@|$scratch|g" "$PAIDAN_ROOT/deploy/systemd/$1"
}

note "units"
filled paidan@.service.in >"$scratch/units/paidan@.service"
filled gateway.conf.in >"$scratch/units/paidan@gateway.service.d/arguments.conf"
cp "$PAIDAN_ROOT/deploy/systemd/paidan.target" "$scratch/units"
for name in "${SERVICES[@]}" gateway wechat hotline mqtt webhook; do
    cp "$scratch/units/paidan@.service" "$scratch/units/paidan@$name.service"
done
for name in wechat hotline mqtt webhook; do
    mkdir -p "$scratch/units/paidan@$name.service.d"
    sed "s|@ADAPTER_FILE@|$name.yaml|" "$PAIDAN_ROOT/deploy/systemd/adapter.conf.in" >"$scratch/units/paidan@$name.service.d/site.conf"
    cp "$bin/paidan" "$bin/paidan-$name" 2>/dev/null # the unit's program, where this build has none
done
touch "$scratch/RUNBOOK.md"
rm "$scratch/units/paidan@.service" # systemd would try an instance of no name
SYSTEMD_UNIT_PATH=$scratch/units: systemd-analyze verify --man=no "$scratch"/units/paidan@*.service "$scratch/units/paidan.target" >"$scratch/verify" 2>&1
if grep "paidan" "$scratch/verify" >&2; then
    fail "systemd reads a unit otherwise than it is meant"
fi

note "users and folders"
systemd-sysusers --root="$root" "$PAIDAN_ROOT/deploy/systemd/sysusers.conf" >"$scratch/out" 2>&1 || fail "sysusers: $(cat "$scratch/out")"
mkdir -p "$scratch/share"
cp "$PAIDAN_ROOT/deploy/systemd/peers" "$scratch/share/peers"
mkdir -p "$root$scratch/share"
cp "$scratch/share/peers" "$root$scratch/share/peers"
filled tmpfiles.conf.in >"$scratch/tmpfiles.conf"
systemd-tmpfiles --root="$root" --create "$scratch/tmpfiles.conf" >"$scratch/out" 2>&1 || fail "tmpfiles: $(cat "$scratch/out")"
uid_of() {
    awk -F: -v name="$1" '$1 == name { print $3 }' "$root/etc/passwd"
}
gid_of() {
    awk -F: -v name="$1" '$1 == name { print $3 }' "$root/etc/group"
}
groups_of() {
    awk -F: -v name="$1" '("," $4 ",") ~ ("," name ",") { print $3 }' "$root/etc/group" | paste -sd,
}
# The machine does not know these names: the peers file by number. A clerk, an adapter, a stranger in the group, one outside it.
clerk=64001 adapter=64002 stranger=64003 outsider=64004
people=$(gid_of _paidan)
while read -r word user rest; do
    [[ $word == uid ]] && echo "uid $(uid_of "$user") $rest"
done <"$scratch/share/peers" >"$data/peers"
printf 'uid %s person %s\nuid %s adapter hotline-a channel=hotline\n' $clerk zhang.san $adapter >>"$data/peers"
chmod 0644 "$data/peers"

# by UID GROUPS COMMAND...: as that user.
by() {
    local uid=$1 groups=$2
    shift 2
    HOME=/nonexistent XDG_STATE_HOME='' setpriv --reuid="$uid" --regid="$uid" --groups="$groups" --no-new-privs "$@"
}
as_service() {
    local name=_paidan-$1
    shift
    HOME=/nonexistent setpriv --reuid="$(uid_of "$name")" --regid="$(gid_of "$name")" --groups="$(groups_of "$name")" --no-new-privs "$@"
}

note "each service under its own uid"
declare -A pid
# start SERVICE OPTION...: as its unit does.
start() {
    local user=_paidan-$1
    (
        umask 0027
        export HOME=/nonexistent
        exec setpriv --reuid="$(uid_of "$user")" --regid="$(gid_of "$user")" --groups="$(groups_of "$user")" --no-new-privs \
            "$bin/paidan-$1" --data "$data" --site "$scratch/site" "${@:2}"
    ) >"$scratch/$1.log" 2>&1 &
    pid[$1]=$!
    workers+=("$!")
}
for name in "${SERVICES[@]}"; do
    start "$name"
done
start gateway --listen 127.0.0.1:0
ready() {
    by $clerk "$people" "$bin/paidan" --data "$data" ping >/dev/null 2>&1
}
until ready || ((SECONDS > PAIDAN_READY_SECONDS)); do
    sleep 0.3
done
ready || fail "not all answer a clerk's ping: $(tail -n 3 "$scratch"/*.log; by $clerk "$people" "$bin/paidan" --data "$data" ping 2>&1)"
for name in "${SERVICES[@]}"; do
    expect "who owns the socket of $name" "$(stat -c '%u:%g' "$data/run/$name/$name.sock")" "$(uid_of "_paidan-$name"):$people"
    expect "who runs $name" "$(stat -c %u "/proc/${pid[$name]}")" "$(uid_of "_paidan-$name")"
done
wait_until 30 "they follow each other" bash -c "HOME=/nonexistent setpriv --reuid=$clerk --regid=$clerk --groups=$people '$bin/paidan' --data '$data' ping --json | jq -se '[.. | objects | select(has(\"following\")) | .following] | length == 4 and all(.[][]; .cursor == .head)' >/dev/null"
http=$(cat "$data/run/gateway.http")
wait_until 20 "the gateway reaches all" bash -c "curl -s '$http/readyz' | jq -e .ready >/dev/null"

note "a ticket goes through all of them"
by $adapter "$people" "$bin/paidan" --data "$data" submit --channel hotline --text '永新社区3号楼电梯坏了，老人下不了楼' --json >"$scratch/ticket" || fail "an adapter's ticket"
as_service access "$bin/paidan" --data "$data" access init --json >"$scratch/first" || fail "the first three accounts"
seen() {
    grep -qE '"(routed|desked)"' <<<"$(as_service triage "$bin/paidan" --data "$data" log dump triage --json 2>/dev/null)"
}
wait_until 20 "triage has followed" seen

note "nobody takes another's place"
for who in $clerk $stranger "$(uid_of _paidan-triage)" "$(uid_of _paidan-gateway)"; do
    by "$who" "$people" rm -f "$data/run/intake/intake.sock" 2>/dev/null && fail "$who removed a socket"
    by "$who" "$people" mv "$data/run/intake" "$data/run/other" 2>/dev/null && fail "$who moved a folder"
    by "$who" "$people" ln -sf /tmp "$data/run/intake.endpoint" 2>/dev/null && fail "$who changed a link"
    by "$who" "$people" touch "$data/run/intake/x" "$data/run/x" "$data/x" 2>/dev/null && fail "$who wrote beside a socket"
    by "$who" "$people" cat "$data/intake/data.mdb" >/dev/null 2>&1 && fail "$who read intake's store"
    by "$who" "$people" cat "$data/keys/grants/secret" "$data/keys/passes/secret" >/dev/null 2>&1 && fail "$who read a secret of grants"
    by "$who" "$people" sh -c "echo 'uid $who trial' >>'$data/peers'" 2>/dev/null && fail "$who wrote the peers file"
done
printf 'token\n' >"$data/secrets/wechat/key"
chown "$(uid_of _paidan-wechat):$(gid_of _paidan-wechat)" "$data/secrets/wechat/key"
chmod 0400 "$data/secrets/wechat/key"
expect "an adapter's secret" "$(as_service wechat cat "$data/secrets/wechat/key")" token
for name in gateway hotline intake; do
    as_service "$name" cat "$data/secrets/wechat/key" >/dev/null 2>&1 && fail "$name reads a secret of wechat"
done
for name in intake triage escalation callback gateway wechat; do
    as_service "$name" cat "$data/keys/grants/secret" >/dev/null 2>&1 && fail "$name reads what makes grants"
    as_service "$name" cat "$data/keys/grants/public" >/dev/null || fail "$name cannot read what opens grants"
    as_service "$name" sh -c "echo x >'$data/keys/grants/public'" 2>/dev/null && fail "$name wrote what opens grants"
    as_service "$name" mv "$data/keys/grants" "$data/keys/g" 2>/dev/null && fail "$name moved the keys of grants"
    as_service "$name" touch "$data/keys/x" 2>/dev/null && fail "$name put a file beside the keys"
done
as_service access cat "$data/keys/passes/secret" >/dev/null 2>&1 && fail "access reads what makes passes"
as_service triage cat "$data/keys/access" >/dev/null 2>&1 && fail "triage reads access's key"

# refused WHAT CODE UID GROUPS WORD...: with that code.
refused() {
    local what=$1 code=$2 uid=$3 groups=$4
    shift 4
    by "$uid" "$groups" "$bin/paidan" --data "$data" "$@" >"$scratch/out" 2>"$scratch/err" && fail "$what: allowed"
    grep -q "$code" "$scratch/err" "$scratch/out" || fail "$what: $(cat "$scratch/err")"
}
note "who is not named, is refused; who is, does what is his"
refused "a stranger in the group" FORBIDDEN $stranger "$people" board
refused "a stranger's ticket" FORBIDDEN $stranger "$people" submit --channel hotline --text x
refused "root" FORBIDDEN 0 "$people" board
refused "outside the group" UNREACHABLE $outsider $outsider --timeout 2 board
refused "another channel" FORBIDDEN $adapter "$people" submit --channel wechat --text '路灯不亮'
refused "an adapter's board" FORBIDDEN $adapter "$people" board
refused "a service that reads" FORBIDDEN "$(uid_of _paidan-triage)" "$people" board

note "a line that is taken away holds at once"
sed -i "/^uid $adapter /d" "$data/peers"
for name in "${SERVICES[@]}"; do
    kill -HUP "${pid[$name]}" || fail "HUP $name"
done
taken() {
    by $adapter "$people" "$bin/paidan" --data "$data" submit --channel hotline --text '路灯不亮' >"$scratch/out" 2>&1
    grep -q FORBIDDEN "$scratch/out"
}
wait_until 10 "the adapter is refused" taken

for name in gateway "${SERVICES[@]}"; do
    kill "${pid[$name]}"
    wait "${pid[$name]}" || fail "$name does not end well: $(tail -3 "$scratch/$name.log")"
done
workers=()
for name in "${SERVICES[@]}"; do
    as_service "$name" "$bin/paidan" --data "$data" log verify "$name" >"$scratch/out" 2>&1 || fail "verify $name: $(cat "$scratch/out")"
done
note "installed: ok"
