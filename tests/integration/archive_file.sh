#!/usr/bin/env bash
# Archive's SQLite file: what was submitted is found, by words, numbers and a caller's phone; whoever kills paidan-archive, and
# whatever happens to the file (deleted, overwritten, locked, of another schema), it holds each event once in the end. No phone and
# no name is in any file of the archive.
# ctest: cost 60
source "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null && python3 -c 'import sqlite3' 2>/dev/null || exit 77

# shellcheck disable=SC2154  # scratch comes from lib.sh
data=$scratch/data
file=$data/archive/archive.sqlite

# sql TEXT: one value of the file, read by somebody else's library.
sql() {
    python3 - "$file" "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=30)
print(*[row[0] for row in db.execute(sys.argv[2])])
PY
}

# follows: the file holds the whole log.
follows() {
    paidan "$data" archive --json 2>/dev/null |
        jq -e '.sinks[] | select(.name == "sqlite") | .state == "follows" and .seq == .head' >/dev/null
}
settled() { quiet "$data" && follows; }
settle() { wait_until 120 "archive has written all of it" settled; }

# count WORD...: how many tickets a search finds.
count() {
    paidan "$data" search "$@" --all --json | jq '.tickets | length'
}

note "1. what is submitted is found"
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"
first=$(paidan "$data" submit --channel hotline --text "三叉街路灯坏了，请打 13800138000" --phone 13912345678 \
    --reporter 金丝雀 --place "三叉街12号" --json | jq -r .number)
for text in "小区门口水管漏水" "楼上噪音扰民" "路灯不亮，漏水"; do
    paidan "$data" submit --channel hotline --text "$text" --phone 13912345679 --reporter 金丝雀 >/dev/null || fail submit
done
paidan "$data" submit --channel hotline --text "匿名举报机密事" --confidential >/dev/null || fail submit
settle
expect "by a word" "$(count 路灯)" 2
expect "by two words" "$(count 路灯 漏水)" 1
expect "by a character" "$(count 噪)" 1
expect "of a confidential ticket" "$(count 机密)" 0
expect "all" "$(count)" 5
expect "by its number" "$(count "$first")" 1
expect "by phone" "$(count --phone 139-1234-5679 --reason 核对)" 3
expect "by phone and word" "$(count 路灯 --phone 13912345679 --reason 核对)" 1
expect "by a masked number" "$(count 13800138000)" 0
paidan "$data" search --phone 13912345678 >/dev/null 2>&1 && fail "a phone without a reason"

note "2. hostile words are words"
for words in '"' "'; DROP TABLE ticket; --" '路灯" OR "1' 'words:路灯*' '%' '_' 'NEAR(a b)' '^' '{' '路灯 -漏水 )'; do
    paidan "$data" search "$words" --json >"$scratch/out" 2>&1 || fail "'$words': $(cat "$scratch/out")"
done
long=$(printf '路%.0s' {1..10000})
paidan "$data" search "$long" --json >"$scratch/out" 2>&1 && fail "ten thousand characters"
grep -q SEARCH_TOO_LONG "$scratch/out" || fail "ten thousand characters: $(cat "$scratch/out")"
expect "tickets left" "$(sql "SELECT count(*) FROM ticket")" 5

note "3. nothing personal in any file"
settle
for canary in 13800138000 13912345678 13912345679 金丝雀 机密; do
    if grep -raq "$canary" "$data/archive"; then
        fail "found: $canary"
    fi
done

note "4. export"
paidan "$data" export 路灯 --out "$scratch/out.csv" >/dev/null || fail export
expect "lines of the table" "$(wc -l <"$scratch/out.csv")" 3
paidan "$data" export --out "$scratch/out.json" >/dev/null || fail export
expect "rows of the document" "$(jq length "$scratch/out.json")" 5

note "5. killed again and again"
for round in 1 2 3 4 5; do
    paidan "$data" submit --channel hotline --text "第${round}轮 垃圾没有清运" >/dev/null || fail submit
    service_kill "$data" archive
done
settle
expect "after the kills" "$(count 垃圾)" 5
# whole: each event once, as many as the log holds.
whole() {
    expect "tickets" "$(sql "SELECT count(*) FROM ticket")" 10
    expect "registrations" "$(sql "SELECT count(*) FROM event WHERE fact = 'registered'")" 10
    expect "rows that are not of a ticket" "$(sql "SELECT count(*) FROM words WHERE rowid NOT IN (SELECT id FROM ticket)")" 0
    expect "what SQLite says of it" "$(sql "PRAGMA integrity_check")" ok
}
whole

note "6. deleted while it is open"
rm -f "$file" "$file-wal" "$file-shm"
there() { [[ -s $file ]] && follows; }
wait_until 60 "it is made anew" there
settle
whole
expect "after it was deleted" "$(count 垃圾)" 5

note "7. overwritten with nonsense"
head -c 65536 /dev/urandom >"$scratch/nonsense"
dd if="$scratch/nonsense" of="$file" conv=notrunc status=none
aside() { compgen -G "$file.damaged-*" >/dev/null && follows; }
wait_until 60 "it is set aside and made anew" aside
settle
whole
rm -f "$file".damaged-*

note "8. of another schema, and of another log"
instance_stop "$data"
python3 -c "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('UPDATE meta SET value = 99 WHERE name = ?', ('schema',)); db.commit()" "$file"
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"
wait_until 60 "another schema is set aside" aside
settle
whole
rm -f "$file".damaged-*
instance_stop "$data"
python3 -c "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('UPDATE meta SET value = 99 WHERE name = ?', ('crc',)); db.commit()" "$file"
instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"
wait_until 60 "another log's is set aside" aside
settle
whole

note "9. locked by somebody: it waits, says so, and goes on"
python3 - "$file" "$scratch/locked" <<'PY' &
import sqlite3, sys, time, os
db = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w").close()
while os.path.exists(sys.argv[2]):
    time.sleep(0.1)
db.execute("ROLLBACK")
PY
workers+=($!)
wait_until 60 "the lock is held" test -e "$scratch/locked"
paidan "$data" submit --channel hotline --text "锁着的时候来的" >/dev/null || fail submit
locked() { paidan "$data" archive --json | jq -e '.sinks[0].state == "locked"' >/dev/null; }
wait_until 60 "it says that it is locked" locked
expect "what was there is found meanwhile" "$(count 垃圾)" 5
rm "$scratch/locked"
settle
expect "after the lock" "$(count 锁着)" 1

note "10. a workbook: every cell of it a text, whatever it begins with"
for sign in = + - @ $'\t'; do
    paidan "$data" submit --channel hotline --title "${sign}1+1 公式" --text "${sign}1+1 公式" >/dev/null || fail submit
done
settle
paidan "$data" export 公式 --out "$scratch/out.xlsx" >/dev/null || fail export
python3 - "$scratch/out.xlsx" >"$scratch/cells" <<'PY'
import re, sys, zipfile
book = zipfile.ZipFile(sys.argv[1])
strings = [re.sub("<[^>]*>", "", text) for text in re.findall("<si>(.*?)</si>", book.read("xl/sharedStrings.xml").decode(), re.S)]
sheet = book.read("xl/worksheets/sheet1.xml").decode()
assert "<f>" not in sheet, "a formula"
rows = re.findall("<row .*?</row>", sheet, re.S)
for row in rows[1:]:
    kinds = re.findall("<c [^>]*>", row)
    assert kinds and all('t="s"' in kind for kind in kinds), kinds
    print(repr(strings[int(re.findall("<v>(\\d+)</v>", row)[-1])]))
PY
expect "rows of the workbook" "$(wc -l <"$scratch/cells")" 5
for title in "'=1+1 公式'" "'+1+1 公式'" "'-1+1 公式'" "'@1+1 公式'"; do
    grep -qFx -- "$title" "$scratch/cells" || fail "no $title in $(cat "$scratch/cells")"
done
paidan "$data" export 公式 --out - >"$scratch/out.csv" || fail export
expect "texts of the table" "$(grep -c "\"'[=+@-]1+1" "$scratch/out.csv")" 4
paidan "$data" export 没有这样的 --out "$scratch/none.xlsx" >/dev/null || fail "an empty workbook"
paidan "$data" export --out "$scratch/out.ods" >"$scratch/out" 2>&1 && fail "a form that is none"
logs_hold "$data"
