#!/usr/bin/env bash
# A backup taken while tickets flow: it is consistent, is refused where it would overwrite something,
# restores into a new data folder whose logs verify and replay, and the services go on from it.
# ctest: cost 12
source "$(dirname "$0")/lib.sh"

data=$scratch/d back=$scratch/back restored=$scratch/r site=$PAIDAN_ROOT/deploy/sites/demo

rows() {
    awk -v prefix="$1" 'BEGIN {
        print "external_id\tplace\ttext"
        for (i = 0; i < 200; i++) print prefix "-" i "\t阳光社区\t楼道里堆满了纸箱，消防通道堵住了，第" i "次反映"
    }'
}

# traffic: submits until told to stop; batches that were acknowledged before the backup are noted.
traffic() {
    local batch=0
    while [[ ! -e $scratch/stop ]]; do
        batch=$((batch + 1))
        rows "t$batch" | paidan "$data" --timeout 120 submit --channel wechat --from - --json >"$scratch/out" ||
            return 1
        if [[ ! -e $scratch/backing ]]; then
            json_all number <"$scratch/out" >>"$scratch/before"
        fi
    done
}

instance_start "$data" "$site"
traffic &
workers+=("$!")
wait_until 60 "some tickets" test -s "$scratch/before"
grep -qF '最近备份 还没有' <<<"$(paidan "$data" --lang zh ping)" || fail "ping does not say that there is no backup"
for round in 1 2 3; do
    if ((round == 3)); then
        touch "$scratch/backing"
    fi
    paidan "$data" backup "$back$round" || fail "backup $round under load"
done
grep -qE '最近备份 .*前（' <<<"$(paidan "$data" --lang zh ping)" || fail "ping does not say when the last backup was"
grep -qE 'last backup .* ago' <<<"$(paidan "$data" --lang en ping)" || fail "ping does not say when the last backup was"
touch "$scratch/stop"
wait "${workers[0]}" || fail "submitting under a backup"
workers=()

# A disk without room for it: the one that is full is named, and nobody is sent to restore something.
small=$scratch/small
mkdir "$small"
if ((EUID == 0)) && mount -t tmpfs -o size=64k paidan-test "$small" 2>/dev/null; then
    mounts+=("$small")
    for language in en zh; do
        paidan "$data" --lang "$language" backup "$small/b" >"$scratch/out" 2>"$scratch/err"
        expect "status of a backup to a full disk" "$?" 73
        grep -q "STORAGE_FULL: .*$small .*$small/b/" "$scratch/err" || fail "backup: $(cat "$scratch/err")"
        grep -qiE 'restor|恢复' "$scratch/err" && fail "a backup speaks of restoring: $(cat "$scratch/err")"
    done
    [[ -z $(ls "$small/b") ]] || fail "a failed backup left: $(ls "$small/b")"
    paidan "$scratch/small/r" restore "${back}3" >/dev/null 2>"$scratch/err"
    expect "status of a restore to a full disk" "$?" 73
    grep -q "STORAGE_FULL: .*$small" "$scratch/err" || fail "restore: $(cat "$scratch/err")"
    [[ -z $(ls "$small/r") ]] || fail "a failed restore left: $(ls "$small/r")"
else
    note "no right to mount a small file system: a full disk is not tried"
fi
# What a success says: how much, where, what is not in it, and how it comes back; from a path that a shell
# would not take as it is.
odd="$scratch/back it's"
paidan "$data" backup "$odd" >"$scratch/out" || fail "backup to an odd name"
grep -qF "to restore it to an empty folder: paidan --data NEWDATA restore '$scratch/back it'\\''s'" "$scratch/out" ||
    fail "how it comes back: $(cat "$scratch/out")"
grep -qF "keep it as well: $site" "$scratch/out" || fail "the site is not named: $(cat "$scratch/out")"
rm -r "$odd"
paidan "$data" backup "$odd" --json >"$scratch/out" || fail "backup as JSON"
jq -e '.records > 0 and .bytes > 0 and (.effect.zh | startswith("已备份到")) and (.effect.en | startswith("backed up to"))' \
    "$scratch/out" >/dev/null || fail "as JSON: $(cat "$scratch/out")"

paidan "$data" backup "$scratch/no/such/folder" 2>"$scratch/err" && fail "a backup into nowhere"
grep -q "FAILED: .*check the path.*$scratch/no/such/folder" "$scratch/err" || fail "backup: $(cat "$scratch/err")"

# The same folder a second time, and a folder in use: refused, and nothing is touched.
paidan "$data" backup "${back}3" 2>/dev/null && fail "a backup was overwritten"
paidan "$data" restore "${back}3" 2>/dev/null && fail "restored over a running instance"
# A changed byte shows.
cp -r "${back}3" "$scratch/broken"
sed -i 's/digest [0-9a-f]\{8\}/digest 00000000/' "$scratch/broken/MANIFEST"
paidan "$restored" restore "$scratch/broken" 2>/dev/null && fail "a changed backup was restored"
[[ ! -e $restored/intake ]] || fail "a refused restore left a store behind"
rm -r "$restored"
mkdir "$scratch/partial"
cp -r "${back}3"/[a-z]* "$scratch/partial"
paidan "$restored" restore "$scratch/partial" 2>/dev/null && fail "restored without MANIFEST"

rm -rf "$restored"
paidan "$restored" --lang zh restore "${back}3" >"$scratch/out" || fail "restore"
grep -qE "^已恢复到 $restored：6 个服务共 [1-9][0-9]* 条记录，已逐条核对；服务还没有启动$" "$scratch/out" ||
    fail "what was restored: $(cat "$scratch/out")"
grep -qF "deploy/up --no-feed --data $restored --site 站点文件夹；" "$scratch/out" || fail "no start: $(cat "$scratch/out")"
logs_hold "$restored"
instance_start "$restored" "$site"
wait_until 60 "the restored services catch up" quiet "$restored"
{ tickets_opened "$restored"; tickets_on_desk "$restored"; } | sort -u >"$scratch/found"
sort -u "$scratch/before" | comm -23 - "$scratch/found" >"$scratch/lost"
[[ ! -s $scratch/lost ]] || fail "$(wc -l <"$scratch/lost") tickets are missing after the restore"
paidan "$restored" submit --channel wechat --text '恢复以后的第一件' >/dev/null ||
    fail "the restored instance takes no tickets"
wait_until 60 "the restored services have heard of it" quiet "$restored"
paidan "$restored" stats >/dev/null || fail "stats do not agree after the restore"
note "backup: ok, $(wc -l <"$scratch/found") tickets restored"
