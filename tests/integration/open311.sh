#!/usr/bin/env bash
# Open311 GeoReport v2 with the real processes: the client that others wrote walks through it; every answer fits the
# specification in both formats; keys, tokens and what is public; the same sent twice, also when intake is killed in
# between; updates deduped and kept in order; garbage, markup, bodies that are too large.
# ctest: cost 45
source "$(dirname "$0")/lib.sh"
people_site=$scratch/site
source "$(dirname "$0")/lib_people.sh"

peers_install

cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$people_site"
# offer [KEYLESS [PUBLISH]]: writes what the site offers.
offer() {
    cat >"$people_site/open311.yaml" <<END
channel: web
changed: 2026-11-30
contact: 街道热线 & <12345>
keys: 街道信息科
jurisdiction: qinghe.example.cn
keyless: ${1:-false}
${2:-}
services:
  - category: road.lamps
    group: 市政
    group_en: Streets
    about: 路灯不亮、常亮
    keywords: 路灯, 照明
    notice: 一般两个工作日内修好
    notice_en: Usually within two working days
    attributes:
      - {code: pole, name: 灯杆编号, name_en: Number of the pole, hint: 铁牌上, type: string, required: true}
      - code: fault
        name: 怎么坏的
        type: multivaluelist
        values:
          - {key: dark, name: 不亮, name_en: dark}
          - {key: blink, name: 闪烁}
      - {code: since, name: 从何时起, type: datetime}
      - {code: height, name: 高度, type: number}
      - {code: note, name: 夜间请拨热线, type: text, told: true}
  - category: cleaning
END
}
offer
"$PAIDAN_BIN/paidan" check "$people_site" >/dev/null || fail "the site"
people_start
login "$(account security)" >/dev/null
security=$(account security)
# key CHANNEL: a new key of that channel.
key() {
    expect "key of $1" "$(as "$security" -H "$json" -d "{\"label\":\"$1\",\"roles\":[{\"role\":\"adapter\",\"channel\":\"$1\"}]}" "$api/keys")" 200
    jq -r .secret "$scratch/body"
}
web=$(key web)
foreign=$(key wechat)
[[ $web == pd_* && $foreign == pd_* ]] || fail "keys: $(cat "$scratch/body")"
v2=$http/open311/v2
coproc fits { exec node "$peers/open311-fits.mjs"; }
workers+=("$fits_PID")

# ask STATUS SCHEMA URL CURL_ARGUMENT...: asks; the answer has that status and type and fits; its JSON is in $scratch/json.
ask() {
    local wanted=$1 schema=$2 url=$3 format=json type=application/json line
    shift 3
    [[ ${url%%\?*} == *.xml ]] && format=xml type=text/xml
    expect "status of $url" "$(curl -s --max-time 30 -o "$scratch/body" -D "$scratch/head" -w '%{http_code}' "$@" "$url")" "$wanted"
    expect "type of $url" "$(sed -n 's/^Content-Type: //Ip' "$scratch/head" | tr -d '\r')" "$type"
    echo "$schema $format $scratch/body" >&"${fits[1]}"
    IFS= read -r -u "${fits[0]}" line || fail "the judge of answers"
    [[ $line != '!'* ]] || fail "$url: $line: $(head -c 2000 "$scratch/body")"
    printf '%s\n' "$line" >"$scratch/json"
}
# reload_site: the gateway has read the site again.
reload_site() {
    "$PAIDAN_ROOT/deploy/reload" --data "$data" >"$scratch/reload" 2>&1 || fail "reload: $(cat "$scratch/reload")"
    wait_until 30 "services answer" bash -c "curl -s '$http/readyz' | jq -e .ready >/dev/null"
}
# is FILTER WANTED: of the JSON of the last answer.
is() {
    expect "$1" "$(jq -r "$1" "$scratch/json")" "$2"
}

note "1. the client that others wrote"
id=$(node "$peers/open311-client.mjs" "$http" "$web" road.lamps pole L-17) || fail "the client"

note "2. every answer in both formats"
for format in json xml; do
    ask 200 discovery "$http/open311/discovery.$format"
    is '.endpoints | length' 2
    is '.contact' '街道热线 & <12345>'
    ask 200 services "$v2/services.$format?jurisdiction_id=qinghe.example.cn"
    is '.[0].service_code' road.lamps
    is '.[0].metadata' true
    is '.[1].metadata' false
    ask 200 services "$v2/services.$format?lang=en"
    is '.[0].group' Streets
    ask 200 service-definition "$v2/services/road.lamps.$format"
    is '.attributes | map(.code) | join(" ")' "pole fault since height note"
    is '.attributes[1].values | map(.key) | join(" ")' "dark blink"
    is '.attributes[4].variable' false
    ask 200 requests "$v2/requests/$id.$format" -H "Authorization: Bearer $web"
    is '.[0].service_request_id' "$id"
    is '.[0].media_url' null
    is '.[0].lat' null
    ask 200 requests "$v2/requests.$format?api_key=$web"
    ask 404 errors "$v2/services/nothing.$format"
    ask 404 errors "$v2/nothing.$format"
    ask 404 errors "$v2/services.$format?jurisdiction_id=elsewhere.example.cn"
    ask 404 errors "$v2/requests/20200101-0001-0.$format?api_key=$web"
    ask 403 errors "$v2/requests.$format"
    ask 403 errors "$v2/requests.$format?api_key=pd_wrong"
    ask 403 errors "$v2/requests.$format" -d service_code=road.lamps
    ask 400 errors "$v2/requests.$format?api_key=$web&start_date=yesterday"
    ask 400 errors "$v2/requests.$format?api_key=$web&status=lost"
    ask 400 errors "$v2/requests.$format?api_key=$web&start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z"
done
ask 404 errors "$v2/services"
ask 404 errors "$v2/requests/$id" -H "Authorization: Bearer $web"
expect "no such method" "$(curl -s -o /dev/null -w '%{http_code}' -X DELETE "$v2/requests.json")" 405

note "3. what a request must bring, all of it told at once"
post=(--data-urlencode "api_key=$web" --data-urlencode service_code=road.lamps)
ask 400 errors "$v2/requests.json" --data-urlencode "api_key=$web"
is 'length' 2
ask 404 errors "$v2/requests.json" --data-urlencode "api_key=$web" -d service_code=nothing -d address_string=x
ask 400 errors "$v2/requests.xml" "${post[@]}"
is '[.[].description | select(test("attribute\\[pole\\]"))] | length' 1
for bad in 'lat=91&long=0' 'lat=x&long=1' 'lat=1' 'address_string=x&attribute[fault]=gone' 'address_string=x&attribute[height]=tall' \
    'address_string=x&attribute[since]=soon' 'address_string=x&attribute[note]=x' "address_string=$(head -c 600 /dev/zero | tr '\0' a)" \
    "address_string=x&phone=$(head -c 40 /dev/zero | tr '\0' 1)"; do
    ask 400 errors "$v2/requests.json" "${post[@]}" -d 'attribute[pole]=1' -d "$bad"
done
ask 400 errors "$v2/requests.json" --data-urlencode "api_key=$web" -d api_key=x -d service_code=road.lamps
good=("${post[@]}" --data-urlencode 'attribute[pole]=L-18' --data-urlencode 'address_string=阳光花园5号楼')
ask 200 posted "$v2/requests.json" "${good[@]}" -d 'attribute[fault][]=dark' -d 'attribute[fault][]=blink' -d 'attribute[since]=2026-11-29T20:00:00+08:00' \
    -d device_id=a --data-urlencode 'description=<script>alert(1)</script> ]]> & "quoted"' -d lat=30.1 -d long=120.2 \
    --data-urlencode 'media_url=https://example.cn/a.jpg' -d account_id=77
is '.[0].account_id' 77
is '.[0].service_notice' 一般两个工作日内修好
markup=$(jq -r '.[0].service_request_id' "$scratch/json")
login "$(account supervisor)" >/dev/null
expect "words" "$(as "$(account supervisor)" -H "$json" -d "{\"numbers\":[\"$markup\"],\"reason\":\"核对\"}" "$api/texts")" 200
jq -e '.texts[0] | (.text | contains("<script>alert(1)</script> ]]> & \"quoted\"")) and (.text | contains("灯杆编号：L-18"))
    and (.text | contains("怎么坏的：不亮、闪烁")) and (.place | contains("30.10000,120.20000 WGS84")) and .attachments[0].url == "https://example.cn/a.jpg"
    and .channel == "web"' "$scratch/body" >/dev/null || fail "what was kept: $(cat "$scratch/body")"

note "4. the same sent twice is one ticket, another is another, also while intake is killed"
for description in 一 一 二; do
    ask 200 posted "$v2/requests.xml" "${good[@]}" -d device_id=b --data-urlencode "description=$description"
    jq -r '.[0].service_request_id' "$scratch/json"
done >"$scratch/ids"
expect "tickets of three" "$(sort -u "$scratch/ids" | wc -l)" 2
: >"$scratch/ids"
posts() {
    [[ $(curl -s --max-time 30 -o "$scratch/post" -w '%{http_code}' "${good[@]}" -d device_id=c -d "description=$1" "$v2/requests.json") == 200 ]]
}
for round in 1 2 3 4 5 6; do
    service_kill "$data" intake &
    killer=$!
    for turn in first again; do
        wait_until 30 "$round, $turn" posts "kill-$round"
        [[ $turn == again ]] || wait "$killer"
        jq -r '.[0].service_request_id' "$scratch/post" >>"$scratch/ids"
    done
done
expect "tickets of six" "$(sort -u "$scratch/ids" | grep -c '^[0-9]')" 6

note "5. lists: pages, status, dates, services; another channel's key sees none of them"
wait_until 30 "everybody has all of them" quiet "$data" # a list shows what came so far
wait_until 30 "services answer" bash -c "curl -s '$http/readyz' | jq -e .ready >/dev/null"
ask 200 requests "$v2/requests.json?api_key=$web&service_code=road.lamps"
all=$(jq length "$scratch/json")
((all >= 10)) || fail "only $all"
ask 200 requests "$v2/requests.json?api_key=$web&page=2&page_size=$((all - 1))"
is length 1
ask 200 requests "$v2/requests.json?api_key=$web&page=3&page_size=$all"
is length 0
ask 200 requests "$v2/requests.xml?api_key=$web&status=closed"
is length 0
ask 200 requests "$v2/requests.json?api_key=$web&end_date=2020-01-01T00:00:00Z"
is length 0
ask 200 requests "$v2/requests.json?api_key=$web&updated_after=2020-01-01T00:00:00+08:00"
is length "$all"
ask 200 requests "$v2/requests.json?api_key=$web&service_code=cleaning"
is length 0
ask 200 requests "$v2/requests.xml?api_key=$web&service_request_id=$id,$markup,20200101-0001-0,x"
is length 2
ask 200 requests "$v2/requests.json?api_key=$foreign"
is length 0
ask 404 errors "$v2/requests/$id.json?api_key=$foreign"
grep -c 13812345678 "$scratch/body" && fail "a phone"

note "6. updates: deduped by id, an older one left out; what happened comes back in order"
update=(--data-urlencode "api_key=$web" -d "service_request_id=$id")
ask 200 updates "$v2/servicerequestupdates.json" "${update[@]}" -d update_id=u1 -d updated_datetime=2026-11-30T08:00:00Z -d description=还没修
ask 200 updates "$v2/servicerequestupdates.xml" "${update[@]}" -d update_id=u1 -d updated_datetime=2026-11-30T08:00:00Z -d description=还没修
ask 200 updates "$v2/servicerequestupdates.json" "${update[@]}" -d update_id=u2 -d updated_datetime=2026-11-30T07:00:00Z -d description=更早的
ask 400 errors "$v2/servicerequestupdates.json" "${update[@]}" -d update_id=u1 -d updated_datetime=2026-11-30T08:00:00Z -d description=别的话
ask 400 errors "$v2/servicerequestupdates.json" "${update[@]}" -d update_id=u3
ask 404 errors "$v2/servicerequestupdates.json" --data-urlencode "api_key=$foreign" -d "service_request_id=$id" -d update_id=u4 -d description=x
expect "texts" "$(as "$(account supervisor)" -H "$json" -d "{\"numbers\":[\"$id\"],\"reason\":\"核对\"}" "$api/texts")" 200
expect "supplements" "$(jq -r '.texts[0].supplements | join("|")' "$scratch/body")" 还没修
for format in json xml; do
    wait_until 20 "an update" bash -c "curl -s '$v2/servicerequestupdates.$format?api_key=$web&service_request_id=$id' | grep -q update_id"
    ask 200 updates "$v2/servicerequestupdates.$format?api_key=$web"
    is 'map(.updated_datetime) == (map(.updated_datetime) | sort)' true
    is "map(select(.service_request_id == \"$id\")) | length > 0" true
done
ask 200 updates "$v2/servicerequestupdates.json?api_key=$foreign"
is length 0
ask 403 errors "$v2/servicerequestupdates.json"

note "7. without a key: a token shows one's own, publishing shows the rest, without words"
offer true $'publish: {categories: [road]}'
reload_site
ask 200 posted "$v2/requests.json" -d service_code=road.lamps -d 'attribute[pole]=9' --data-urlencode address_string=阳光花园1号楼 --data-urlencode 'description=我家门口张三的路灯'
token=$(jq -r '.[0].token' "$scratch/json")
number=${token%.*}
for format in json xml; do
    ask 200 token "$v2/tokens/$token.$format"
    is '.[0].service_request_id' "$number"
    ask 404 errors "$v2/tokens/$number.ZZZZZZ.$format"
    ask 404 errors "$v2/tokens/nonsense.$format"
    ask 200 requests "$v2/requests/$number.$format"
    is '.[0].description' null
    is '.[0].address' 阳光社区
    ask 200 requests "$v2/requests/$number.$format?token=$token"
    is '.[0].description | contains("路灯")' true
    is '.[0].address' 阳光花园
    ask 200 requests "$v2/requests.$format"
    is 'map(.description) | unique | join("")' ''
    ask 404 errors "$v2/requests/$id.$format?token=$token"
done
# A key sees its own channel, and of another what everybody sees: no word of a resident's. A unit's is no channel's.
expect "a key of a unit" "$(as "$security" -H "$json" -d '{"label":"unit","roles":[{"role":"adapter","unit":"pm-anju"}]}' "$api/keys")" 200
of_unit=$(jq -r .secret "$scratch/body")
expect "a key of two channels" "$(as "$security" -H "$json" -d '{"label":"both","roles":[{"role":"adapter","channel":"wechat"},{"role":"adapter","channel":"web"}]}' "$api/keys")" 200
both=$(jq -r .secret "$scratch/body")
for stranger in "$foreign" "$of_unit"; do
    ask 200 requests "$v2/requests/$number.json?api_key=$stranger"
    is '.[0].description' null
    is '.[0].address' 阳光社区
    ask 200 requests "$v2/requests.json?api_key=$stranger"
    is 'map(.description) | unique | join("")' ''
done
for own in "$web" "$both"; do
    ask 200 requests "$v2/requests/$number.json?api_key=$own"
    is '.[0].description | contains("路灯")' true
done
ask 200 updates "$v2/servicerequestupdates.json" -d "service_request_id=$number" -d "token=$token" -d update_id=r1 -d description=补充
ask 404 errors "$v2/servicerequestupdates.json" -d "service_request_id=$id" -d "token=$token" -d update_id=r2 -d description=补充
ask 403 errors "$v2/servicerequestupdates.json" -d "service_request_id=$number" -d update_id=r2 -d description=补充

# merged: on the list and to its owner it is open, under its own number, with that of the report it goes along with.
paidan "$data" merge "$number" --into "$id" --note 同一路段的灯 >/dev/null || fail "merge"
merged() {
    [[ $(paidan "$data" show "$number" --json | jq -r .state) == merged ]]
}
wait_until 20 "it is merged" merged
for own in "token=$token" "api_key=$web"; do
    ask 200 requests "$v2/requests/$number.json?$own"
    is '.[0].status' open
    is '.[0].service_request_id' "$number"
    is ".[0].status_notes | contains(\"$id\")" true
done
ask 200 updates "$v2/servicerequestupdates.json?api_key=$web&service_request_id=$number"
is "any(.[]; .status == \"open\" and (.description | contains(\"$id\")))" true

note "8. the twin for trying out registers nothing"
registered() { paidan "$data" stats --json 2>/dev/null | json_first registered; }
before=$(registered)
ask 200 posted "$http/open311/test/v2/requests.json" -d service_code=road.lamps -d 'attribute[pole]=9' -d address_string=x
is '.[0].token' test
ask 400 errors "$http/open311/test/v2/requests.json" -d service_code=road.lamps -d address_string=x
ask 200 token "$http/open311/test/v2/tokens/test.xml"
is '.[0].service_request_id' null
expect "tickets" "$(registered)" "$before"

note "9. garbage, and too much"
head -c 20000000 /dev/zero | tr '\0' a >"$scratch/huge"
for body in "$scratch/huge" /bin/ls; do
    code=$(curl -s --max-time 60 -o "$scratch/body" -w '%{http_code}' --data-binary "@$body" "$v2/requests.json")
    [[ $code == 400 || $code == 413 ]] || fail "garbage: $code"
    jq -e '.[0].code and .[0].description' "$scratch/body" >/dev/null || fail "garbage: $(head -c 300 "$scratch/body")"
done
ask 413 errors "$v2/servicerequestupdates.json" --data-binary "@$scratch/huge"
ask 415 errors "$v2/requests.xml" -H "$json" -d '{"service_code":"road.lamps"}'
ask 400 errors "$v2/requests.json" -d "$(printf 'attribute[a%d]=1&' {1..80})"
ask 400 errors "$v2/requests.json" --data-binary $'description=\xff\xfe'
ask 400 errors "$v2/requests.json" --data-binary 'description=%00'
expect "a foreign host" "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: evil.example' "$v2/services.json")" 421
expect "no cookie opens it" "$(as "$(account supervisor)" "$v2/servicerequestupdates.json" -d x=1)" 403

note "10. a site without the file offers nothing"
rm "$people_site/open311.yaml"
reload_site
ask 404 errors "$v2/services.json"
ask 404 errors "$http/open311/discovery.xml"
note "done"
