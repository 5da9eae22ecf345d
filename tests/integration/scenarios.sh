#!/usr/bin/env bash
# Five real places played through the real processes: each ends with the numbers of its page. A page
# with another number, a refusal that nobody expects and a word that means nothing are noticed.
# ctest: cost 60
source "$(dirname "$0")/lib.sh"

# refused WANTED SED: sanchajie with one change must fail, and say so.
refused() {
    sed "$2" "$PAIDAN_ROOT/tests/scenarios/sanchajie.scenario" >"$scratch/changed.scenario"
    "$PAIDAN_BIN/test-scenario" "$scratch/changed.scenario" >"$scratch/changed" 2>&1
    expect "exit of a changed scenario ($2)" "$?" 1
    grep -qF -- "$1" "$scratch/changed" || fail "$2: '$1' is not said"
}

refused "✗" 's/^expect 56 /expect 57 /'
refused "ASSIST_OPEN" '/unit=zone-north/d'
refused "has no meaning here" 's/^accept disputes/accept disputes quickly=yes/'
refused "nobody knows how" 's/^accept disputes/bribe disputes/'
bash "$PAIDAN_ROOT/tests/scenarios/run" --processes || fail "a place differs from its page"
note "scenarios: ok"
