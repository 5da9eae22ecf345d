#!/usr/bin/env bash
# Residents' pages, the kiosk and media as a browser without script meets them, and as a stranger who means harm does:
# markup, forged forms, guessing, photos made to break decoders.
# ctest: cost 18
source "$(dirname "$0")/lib.sh"

data=$scratch/d
site=$scratch/site
cp -r "$PAIDAN_ROOT/deploy/sites/demo" "$site"
printf '%s\n' '# of the office' '停水通知' '周六 <b>8:00</b> 停水' '明天恢复' '' '过期的' 'until: 2020-01-01' '不该再见' >"$site/bulletins.txt"
instance_start "$data" "$site"
wait_until 20 "the gateway's address" test -s "$data/run/gateway.http"
http=$(cat "$data/run/gateway.http")
wait_until 30 "services answer" bash -c "curl -s '$http/readyz' | jq -e '.services | .intake and .triage and .escalation and .callback' >/dev/null"
page=$scratch/page

# get PATH CURL_ARGUMENT...: the page; prints the status.
get() {
    local path=$1
    shift
    curl -s -o "$page" -D "$scratch/head" -w '%{http_code}' --max-time 30 "$@" "$http$path"
}
has() {
    grep -qF -- "$2" "$page" || { cat "$page" >&2; fail "$1: lacks '$2'"; }
}
lacks() {
    grep -qF -- "$2" "$page" && { cat "$page" >&2; fail "$1: has '$2'"; }
    return 0
}
header() {
    grep -qiF -- "$2" "$scratch/head" || { cat "$scratch/head" >&2; fail "$1: no header '$2'"; }
}
token() {
    grep -o 'name="token" value="[0-9a-f]*"' "$page" | head -n 1 | cut -d'"' -f4
}
# The nth of the words shown big.
kept() {
    grep -o '<dd>[^<]*</dd>' "$page" | sed -n "${1}s/<[^>]*>//gp"
}

# 1. Whole pages in both languages, with their headers and without script.
for path in / /report /t /kiosk /kiosk/frame; do
    for lang in zh en; do
        expect "$path" "$(get "$path" -H "Accept-Language: $lang")" 200
        header "$path" "Content-Security-Policy: default-src 'none'"
        header "$path" "Referrer-Policy: same-origin"
        header "$path" "Cache-Control: no-store"
        has "$path" "<html lang=\"$lang"
        lacks "$path" "<script"
    done
done
get / -H 'Accept-Language: fr, en;q=0.5' >/dev/null
has "a language of ours" 'lang="en"'
expect "style" "$(get /page.css)" 200
header "style" "text/css"
expect "wrong method" "$(get /report -X DELETE)" 405
get /kiosk >/dev/null
header "kiosk reloads" "Refresh: "

# 2. A report with markup and directions in it, twice: one ticket; its page says it as text.
get /report >/dev/null
first=$(token)
mark=$'路灯不亮<img src=x onerror=alert(1)>"\u202e\u2066'
form=(-F "token=$first" -F "text=$mark" -F 'place=3号楼<b>' -F 'area=liulin.huafu' -F 'phone=13812345678')
expect "report" "$(get /report "${form[@]}")" 200
number=$(kept 1)
code=$(kept 2)
lacks "a way off the code" 'class="lang"'
expect "again" "$(get /report "${form[@]}")" 200
expect "the same number" "$(kept 1)" "$number"
expect "another text" "$(get /report -F "token=$first" -F 'text=另一件事')" 200
[[ $(kept 1) != "$number" ]] || fail "another text is another ticket"
ticket_there() {
    get /t -d "number=$number&code=$code" >/dev/null && grep -qF '承办单位' "$page"
}
wait_until 20 "it has a unit" ticket_there
lacks "its page" '<img src=x'
has "its page" '&lt;img src=x'
lacks "its page" $'\u202e'
lacks "its page" '13812345678'
expect "number as people type it" "$(get /t -d "number= ${number//-/} &code=${code,,}")" 200

# 3. Forms that are not ours; what was written stays.
expect "no token" "$(get /report -F 'text=我写了很久')" 403
has "no token" '我写了很久'
expect "forged token" "$(get /report -F "token=${first/[0-9]/f}0" -F 'text=我写了很久')" 403
expect "from elsewhere" "$(get /report -H 'Origin: https://evil.example' -F "token=$first" -F 'text=x')" 403
expect "cross-site" "$(get /t -H 'Sec-Fetch-Site: cross-site' -d "number=$number&code=$code")" 403
expect "our own origin" "$(get /t -H "Origin: $http" -d "number=$number&code=$code")" 200
get /report >/dev/null
expect "empty" "$(get /report -F "token=$(token)" -F 'text=  ' -F 'place=这里')" 422
has "empty" 'role="alert"'
has "empty" 'value="这里"'
get /report >/dev/null
expect "no such area" "$(get /report -F "token=$(token)" -F 'text=x' -F 'area=../../etc')" 422
expect "not UTF-8" "$(get /report -F "token=$(token)" -F $'text=\xff')" 400
expect "no multipart" "$(get /report -H 'Content-Type: multipart/form-data; boundary=x' -d 'hello')" 400
expect "cut off" "$(get /report -H 'Content-Type: multipart/form-data; boundary=x' --data-binary $'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nabc')" 400
expect "another type" "$(get /report -H 'Content-Type: application/json' -d '{}')" 415
expect "an unknown act" "$(get /t -d "number=$number&code=$code&do=close")" 400
expect "an act without its form" "$(get /t -d "number=$number&code=$code&do=withdraw")" 403

# 4. What a resident may do.
act() {
    get /t -d "number=$number&code=$code" >/dev/null
    get /t --data-urlencode "token=$(token)" -d "number=$number&code=$code" "$@"
}
expect "supplement" "$(act -d do=supplement --data-urlencode 'text=又坏了<b>')" 200
has "supplement" '已经补充'
expect "chase" "$(act -d do=chase)" 200
has "chase" '已经催了'
get /t -d "number=$number&code=$code" >/dev/null
once=$(token)
for _ in 1 2; do
    get /t -d "token=$once&number=$number&code=$code&do=chase&text=twice" >/dev/null
done
expect "chased twice, not three times" "$(paidan "$data" log dump intake --json | jq -s '[.[] | select(.chased)] | length')" 2
chases() {
    [[ $(paidan "$data" show "$number" --json | jq -r .chases) == "$1" ]]
}
wait_until 20 "the department hears of both" chases 2
unit=$(paidan "$data" show "$number" --json | jq -r .unit)
paidan "$data" accept "$number" --unit "$unit" >/dev/null || fail accept
paidan "$data" contact "$number" --unit "$unit" >/dev/null || fail contact
paidan "$data" resolve "$number" --unit "$unit" --note '换了灯泡<script>x</script>' >/dev/null || fail resolve
asked() {
    get /t -d "number=$number&code=$code" >/dev/null && grep -qF 'name="solved"' "$page"
}
wait_until 20 "it asks for an answer" asked
has "what was done" '换了灯泡&lt;script&gt;'
expect "half an answer" "$(act -d 'do=answer&solved=yes')" 200
has "half an answer" 'role="alert"'
expect "answer" "$(act -d 'do=answer&solved=partly&satisfied=fair&round=1' --data-urlencode 'note=还行')" 200
has "answer" '谢谢您的评价'
closed() {
    [[ $(paidan "$data" show "$number" --json | jq -r .state) == closed ]]
}
wait_until 20 "closed" closed
expect "answer again" "$(get /t -d "token=$once&number=$number&code=$code&do=answer&solved=no&satisfied=no&round=1")" 200
has "answer again" 'role="alert"'
expect "its outcome stays" "$(paidan "$data" show "$number" --json | jq -r .outcome)" partly

# 5. Guessing: the same words and the same time, whatever is wrong; then no more, the right code included.
get /report >/dev/null
expect "one more" "$(get /report -F "token=$(token)" -F 'text=单元门禁坏了' -F 'area=liulin.huafu')" 200
number=$(kept 1)
code=$(kept 2)
for wrong in "number=$number&code=AAAAAA" "number=20200101-0001-8&code=$code" "number=hello&code=$code"; do
    began=$(date +%s%3N)
    expect "wrong: $wrong" "$(get /t -d "$wrong")" 404
    took=$(($(date +%s%3N) - began))
    ((took >= 390)) || fail "wrong: $wrong: told after $took ms"
    has "wrong: $wrong" '编号和查询码对不上'
    sed -i 's/value="[^"]*"//' "$page"
    cp "$page" "$scratch/wrong.now"
    [[ ! -s $scratch/wrong.before ]] || cmp -s "$scratch/wrong.before" "$scratch/wrong.now" || fail "wrong ones differ"
    cp "$page" "$scratch/wrong.before"
done
for _ in {1..12}; do
    get /t -d "number=$number&code=AAAAAA" >/dev/null &
done
wait
expect "guessing at once" "$(get /t -d "number=$number&code=AAAAAA")" 429
header "guessing" "Retry-After: "
expect "the right one too" "$(get /t -d "number=$number&code=$code")" 429

# 6. Kiosk: numbers, and what the office says.
get /kiosk/frame >/dev/null
has "bulletin" '停水通知'
has "bulletin" '周六 &lt;b&gt;8:00&lt;/b&gt; 停水'
lacks "an old one" '不该再见'
lacks "kiosk" '路灯'
lacks "kiosk" "$number"

# 7. Photos: kept without what rides along; hostile ones are refused, and nothing is left of them.
if [[ ! -x $PAIDAN_BIN/paidan-media ]]; then
    note "gateway_pages: ok, without photos: paidan-media was not built"
    exit 0
fi
service_kill "$data" gateway # its budgets are fresh
alive() {
    [[ $(get /healthz) == 200 ]]
}
wait_until 30 "the gateway is back" alive
python3 "$PAIDAN_ROOT/tests/support/photos" "$scratch" || fail "photos"
photo() {
    get /report >/dev/null
    get /report -F "token=$(token)" -F 'text=照片里的路灯' -F "photo=@$scratch/$1;type=image/jpeg" "${@:2}"
}
expect "a photo" "$(photo place.jpg -F photo_place=yes)" 200
number=$(kept 1) code=$(kept 2)
file=$(find "$data/media" -name '*.jpg')
[[ -s $file ]] || fail "no file"
expect "its name is its hash" "$(basename "$file" .jpg)" "$(sha256sum <"$file" | cut -d' ' -f1)"
expect "its preview" "$(find "$data/media" -name '*.small' | wc -l)" 1
grep -qaF -e Exif -e trailing "$file" && fail "something rides along"
paidan "$data" show "$number" --json >"$scratch/shown"
named=$number
expect "who sent it" "$(get /t -d "number=$number&code=$code")" 200
has "his page" 'src="data:image/jpeg;base64,/9j/'
has "his page" 'alt="照片 1"'
grep -qF "media:$(basename "$file" .jpg)" "$scratch/shown" || fail "the ticket does not name it"
grep -qF '31.23040,121.47370' "$scratch/shown" || fail "its place was not offered"
expect "a picture" "$(photo picture.png)" 200
number=$(kept 1)
for broken in cut.jpg bomb.png wide.png svg.jpg page.png text.jpg empty.jpg; do
    expect "$broken" "$(photo $broken)" "$([[ $broken == empty.jpg ]] && echo 200 || echo 422)"
done
head -c 11000000 /dev/zero >"$scratch/large.jpg"
expect "too large" "$(photo large.jpg)" 422
has "too large" '照片太大了'
expect "nothing is left over" "$(find "$data/media/tmp" -type f | wc -l)" 0
expect "two files" "$(find "$data/media" -type f ! -name '*.small' | wc -l)" 2
hash=$(basename "$file" .jpg)
expect "not without a login" "$(get "/api/v1/media/$hash")" 401
expect "nor sent" "$(get /api/v1/media -X POST --data-binary "@$scratch/place.jpg")" 401

# 8. Media of those who are logged in: by a ticket that names the file, and that they may see.
login() {
    curl -s -D "$scratch/head" -o "$scratch/me" --max-time 20 -H 'Content-Type: application/json' \
        -d "{\"name\":\"$1\",\"password\":\"$2\"}" "$http/api/v1/login" >/dev/null
    sed -n 's/^[Ss]et-[Cc]ookie: \(__Host-paidan=[^;]*\).*/\1/p' "$scratch/head" | tr -d '\r'
}
password() {
    awk -v who="$1" '$1 == who { print $2; exit }' "$scratch/accounts"
}
paidan "$data" access trial >"$scratch/accounts" 2>&1 || fail "accounts"
clerk=$(login hotline "$(password hotline)")
csrf=$(jq -r '.csrf // .me.csrf' "$scratch/me")
[[ -n $clerk && -n $csrf ]] || fail "no login"
media() {
    curl -s -o "$scratch/got" -D "$scratch/head" -w '%{http_code}' --max-time 20 -H "Cookie: $1" "${@:3}" "$http/api/v1/media$2"
}
put=(-X POST -H "X-Paidan-CSRF: $csrf" -H 'Content-Type: application/octet-stream')
expect "a file" "$(media "$clerk" "" "${put[@]}" --data-binary "@$scratch/place.jpg")" 200
expect "its hash" "$(jq -r .hash "$scratch/got")" "$hash"
[[ $(jq -r .place.latitude "$scratch/got") == 31.23* ]] || fail "its place"
expect "without the page's token" "$(media "$clerk" "" -X POST --data-binary "@$scratch/place.jpg")" 403
expect "hostile" "$(media "$clerk" "" "${put[@]}" --data-binary "@$scratch/page.png")" 415
expect "why" "$(jq -r .code "$scratch/got")" MEDIA_TYPE_UNSUPPORTED
expect "a bomb" "$(media "$clerk" "" "${put[@]}" --data-binary "@$scratch/bomb.png")" 422
expect "why" "$(jq -r .code "$scratch/got")" MEDIA_TOO_MANY_PIXELS
expect "cut off" "$(media "$clerk" "" "${put[@]}" --data-binary "@$scratch/cut.jpg")" 422
expect "why" "$(jq -r .code "$scratch/got")" MEDIA_DAMAGED
expect "one's own" "$(media "$clerk" "/$hash")" 200
header "a download" "Content-Disposition: attachment"
header "a download" "X-Content-Type-Options: nosniff"
header "a download" "sandbox"
cmp -s "$scratch/got" "$file" || fail "not the file"
expect "its preview" "$(media "$clerk" "/$hash/preview")" 200
header "a preview" "image/jpeg"
supervisor=$(login supervisor "$(password supervisor)")
expect "a hash alone" "$(media "$supervisor" "/$hash")" 404
wait_until 20 "a ticket that names it" bash -c "[[ \$(curl -s -o /dev/null -w '%{http_code}' -H 'Cookie: $supervisor' '$http/api/v1/media/$hash?number=$named') == 200 ]]"
expect "another ticket" "$(media "$supervisor" "/$hash?number=$number")" 404
stranger=$(login clerk.housing "$(password clerk.housing)")
expect "not his ticket" "$(media "$stranger" "/$hash?number=$named")" 404
expect "path tricks" "$(media "$clerk" "/..%2f..%2fkeys%2fgrant")" 400
expect "no hash" "$(media "$clerk" "/00")" 404

# Films lose what they say of where and by whom; documents are kept as they came, and whoever sends one is told.
python3 - "$scratch" <<'END'
import struct, sys
folder = sys.argv[1]
def box(kind, *parts):
    inner = b"".join(parts)
    return struct.pack(">I4s", 8 + len(inner), kind) + inner
place = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+31.2304+121.4737/"))
open(folder + "/film.mp4", "wb").write(
    box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + box(b"moov", box(b"mvhd", bytes(100)), place) + box(b"mdat", b"pictures"))
open(folder + "/cut.mp4", "wb").write(box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + b"\0\0\7\0mdatcut")
open(folder + "/paper.pdf", "wb").write(b"%PDF-1.4\n1 0 obj\n<</Author (Zhang San)>>\nendobj\ntrailer\n<</Info 1 0 R>>\n%%EOF\n")
END
expect "a film" "$(media "$clerk" "" "${put[@]}" --data-binary "@$scratch/film.mp4")" 200
expect "its type" "$(jq -r .type "$scratch/got")" video/mp4
expect "a film's metadata" "$(jq -r .keeps_metadata "$scratch/got")" false
expect "it comes back" "$(media "$clerk" "/$(jq -r .hash "$scratch/got")")" 200
header "a film" "Content-Type: video/mp4"
header "a film" "Content-Disposition: attachment"
grep -qaF -e '121.4737' "$scratch/got" && fail "a film's place rides along"
grep -qaF -e 'pictures' "$scratch/got" || fail "a film's pictures are gone"
expect "a film that was cut off" "$(media "$clerk" "" "${put[@]}" --data-binary "@$scratch/cut.mp4")" 422
expect "a document" "$(media "$clerk" "" "${put[@]}" --data-binary "@$scratch/paper.pdf")" 200
expect "its type" "$(jq -r .type "$scratch/got")" application/pdf
expect "a document's metadata" "$(jq -r .keeps_metadata "$scratch/got")" true
expect "it comes back" "$(media "$clerk" "/$(jq -r .hash "$scratch/got")")" 200
header "a document" "Content-Type: application/pdf"
header "a document" "X-Content-Type-Options: nosniff"
cmp -s "$scratch/got" "$scratch/paper.pdf" || fail "not the document"

instance_stop "$data"
grep -qE 'check failed|AddressSanitizer|runtime error' "$data/log/gateway.log" && fail "the gateway's log"
note "gateway_pages: ok"
