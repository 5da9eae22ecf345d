#!/usr/bin/env bash
# Every row of the published complaints goes through the real services: accepted or refused with a
# reason, each accepted one findable afterwards, and the same totals at every service.
#
# The texts are not part of the repository; they are looked for in $PAIDAN_SHARED/data/complaints
# (default: shared/ beside the repository). Where they are absent the demo's texts take their place.
# ctest: cost 140
source "$(dirname "$0")/lib.sh"

texts=${PAIDAN_SHARED:-$PAIDAN_ROOT/../shared}/data/complaints
data=$scratch/d
mkdir "$scratch/in" "$scratch/out"

# rows FILE: as a table for `submit --from`: columns external_id, time, place, title, text.
rows() {
    zcat -f "$1" | awk -F '\t' -v OFS='\t' -v file="$(basename "$1")" '
        NR == 1 {
            for (i = 1; i <= NF; i++) at[$i] = i
            print "external_id", "time", "place", "title", "text"
            next
        }
        "text" in at {
            place = "district" in at ? $at["district"] : ""
            print $at["id"], $at["time"], place, $at["title"], $at["text"]
            next
        }
        {   # nyc311 has no text by the citizen, only what was ticked
            print $at["unique_key"], $at["created_date"], $at["borough"], $at["complaint_type"],
                $at["complaint_type"] ": " $at["descriptor"] ". " $at["resolution_description"]
        }'
}

if [[ -d $texts ]]; then
    for file in "$texts"/{fj2,fj3-events,fj4,hz,sl,nyc311}*.tsv.gz; do
        rows "$file" >"$scratch/in/$(basename "$file" .gz)"
    done
else
    note "no published complaints at hand: that part is skipped, the demo's texts are taken instead"
    demo_texts >"$scratch/in/demo.tsv"
fi

instance_start "$data" "$PAIDAN_ROOT/deploy/sites/demo"
rows_all=0 accepted_all=0 duplicate_all=0 refused_all=0
for file in "$scratch"/in/*.tsv; do
    name=$(basename "$file" .tsv)
    rows=$(($(wc -l <"$file") - 1))
    code=0
    paidan "$data" submit --channel wechat --from "$file" --json >"$scratch/out/$name" || code=$?
    read -r accepted duplicate refused < <(summary_of "$scratch/out/$name")
    note "$name: $rows rows: $accepted accepted, $duplicate duplicate, $refused refused (exit $code)"
    expect "rows of $name" "$((accepted + duplicate + refused))" "$rows"
    ((code == 0 || refused > 0)) || fail "submit of $name ended with $code"
    rows_all=$((rows_all + rows)) accepted_all=$((accepted_all + accepted))
    duplicate_all=$((duplicate_all + duplicate)) refused_all=$((refused_all + refused))
done
note "all: $rows_all rows: $accepted_all accepted, $duplicate_all duplicate, $refused_all refused"
((accepted_all > 0)) || fail "nothing was accepted"

cat "$scratch"/out/* | json_all number | sort -u >"$scratch/numbers"
expect "numbers given" "$(wc -l <"$scratch/numbers")" "$accepted_all"

wait_until 300 "services caught up" quiet "$data"
tickets_opened "$data" >"$scratch/opened"
tickets_on_desk "$data" >"$scratch/desk"
note "$(wc -l <"$scratch/opened") routed by triage, $(wc -l <"$scratch/desk") at the desk"
sort "$scratch/opened" "$scratch/desk" >"$scratch/found"
if ! diff "$scratch/numbers" "$scratch/found" >"$scratch/diff"; then
    head -n 20 "$scratch/diff"
    fail "the tickets of escalation and the desk are not those that intake gave numbers to"
fi

# Each hundredth ticket, and the first and the last of all, as a person would look for it.
awk 'NR % 100 == 1' "$scratch/numbers" >"$scratch/sample"
tail -n 1 "$scratch/numbers" >>"$scratch/sample"
while read -r number; do
    paidan "$data" show "$number" --json >"$scratch/shown" || fail "show $number"
    expect "number shown" "$(json_first number <"$scratch/shown")" "$number"
    [[ -n $(json_first text <"$scratch/shown") ]] || fail "$number is shown without its text"
done <"$scratch/sample"
note "$(wc -l <"$scratch/sample") looked up one by one"

# The same rows again make no new ticket.
file=$(find "$scratch/in" -name '*.tsv' | sort | head -n 1)
paidan "$data" submit --channel wechat --from "$file" --json >"$scratch/again" || true
read -r accepted duplicate refused < <(summary_of "$scratch/again")
expect "accepted when submitted again" "$accepted" 0

wait_until 60 "services caught up" quiet "$data"
paidan "$data" stats || fail "stats do not agree"
logs_hold "$data"
note "real complaints: ok"
