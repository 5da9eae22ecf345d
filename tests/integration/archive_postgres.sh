#!/usr/bin/env bash
# Archive's copy in a real PostgreSQL: the same rows as in the SQLite file, each event once, whoever is killed; down for a while and
# caught up; of another log it is left as it is, and that is said.
# ctest: cost 60
source "$(dirname "$0")/lib.sh"

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
if [[ -z $bin ]] || ! command -v python3 psql setpriv >/dev/null; then
    note "no PostgreSQL here"
    exit 77
fi

# shellcheck disable=SC2154  # scratch comes from lib.sh
data=$scratch/data
file=$data/archive/archive.sqlite
base=$scratch/base
mkdir -p "$base" && chmod 755 "$scratch"
as=()
if ((EUID == 0)); then
    # Its server does not run as root.
    chown nobody "$base" || exit 77
    as=(setpriv --reuid nobody --clear-groups)
fi
server() { "${as[@]}" "$bin/pg_ctl" -D "$base/data" -s -w "$@" >>"$scratch/server.log" 2>&1; }
up() { server -o "-k $base -c listen_addresses=''" -l "$base/log" start || fail "the server: $(tail -n 5 "$base/log")"; }
down() { server -m immediate stop; }
end() {
    down
    cleanup
}
trap end EXIT
"${as[@]}" "$bin/initdb" -D "$base/data" -U paidan -A trust -E UTF8 --no-sync >"$scratch/initdb.log" 2>&1 || {
    note "initdb does not run here: $(tail -n 2 "$scratch/initdb.log")"
    exit 77
}
up

pg() { psql -h "$base" -U paidan -d postgres -XAtc "SET search_path = paidan" -c "$1" | tail -n +2; }
lite() {
    python3 - "$file" "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=30)
for row in db.execute(sys.argv[2]):
    print("|".join("" if value is None else str(value) for value in row))
PY
}
# follows: both hold the whole log.
follows() {
    paidan "$data" archive --json 2>/dev/null |
        jq -e '(.sinks | length) == 2 and all(.sinks[]; .state == "follows" and .seq == .head)' >/dev/null
}
settled() { quiet "$data" && follows; }
# same: the rows of the two are the same.
same() {
    local sql
    wait_until 120 "both have written all of it" settled
    for sql in "SELECT id, number, registered_ms, channel, title, place, person, confidential, state, unit, category, area, level,
        urgency, outcome, solved, satisfied, closed_ms, merged_into, changed_ms, moved, answered FROM ticket ORDER BY id" \
        "SELECT log, seq, at_ms, ticket, fact, actor FROM event ORDER BY log, seq"; do
        pg "$sql" | LC_ALL=C sort >"$scratch/pg"
        lite "$sql" | LC_ALL=C sort >"$scratch/lite"
        [[ -s $scratch/pg ]] || fail "nothing is there"
        diff "$scratch/pg" "$scratch/lite" >"$scratch/diff" || fail "the two differ: $(head -n 5 "$scratch/diff")"
    done
}
submit() { paidan "$data" submit --channel hotline --text "$1" --place "三叉街12号" >/dev/null || fail submit; }

note "1. the same rows"
mkdir -p "$data/secrets/archive"
chmod 700 "$data/secrets" "$data/secrets/archive"
(umask 077 && echo "host=$base user=paidan dbname=postgres" >"$data/secrets/archive/postgres")
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"
for text in "路灯坏了 it's \\ \"quoted\"" "水管漏水 \$1 %s" "'; DROP TABLE ticket; --"; do
    submit "$text"
done
same

note "2. killed again and again"
for round in 1 2 3 4; do
    submit "第${round}轮"
    service_kill "$data" archive
done
same

note "3. down, and caught up"
down
submit "数据库停着"
away() { paidan "$data" archive --json | jq -e '.sinks[] | select(.name == "postgres") | .state == "away"' >/dev/null; }
wait_until 60 "it says that it is away" away
for round in 1 2 3; do submit "停着第${round}件"; done
expect "found meanwhile" "$(paidan "$data" search 停着 --all --json | jq '.tickets | length')" 4
up
same
expect "tickets" "$(pg "SELECT count(*) FROM ticket")" 11

note "4. of another log: said, and not touched"
pg "UPDATE meta SET value = 12345 WHERE name = 'crc'" >/dev/null
service_kill "$data" archive
submit "另一个日志"
other() { paidan "$data" archive --json | jq -e '.sinks[] | select(.name == "postgres") | .detail == "diverged"' >/dev/null; }
wait_until 60 "it says that it is another log's" other
expect "tickets" "$(pg "SELECT count(*) FROM ticket")" 11

note "5. dropped by its owner: made anew"
pg "DROP SCHEMA paidan CASCADE" >/dev/null 2>&1
service_kill "$data" archive
same

note "6. of an older schema: brought up in place, with what a new column says of tickets that are there"
# Two that were answered, one of them opened again by it; of the first schema both keep what was answered.
resolved() { # NUMBER UNIT
    paidan "$data" work accept "$1" --unit "$2" >/dev/null && paidan "$data" work resolve "$1" --unit "$2" --note 修好了 >/dev/null
}
asked() { paidan "$data" show "$1" --json | jq -e '.state == "resolved"' >/dev/null && paidan "$data" callback list --channel hotline --json | jq -e --arg number "$1" 'any(.tasks[]; .number == $number)' >/dev/null; }
for solved in yes no; do
    number=$(paidan "$data" submit --channel hotline --text "锦绣苑3号楼消防通道被杂物堵死了，$solved" --json | json_first number)
    assigned() { [[ $(paidan "$data" show "$number" --json | jq -r .state) == assigned ]]; }
    wait_until 30 "a unit has $number" assigned
    resolved "$number" "$(paidan "$data" show "$number" --json | jq -r .unit)" || fail "resolve $number"
    wait_until 30 "it is asked about" asked "$number"
    paidan "$data" callback answer "$number" --solved "$solved" --satisfied "$solved" >/dev/null || fail "answer $number"
done
same
(($(pg "SELECT count(*) FROM ticket WHERE answered > 0") == 2)) || fail "two were answered: $(pg "SELECT number, answered FROM ticket WHERE answered > 0")"
pg "ALTER TABLE ticket DROP COLUMN answered; UPDATE meta SET value = 1 WHERE name = 'schema';
    UPDATE ticket SET solved = 'no', satisfied = 'no' WHERE state = 'assigned'" >/dev/null
before=$(pg "SELECT count(*), max(seq) FROM event")
service_kill "$data" archive
upgraded() { [[ $(pg "SELECT value FROM meta WHERE name = 'schema'") == 2 ]]; }
wait_until 60 "it is brought up" upgraded
[[ $before == "$(pg "SELECT count(*), max(seq) FROM event")" ]] || fail "it was not made anew: its events stay"
same

note "7. of a newer schema, and of another log's older one: said, and not touched"
detail() { paidan "$data" archive --json | jq -e --arg detail "$1" '.sinks[] | select(.name == "postgres") | .detail == $detail' >/dev/null; }
pg "UPDATE meta SET value = 3 WHERE name = 'schema'" >/dev/null
service_kill "$data" archive
wait_until 60 "it says so" detail format
pg "UPDATE meta SET value = 1 WHERE name = 'schema'; UPDATE meta SET value = 12345 WHERE name = 'crc'" >/dev/null
wait_until 120 "it says that it is another log's" detail diverged
expect "its schema" "$(pg "SELECT value FROM meta WHERE name = 'schema'")" 1

note "8. the site says which secret, or none"
instance_stop "$data"
pg "DROP SCHEMA paidan CASCADE" >/dev/null 2>&1
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$scratch/site"
rm "$data/site.path" # moved on purpose
echo 'archive: {postgres: city}' >>"$scratch/site/site.yaml"
instance_start "$data" "$scratch/site"
wait_until 60 "it says that the secret is not there" detail secret
(umask 077 && mv "$data/secrets/archive/postgres" "$data/secrets/archive/city")
same
instance_stop "$data"
sed -i 's/postgres: city/postgres: none/' "$scratch/site/site.yaml"
(umask 077 && cp "$data/secrets/archive/city" "$data/secrets/archive/postgres")
instance_start "$data" "$scratch/site"
wait_until 60 "every service answers" quiet "$data"
expect "where it keeps them" "$(paidan "$data" archive --json | jq -c '[.sinks[].name]')" '["sqlite"]'
logs_hold "$data"
