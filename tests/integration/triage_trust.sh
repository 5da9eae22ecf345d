#!/usr/bin/env bash
# Triage measures itself on a running instance: of a category whose dispatches are given to others it asks surer
# guesses and says so; it is stopped and let go on by hand; what people decided becomes a table to learn from; the
# model of a site is switched and switched back.
source "$(dirname "$0")/lib.sh"

site=$scratch/site data=$scratch/data
bin=$PAIDAN_BIN/paidan
# refused STATUS TEXT WORD...: the command ends with STATUS and says TEXT.
refused() {
    local status=$1 text=$2 said
    shift 2
    said=$("$bin" "$@" 2>&1 >/dev/null)
    expect "exit of $*" "$?" "$status"
    grep -qF -- "$text" <<<"$said" || fail "$*: no '$text' in: $said"
}
# table LABEL...: sentences of our own about lamps and noise, under these two labels.
table() {
    printf 'title\ttext\tlabel\n'
    for place in 东门 三号楼 菜市场 学校旁 公园里 河边 北街 小区外 站台边 超市前 桥头 医院后; do
        for thing in 路灯不亮 灯杆倒了 照明坏了 灯泡烧了 夜里没灯; do
            printf '%s%s\t您好，%s%s，请修\t%s\n' "$place" "$thing" "$place" "$thing" "$1"
        done
        for thing in 夜间施工 广场舞吵 音响扰民 狗叫不停 喇叭声大; do
            printf '%s%s\t%s%s，吵得睡不着，请管\t%s\n' "$place" "$thing" "$place" "$thing" "$2"
        done
    done
}
train() { "$bin" train "$1" --out "$2" >/dev/null || fail "train $1"; }

"$bin" new-site "$site" --communities 东湖社区,西湖社区 </dev/null >/dev/null || fail "new-site"
table city.lamp noise >"$scratch/one.tsv"
table city.lamp nobody >"$scratch/strange.tsv"
table city.lamp home >"$scratch/two.tsv"
for name in one strange two; do train "$scratch/$name.tsv" "$scratch/$name.model"; done

# ---- the model of a site ----

refused 70 "model" model switch "$scratch/one.tsv" --site "$site"
refused 66 nobody model switch "$scratch/strange.model" --site "$site"
[[ ! -e $site/model.learn ]] || fail "a model that was refused is there"
refused 65 "no model from before" model rollback --site "$site"
said=$("$bin" model switch "$scratch/one.model" --site "$site") || fail "switch: $said"
grep -q 'triage: {model: model.learn}' <<<"$said" || fail "it does not say how to name it: $said"
cat >>"$site/site.yaml" <<'END'

triage:
  model: model.learn
  precision: 80%
  trust: {window: 20, least: 5}
END
"$bin" check "$site" >/dev/null || fail "check"

instance_start "$data" "$site" 1 "2026-03-02 09:30"
number_of() { grep -oE '[0-9]{8}-[0-9]{4,}-[0-9]' <<<"$1" | head -1; }
submit() { number_of "$(paidan "$data" submit --channel hotline --text "$1" --json)"; }
stats() { paidan "$data" triage stats --json; }
state_of() { stats | jq -r --arg category "$1" --arg field "$2" '.categories[] | select(.category == $category) | .[$field]'; }
unit_of() { paidan "$data" show "$1" --json 2>/dev/null | json_first unit; }
routed() { [[ -n $(unit_of "$1") ]]; }
on_desk() { grep -qx "$1" <<<"$(tickets_on_desk "$data")"; }
# says PATTERN WORD...: what the command line prints holds it. All of it is read: whoever looks away early ends the writer.
says() {
    local pattern=$1
    shift
    grep -q "$pattern" <<<"$(paidan "$data" "$@")"
}

# Noise of the model is a dispute to the office, five times: more than chance.
for round in 1 2 3 4 5; do
    number=$(submit "东湖社区 $round 号楼下广场舞吵，音响扰民，喇叭声大，电话 13812345678")
    wait_until 30 "it is routed" routed "$number"
    unit=$(unit_of "$number")
    paidan "$data" work return "$number" --unit "$unit" --note 不归我们管 >/dev/null || fail "return"
    wait_until 30 "the return is at the desk" on_desk "$number"
    paidan "$data" desk dispatch "$number" --unit street-safe --category dispute >/dev/null || fail "ruling"
done
step_is() { [[ $(state_of "$1" step) == "$2" ]]; }
wait_until 30 "a step after five wrong ones" step_is noise 1
expect "returned" "$(stats | jq '[.weeks[] | select(.category == "noise") | .returned] | add')" 5
expect "wrong" "$(stats | jq '[.weeks[] | select(.category == "noise") | .wrong] | add')" 5
says '"trust_changed"' log dump triage || fail "the log does not say so"
says 收紧 --lang zh triage stats || fail "the table does not say so"
says stricter --lang en triage stats --weeks 2 || fail "nor in English"

# By hand.
refused 65 NOTE --data "$data" triage withdraw --category city.lamp --note ' '
paidan "$data" triage withdraw --category 路灯 --note 换了灯具厂家 >/dev/null || fail "withdraw"
number=$(submit "东湖社区 7 号楼路灯不亮，灯泡烧了，夜里没灯")
wait_until 30 "it goes to the desk" on_desk "$number"
says withdrawn show "$number" --json || fail "the reason is not told"
paidan "$data" desk dispatch "$number" --unit c1-office >/dev/null || fail "dispatch"
paidan "$data" triage restore --category city.lamp --note 可以了 >/dev/null || fail "restore"
expect "the step after restoring" "$(state_of city.lamp step)" 0
number=$(submit "东湖社区 9 号楼路灯不亮，灯泡烧了，夜里没灯")
wait_until 30 "it is routed by itself" routed "$number"

# ---- what can be learned ----

refused 64 --reason --data "$data" triage examples --out "$scratch/lessons.tsv"
paidan "$data" triage examples --out "$scratch/lessons.tsv" --reason 训练模型 >/dev/null || fail "examples"
expect "columns" "$(head -1 "$scratch/lessons.tsv" | tr '\t' ,)" id,title,text,label,unit,said_by,how,at
expect "rulings" "$(awk -F '\t' '$4 == "dispute" && $5 == "street-safe" && $7 == "ruled"' "$scratch/lessons.tsv" | wc -l)" 5
expect "dispatches" "$(awk -F '\t' '$4 == "city.lamp" && $7 == "dispatched"' "$scratch/lessons.tsv" | wc -l)" 1
expect "rows" "$(wc -l <"$scratch/lessons.tsv")" 7
! grep -q 13812345678 "$scratch/lessons.tsv" || fail "a phone in the table"
says '"disclosed"' log dump intake || fail "that it was read is not recorded"
train "$scratch/lessons.tsv" "$scratch/lessons.model"

# ---- another model, and back ----

version() { "$bin" model list --site "$site" --json | jq -r ".models[$1].version"; }
in_force() { [[ $(stats | jq -r '.models[0].version') == "$1" ]]; }
hup() {
    local name
    for name in "${SERVICES[@]}"; do
        kill -HUP "$(<"$data/run/$name.pid")"
    done
}
first=$(version 0)
wait_until 30 "the first one decides" in_force "$first"
"$bin" model switch "$scratch/two.model" --site "$site" >/dev/null || fail "switch"
expect "the one before" "$(version 1)" "$first"
second=$(version 0)
hup
wait_until 30 "the second one decides" in_force "$second"
says "\"site_changed\".*$second" log dump triage || fail "the log does not name it"
"$bin" model rollback --site "$site" >/dev/null || fail "rollback"
expect "after the rollback" "$(version 0) $(version 1)" "$first $second"
hup
wait_until 30 "the first one decides again" in_force "$first"
[[ -z $(find "$site" -name '*.part' -o -name '*.spare') ]] || fail "something was left beside the models"


# A model in force that is damaged is shown as that, and neither rollback nor switch stumbles over it.
head -c 1000 "$scratch/one.model" >"$site/model.learn"
expect "a bad file is shown" "$("$bin" model list --site "$site" --json | jq -c '[.models[] | .bad]')" '["STORE_CORRUPT",null]'
said=$("$bin" model list --site "$site" --lang en) || fail "list: $said"
grep -q damaged <<<"$said" || fail "it is not shown as damaged: $said"
"$bin" model rollback --site "$site" >/dev/null || fail "rollback from a damaged one"
expect "the one before" "$(version 0)" "$second"
head -c 1000 "$scratch/one.model" >"$site/model.learn"
"$bin" model switch "$scratch/one.model" --site "$site" >/dev/null || fail "switch from a damaged one"
expect "the whole one before stays" "$(version 0) $(version 1)" "$first $second"
[[ -z $(find "$site" -name '*.part' -o -name '*.spare') ]] || fail "something was left beside the models"

wait_until 30 "everybody has caught up" quiet "$data"
paidan "$data" stats >/dev/null || fail "the totals do not agree"
logs_hold "$data"
note "triage is stopped and restored, learns and is switched"
