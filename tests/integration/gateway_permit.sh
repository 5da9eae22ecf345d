#!/usr/bin/env bash
# Every cell of the matrix through the gateway: each wish that has a route, by somebody logged in under each role and by keys of
# a channel and of a unit, against the table (tests/golden/permit_table.txt). A row of the table that has neither a line here nor a
# reason fails, so that a new wish is asked. What the services themselves answer: permit.sh.
source "$(dirname "$0")/lib.sh"

source "$(dirname "$0")/lib_people.sh"

# The row, how it is asked. NUMBER, UNIT, CHANNEL, CATEGORY, LATER are put in; what would change something names a version or a person that
# is not there.
wishes() {
    local action
    cat <<'END'
ping|GET|/ping
stats|GET|/stats/intake
submit|POST|/tickets|{"channel":"CHANNEL","text":"楼道灯坏了"}
submit spot|POST|/tickets|{"channel":"CHANNEL","text":"楼道灯坏了","spot_unit":"UNIT","spot_note":"已换灯泡"}
supplement|POST|/tickets/NUMBER/supplement|{"text":"还没好"}
supplement due|POST|/tickets/NUMBER/supplement|{"text":"上级同意延期","outer_due_ms":LATER}
chase|POST|/tickets/NUMBER/chase|{}
withdraw|POST|/tickets/NUMBER/withdraw|{"query_code":"AAAAAA"}
do not call|POST|/tickets/NUMBER/do-not-call|{}
do not call ticket|POST|/tickets/NUMBER/do-not-call|{"this_ticket":true}
read texts|POST|/texts|{"numbers":["NUMBER"],"reason":"联系诉求人"}
read texts phones|POST|/texts|{"numbers":["NUMBER"],"reason":"联系诉求人","phones":true}
desk list|GET|/desk
desk dispatch|POST|/tickets/NUMBER/dispatch|{"unit":"UNIT","category":"CATEGORY"}
recall|POST|/tickets/NUMBER/recall|{"version":4294967295}
correct|POST|/tickets/NUMBER/correct|{"version":4294967295}
merge|POST|/tickets/NUMBER/merge|{"into":"NUMBER"}
unmerge|POST|/tickets/NUMBER/unmerge|{}
split|POST|/tickets/NUMBER/split|{"parts":[{"text":" "}]}
triage show|GET|/tickets/NUMBER/triage
triage try|POST|/try|{"text":"路灯不亮"}
triage stats|GET|/triage/stats
trust set|POST|/triage/trust|{"category":"CATEGORY","action":"restore","note":"格"}
pull|POST|/units/UNIT/pull|{"max":1,"lease_ms":1000}
list|GET|/tickets?limit=1
show|GET|/tickets/NUMBER
board|GET|/board?limit=1
unit work|GET|/units/UNIT/work
explain|GET|/tickets/NUMBER/explain
due list|GET|/due?limit=1
alarms|GET|/alarms
unit counts|GET|/unit-counts
rates|GET|/rates?grain=month&from=2026-01&by=all
rates tickets|GET|/rates/tickets?grain=month&from=2026-01&by=all&count=closed
exempt ask|POST|/tickets/NUMBER/exempt|{"reason":"格"}
exempt rule|POST|/tickets/NUMBER/exempt-rule|{"granted":false,"note":"格"}
exempt list|GET|/exemptions
bulletin draft|POST|/tickets/NUMBER/bulletin|{"title":"格","text":"格"}
bulletin rule|POST|/tickets/NUMBER/bulletin/rule|{"granted":false,"note":"格"}
bulletin withdraw|POST|/tickets/NUMBER/bulletin/withdraw|{"reason":"格"}
bulletin list|GET|/bulletins/work
request list|GET|/requests
callback pull|POST|/callbacks/pull|{"channel":"CHANNEL","lease_ms":1000}
callback answer|POST|/callbacks/answer|{"replies":[{"number":"NUMBER","round":9,"solved":"yes","satisfied":"yes"}]}
callback show|GET|/tickets/NUMBER/callback
adapter status|GET|/channels
outbox list|GET|/channels/mqtt/outbox
outbox retry|POST|/channels/mqtt/outbox/999/retry|{}
outbox drop|POST|/channels/mqtt/outbox/999/drop|{}
callback miss|POST|/callbacks/miss|{"number":"NUMBER","round":9}
call list|GET|/calls
call take|POST|/calls/take|{"channel":"CHANNEL","call_id":"none"}
phone list|GET|/phones?channel=CHANNEL
phone take|POST|/phones/take|{"channel":"CHANNEL","call":999}
phone done|POST|/phones/done|{"channel":"CHANNEL","call":999,"result":"missed"}
caller list|POST|/callers|{"phone":"13812345678","reason":"格"}
search|GET|/search?channel=CHANNEL
search words|GET|/search?words=%E6%A0%BC%E5%AD%90
callback list|GET|/callbacks?channel=CHANNEL
session list all|GET|/sessions
session revoke|POST|/sessions/revoke|{"person":"nobody.x"}
person add|POST|/people|{"person":"cell.x"}
person change|POST|/people/nobody.x|{"unlock":true}
person list|GET|/people
role change|POST|/roles|{"person":"nobody.x","role":{"role":"clerk","unit":"UNIT"}}
change list|GET|/changes
change decide|POST|/changes/decide|{"change":999999,"approve":false}
key make|POST|/keys|{"label":"格","roles":[{"role":"adapter","channel":"CHANNEL"}]}
key revoke|POST|/keys/revoke|{"key":"0123456789abcdef"}
key list|GET|/keys
access audit|GET|/audit
END
    for action in accept contact progress resolve return raise extend suspend resume 'ask assist' 'assist done' 'name person' 'set mode' 'end mode' appeal; do
        echo "work $action|POST|/tickets/NUMBER/${action/ /_}|{\"unit\":\"UNIT\",\"note\":\"格\"}"
    done
    for action in grant refuse order urge watch yellow red 'cancel card'; do
        echo "supervise $action|POST|/tickets/NUMBER/supervise/${action/ /_}|{\"unit\":\"UNIT\",\"note\":\"格\"}"
    done
}
# Without a route of their own (and what nobody may, the processes' own questions, has none either): asked by programs and the command line; of one's own session; by whoever is not known yet.
without_route=(metrics fetch 'read log' 'lookup code' 'lookup external' replan 'replan apply' 'login start' login renew logout
    'session list' 'password set' totp 'key use' 'access init' 'rights since')
without_route+=('device reports' 'broker state' 'device list')
without_route+=('wechat hear' 'wechat await' 'wechat ask' 'wechat mine')
# Of the command line alone; what is published is everybody's, with and without a login.
without_route+=('sink list' 'points show' 'points award' 'points reverse' 'points exchange')
without_route+=('bulletin published')

# With adapters, of which rights are judged too; their broker, exchange and platform are none.
people_site=$scratch/site
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$people_site"
cat >"$people_site/devices.yaml" <<'END'
channel: device
broker: {address: "127.0.0.1:1", client: paidan-test}
unknown: desk
topics:
  - {filter: "paidan/alarm/#", id: /id, device: /device, kind: /kind, level: /level, levels: {major: [major]}}
kinds:
  - {code: smoke, name: 烟感报警, name_en: Smoke alarm, words: [SMOKE], category: CATEGORY}
END
printf 'channel: wechat\nlisten: 127.0.0.1:0\ncalls: true\ncalls_channel: hotline\n' >"$people_site/hotline.yaml"
printf 'channel: wechat\nphones_channel: hotline\nlisten: 127.0.0.1:0\naccounts:\n  - {code: robot, platform: robot}\n' >"$people_site/wechat.yaml"
mkdir -p "$data/secrets/wechat"
(umask 0377 && echo token >"$data/secrets/wechat/robot.token" && head -c 43 /dev/zero | tr '\0' A >"$data/secrets/wechat/robot.key")
sed -i "s/CATEGORY/$(sed -n 2p "$people_site/categories.csv" | cut -d, -f1)/" "$people_site/devices.yaml"
people_start
adapter_up() {
    paidan "$data" ping --json | jq -e '[.[] | select(.service == ("mqtt", "hotline", "wechat")) | .up] == [true, true, true]' >/dev/null
}
wait_until 30 "the adapter answers" adapter_up
columns=(dispatcher clerk leader supervisor hotline auditor system security adapter)
declare -A name_of unit_of
for role in "${columns[@]:0:8}"; do
    name_of[$role]=$(account "$role")
    [[ -n ${name_of[$role]} ]] || fail "no account of a $role"
    expect "login of a $role" "$(login "${name_of[$role]}")" 200
    unit_of[$role]=$(jq -r '.roles[0].unit // empty' "$scratch/me.${name_of[$role]}")
done
channel=$(jq -r '.roles[0].channel' "$scratch/me.${name_of[hotline]}")
unit=${unit_of[clerk]}

# A key of the channel and one of the unit: the column of both is "adapter".
declare -A secret
for kind in channel unit; do
    expect "a key of a $kind" "$(as "${name_of[security]}" -H "$json" -d "{\"label\":\"$kind\",\"roles\":[{\"role\":\"adapter\",\"$kind\":\"${!kind}\"}]}" "$api/keys")" 200
    secret[$kind]=$(jq -r .secret "$scratch/body")
done

expect "a ticket" "$(as "${name_of[hotline]}" -H "$json" -d "{\"channel\":\"$channel\",\"text\":\"小区电梯坏了\"}" "$api/tickets")" 200
number=$(jq -r .number "$scratch/body")
category=$(as "${name_of[dispatcher]}" "$api/site" >/dev/null && jq -r '.categories[0].code' "$scratch/body")
given() {
    [[ $(as "${name_of[dispatcher]}" -H "$json" -d "{\"unit\":\"$unit\",\"category\":\"$category\"}" "$api/tickets/$number/dispatch") == 200 ]]
}
wait_until 20 "the ticket is given to the unit" given
arrived() {
    [[ $(as "${name_of[clerk]}" "$api/tickets/$number") == 200 ]]
}
wait_until 20 "the unit has it" arrived

# ask COLUMN SCOPE METHOD PATH [BODY]: prints the status; waits where somebody has asked too much, and for who is slow.
ask() {
    local column=$1 scope=$2 status tries=0 path=$4 body=${5:-} arguments=()
    local own=${unit_of[$column]:-$unit}
    for word in "NUMBER:$number" "UNIT:$own" "CHANNEL:$channel" "CATEGORY:$category" "LATER:$((($(date +%s) + 86400) * 1000))"; do
        path=${path//${word%%:*}/${word#*:}}
        body=${body//${word%%:*}/${word#*:}}
    done
    [[ $3 == GET ]] || arguments=(-H "$json" -H 'If-Match: "4294967295"' -d "$body")
    while :; do
        if [[ $column == adapter ]]; then
            status=$(curl -s --max-time 30 -o "$scratch/body" -w '%{http_code}' -H "Authorization: Bearer ${secret[$([[ $scope == u ]] && echo unit || echo channel)]}" "${arguments[@]}" "$api$path")
        else
            status=$(as "${name_of[$column]}" "${arguments[@]}" "$api$path")
        fi
        [[ $status == 429 || ($status == 503 && $((tries++)) -lt 20) ]] || break
        sleep 0.5
    done
    echo "$status"
}

asked=0
wrong=0
declare -A lines
while IFS='|' read -r row method path body; do
    cells=$(grep "^$row  *[-a-z*]\{10\} [-a-z*]\{3\}$" "$PAIDAN_ROOT/tests/golden/permit_table.txt" | sed 's/.* \([-a-z*]\{10\}\) .*/\1/')
    [[ ${#cells} == 10 ]] || fail "the table has no row '$row'"
    lines[$row]=1
    for index in "${!columns[@]}"; do
        scope=${cells:index:1}
        status=$(ask "${columns[index]}" "$scope" "$method" "$path" "$body")
        asked=$((asked + 1))
        right=no
        if [[ $scope == - ]]; then
            [[ $status == 403 && $(code) == FORBIDDEN ]] && right=yes
        else
            # Judged by what it is about: 403 NOT_ASSISTING, 404, 412; but not for who asks.
            [[ $status =~ ^(200|304|401|403|404|409|412|422)$ && ! $(code) =~ ^(FORBIDDEN|GRANT_INVALID|LOGIN_NEEDED|SESSION_ENDED)$ ]] && right=yes
        fi
        if [[ $right == no ]]; then
            echo "$row by a ${columns[index]}: the table says '$scope', the answer is $status $(code)" >&2
            wrong=$((wrong + 1))
        fi
    done
    # Whoever is not logged in at all.
    status=$(curl -s --max-time 20 -o "$scratch/body" -w '%{http_code}' -X "$method" -H "$json" ${body:+-d "$body"} "$api${path//NUMBER/$number}")
    [[ $status == 401 ]] || fail "$row without a login: $status"
done < <(wishes)

while read -r row; do
    [[ -n ${lines[$row]:-} ]] && continue
    for known in "${without_route[@]}"; do
        [[ $row == "$known" ]] && continue 2
    done
    fail "the row '$row' is asked by nobody here"
done < <(grep -v -- ' ---------- ---$' "$PAIDAN_ROOT/tests/golden/permit_table.txt" | sed -n 's/^\([a-z][a-z ]*[a-z]\)  *[-a-z*]\{10\} [-a-z*]\{3\}$/\1/p')

((asked > 500)) || fail "only $asked cells were asked"
expect "wrong cells of $asked" "$wrong" 0
logs_hold "$data"
note "gateway, permit: $asked cells: ok"
