#!/usr/bin/env bash
# Working days and working minutes against two programs of others: npm's chinese-days (2004 to 2026,
# from its own data) and Debian's Business::Hours. Then the commands: import, check, due.
# ctest: cost 10
source "$(dirname "$0")/lib.sh"

oracle=$PAIDAN_ROOT/tests/oracle
# shellcheck disable=SC2154  # scratch comes from lib.sh
site=$scratch/site
cp -r "$PAIDAN_ROOT/tests/sites/calendar" "$site"
calendar() {
    "$PAIDAN_BIN/paidan" calendar "$@"
}

note "working minutes"
if perl -MBusiness::Hours -e 1 2>/dev/null; then
    perl "$oracle/working_minutes.pl" "$PAIDAN_BIN/test-calendar" "$site" no-makeup \
        "$PAIDAN_ROOT"/deploy/calendars/CN/*.json || fail "working minutes"
else
    fail "Business::Hours is missing: apt-get install libbusiness-hours-perl"
fi

note "import, check, due"
due=$(calendar due --site "$site" --calendar office --unit working_days --amount 1 \
    --from 2026-02-14T10:00) || fail "due"
expect "one working day over the spring festival" "$due" "2026-02-24T10:00:00+08:00"
due=$(calendar due --site "$site" --calendar office --unit working_days --amount 1 \
    --from 2027-02-05T10:00 2>/dev/null)
expect "a year that is not known" "$due" "2027-02-08T10:00:00+08:00"
cat >"$scratch/2027.ics" <<'ICS'
BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:上班(补春节假期)
DTSTART;VALUE=DATE:20270206
END:VEVENT
BEGIN:VEVENT
SUMMARY:春节假期
DTSTART;VALUE=DATE:20270208
DTEND;VALUE=DATE:20270210
END:VEVENT
END:VCALENDAR
ICS
calendar import "$scratch/2027.ics" --site "$site" >/dev/null || fail "import"
due=$(calendar due --site "$site" --calendar office --unit working_days --amount 1 \
    --from 2027-02-05T10:00)
expect "with the make-up day imported" "$due" "2027-02-06T10:00:00+08:00"
due=$(calendar due --site "$site" --calendar office --unit working_days --amount 2 \
    --from 2027-02-05T10:00)
expect "with the holiday imported" "$due" "2027-02-10T10:00:00+08:00"
years=$(calendar check --site "$site" --json | jq -c '.calendars[] | select(.calendar == "office").known_years')
expect "known years, two days are not one" "$years" "[2024,2025,2026]"
sed 's/2026-01-02/2024-01-02/' "$PAIDAN_ROOT/deploy/calendars/CN/2026.json" >"$scratch/foreign.json"
calendar import "$scratch/foreign.json" --site "$site" 2>"$scratch/said" && fail "a foreign day was taken"
expect "status of a refused file" "$?" 65
grep -q 'foreign.json:6: HOLIDAY_FOREIGN' "$scratch/said" || fail "not told: $(cat "$scratch/said")"
rm -r "$site/calendars"

note "working days"
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    note "npm is missing: working days are not compared"
    exit 77
fi
install=$(dirname "$PAIDAN_BIN")/oracle
mkdir -p "$install"
cp "$oracle"/package{,-lock}.json "$install"
if [[ ! -d $install/node_modules/chinese-days ]]; then
    npm ci --prefix "$install" --ignore-scripts --no-audit --no-fund >"$scratch/npm.log" 2>&1 || {
        note "npm cannot install chinese-days: $(tail -n 1 "$scratch/npm.log")"
        exit 77
    }
fi
judge() {
    node "$oracle/working_days.cjs" "$install/node_modules" "$@"
}
judge data "$site" || fail "data of the package"
judge ask 5000 7 >"$scratch/questions"
"$PAIDAN_BIN/test-calendar" "$site" office <"$scratch/questions" >"$scratch/answers" ||
    fail "test-calendar"
judge judge 5000 7 <"$scratch/answers" || fail "working days"
for year in {2004..2026}; do
    calendar show --site "$site" --calendar office --year "$year" --json | judge days "$year" ||
        fail "days of $year"
done
note "each day of 2004 to 2026 agrees"
