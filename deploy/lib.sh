# shellcheck shell=bash
# lib: what deploy/up, deploy/down, deploy/supervise and tests/run share. Sourced, never run.
#
# Users read Chinese or English by --lang, else by their locale, and one answer is in one language: also
# a mistake in an argument before --lang, what a program called here says, and why the system refused
# something. Logs (supervise) are for machines and English. PAIDAN_ROOT is the source tree, found from
# this file.

# An empty HOME is none; npm would make a folder named "~".
if [[ -z ${HOME:-} ]]; then
    unset HOME
fi

PAIDAN_ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# The services that keep a store: four in the order in which tickets reach them, then people's accounts, then what is kept of all.
# shellcheck disable=SC2034  # read by the scripts that source this file
SERVICES=(intake triage escalation callback access archive)
# Adapters speak with the outside; an instance has those whose file its site has.
# shellcheck disable=SC2034  # read by the scripts that source this file
ADAPTERS=(wechat hotline mqtt webhook)
declare -A ADAPTER_FILES=([wechat]=wechat.yaml [hotline]=hotline.yaml [mqtt]=devices.yaml [webhook]=webhooks.yaml)
# What stands in front of them and stores nothing: an instance runs without it, too.
# shellcheck disable=SC2034  # read by the scripts that source this file
FRONTS=(gateway)
# All that runs of an instance, in the order in which it is stopped: the supervisor stops its parts itself.
# shellcheck disable=SC2034  # read by the scripts that source this file
PARTS=(demo supervisor "${FRONTS[@]}" "${ADAPTERS[@]}" "${SERVICES[@]}" trial)
# Where the console is built to (deploy/up), and where an installation has it.
# shellcheck disable=SC2034  # read by the scripts that source this file
CONSOLE_DIR=$PAIDAN_ROOT/build/console

# adapters_of SITE: the adapters of a site, into adapters.
adapters=()
adapters_of() {
    local name
    adapters=()
    for name in "${ADAPTERS[@]}"; do
        if [[ -f $1/${ADAPTER_FILES[$name]} ]]; then
            adapters+=("$name")
        fi
    done
}

# trial_there DATA SITE: does the instance speak with the stand-ins of a trial? Its site is theirs then (deploy/trial).
trial_there() {
    [[ $2 == "$1/site" && -f $1/trial/origin ]]
}

# The locale of messages, as programs find it: the first of the three that is not empty.
locale_name=${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}
language=en
if [[ ${locale_name,,} == zh* ]]; then
    language=zh
fi
# Of --lang: what programs that are called here get; the demo, which has no such option, by its locale.
# shellcheck disable=SC2034  # read by the scripts that source this file
lang_words=() lang_locale=()

# choose ZH EN: prints one of the two, without an end of line.
choose() {
    if [[ $language == zh ]]; then
        printf '%s' "$1"
    else
        printf '%s' "$2"
    fi
}

# say ZH EN: prints the sentence in the user's language.
say() {
    choose "$1" "$2"
    echo
}

# lang_take ARGUMENT...: takes --lang out, wherever it stands; the others are left in arguments.
arguments=()
lang_take() {
    local wanted
    while (($# > 0)); do
        case $1 in
            --lang)
                wanted=${2:-none}
                (($# < 2)) || shift
                ;;
            --lang=*) wanted=${1#--lang=} ;;
            *)
                arguments+=("$1")
                shift
                continue
                ;;
        esac
        # shellcheck disable=SC2034
        case $wanted in
            zh) language=zh lang_words=(--lang zh) lang_locale=(env LC_ALL=zh_CN.UTF-8) ;;
            en) language=en lang_words=(--lang en) lang_locale=(env LC_ALL=C.UTF-8) ;;
            *) die 64 "--lang 只能是 zh 或 en。" "--lang must be zh or en." ;;
        esac
        shift
    done
}

# reason TEXT: why a command of the system failed, from what it printed with LC_ALL=C.
reason() {
    local text=${1##*: }
    if [[ $language != zh ]]; then
        printf '%s' "$text"
        return
    fi
    case $text in
        'Permission denied' | 'Operation not permitted') printf '没有权限' ;;
        'No space left on device') printf '磁盘已满' ;;
        'Disk quota exceeded') printf '超出磁盘配额' ;;
        'Read-only file system') printf '文件系统是只读的' ;;
        'Not a directory') printf '路径里有一段不是目录' ;;
        'File exists') printf '已有同名的文件' ;;
        'File name too long') printf '名称太长' ;;
        'No such file or directory') printf '没有这个文件或目录' ;;
        *) printf '系统错误（%s）' "$text" ;;
    esac
}

# die CODE ZH EN: says it on stderr and exits.
die() {
    local code=$1
    say "$2" "$3" >&2
    exit "$code"
}

# packages_list SECTION...: the packages of the sections of packages.txt.
packages_list() {
    awk -v sections=" $* " '
        /^\[/ { gsub(/[][]/, ""); on = index(sections, " " $0 " "); next }
        on && !/^#/ && NF { print $1 }' "$PAIDAN_ROOT/deploy/packages.txt"
}

# packages_missing SECTION...: those of them that are not installed.
packages_missing() {
    local package
    for package in $(packages_list "$@"); do
        if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
            echo "$package"
        fi
    done
}

# packages_install SECTION...: installs what is missing, as root or with sudo; nothing if all is there.
packages_install() {
    local -a missing as_root=()
    if ! command -v dpkg-query >/dev/null; then
        say "提示：这不是 Debian 系统，不检查软件包；需要的软件包见 deploy/packages.txt。" \
            "Note: this is not a Debian system, packages are not checked; deploy/packages.txt lists them."
        return
    fi
    mapfile -t missing < <(packages_missing "$@")
    if ((${#missing[@]} == 0)); then
        return
    fi
    say "正在安装缺少的软件包：${missing[*]}" "Installing missing packages: ${missing[*]}"
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            die 69 "需要管理员权限。请用 root 执行：apt-get install ${missing[*]}" \
                "This needs root. As root, run: apt-get install ${missing[*]}"
        fi
        as_root=(sudo)
    fi
    # The lists may be empty (fresh image) or old; a failed update alone is no reason to stop.
    "${as_root[@]}" apt-get update -qq || true
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        bash -c "$(declare -f apt_install); apt_install \"\$@\"" apt_install "${missing[@]}" </dev/null; then
        die 69 "软件包安装失败，见上面的 apt 输出。" "Installing packages failed; see apt's output above."
    fi
    if [[ " ${missing[*]} " == *' mosquitto '* ]]; then
        say "只装了 mosquitto 的程序：本机的系统服务 mosquitto（1883 端口）没有启动，也不会随开机启动。" \
            "Of mosquitto only the program is used: the machine's own service (port 1883) was not started, nor will it be at boot."
    fi
}

# apt_install PACKAGE...: as root. We use mosquitto as a program; Debian would also start it as a service of the machine and
# at each boot. Where it comes with this installation nothing is started (policy-rc.d, gone again afterwards; one that is
# there is the machine's own and stays) and its unit is switched off.
apt_install() {
    local policy=/usr/sbin/policy-rc.d
    if [[ " $* " == *' mosquitto '* ]]; then
        if [[ ! -e $policy ]]; then
            # shellcheck disable=SC2064  # the path of now
            trap "rm -f $policy" EXIT
            printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 0755 "$policy"
        fi
    fi
    apt-get install -y -qq --no-install-recommends "$@" || return
    if [[ " $* " == *' mosquitto '* ]]; then
        update-rc.d mosquitto disable >/dev/null 2>&1 || true
    fi
}

# build_preset PRESET [TARGET]: configures and builds, all or that target; prints the output of a step only when it fails
# or, for the compile step, when there is a terminal to show progress on.
build_preset() {
    local preset=$1 target=${2:-all} log
    local -a quiet=()
    log=$(mktemp)
    if ! (cd "$PAIDAN_ROOT" && cmake --preset "$preset") >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
    if [[ ! -t 1 ]]; then
        quiet=(-- --quiet)
    fi
    cmake --build "$PAIDAN_ROOT/build/$preset" --target "$target" "${quiet[@]}"
}

# node_there: is there a Node that the stand-ins and the console's build run on?
node_there() {
    node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null
}

# npm_install FOLDER [ZH EN]: the packages of its lock file into FOLDER/node_modules, unless they are there already; several
# may want them at once. No script of a package runs. ZH EN is said before the work; what npm says only when it fails.
npm_install() {
    local folder=$1
    command -v npm >/dev/null && node_there || return 1
    (
        flock 9
        # npm writes this file last: a folder without it is half of one.
        if [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]]; then
            exit 0
        fi
        [[ $# -lt 3 ]] || say "$2" "$3"
        cd "$folder" || exit 1
        if ! why=$(npm ci --ignore-scripts --no-audit --no-fund 2>&1); then
            tail -n 20 <<<"$why" >&2
            exit 1
        fi
        touch node_modules/.package-lock.json
    ) 9<"$folder/package.json"
}

# trial_packages: what the stand-ins of a trial need of npm (deploy/trial).
trial_packages() {
    npm_install "$PAIDAN_ROOT/deploy/trial" \
        "正在安装演示替身所需的包（deploy/trial）……" "Installing what the demo's stand-ins need (deploy/trial) ..." || {
        command -v npm >/dev/null && node_there &&
            say "替身的包没有装成，见上面 npm 的输出。" "The stand-ins' packages could not be installed; see npm's output above." >&2
        return 1
    }
}

# outside_there: is all there that those outside of a demo need? If not it returns 1, and what lacks is in outside_lacks.
# With programs of one's own (PAIDAN_BIN) nothing is installed.
outside_lacks=''
outside_there() {
    local -a lacks=()
    if [[ -z ${PAIDAN_BIN:-} ]] && command -v npm >/dev/null; then
        (packages_install trial) || true
        trial_packages || true
    fi
    node_there || lacks+=("Node ≥ 18")
    [[ -f $PAIDAN_ROOT/deploy/trial/node_modules/.package-lock.json ]] || lacks+=("deploy/trial/node_modules (npm ci)")
    PATH=$PATH:/usr/sbin command -v mosquitto >/dev/null || lacks+=(mosquitto)
    printf -v outside_lacks '%s, ' "${lacks[@]}"
    outside_lacks=${outside_lacks%, }
    ((${#lacks[@]} == 0))
}

# pid_is DATA NAME PID: is process PID really that part of the instance DATA, and not another
# process that got its number later?
pid_is() {
    local -a words=()
    local index
    [[ $3 =~ ^[0-9]+$ ]] || return 1
    { mapfile -d '' -t words <"/proc/$3/cmdline"; } 2>/dev/null
    if [[ $2 == supervisor ]]; then
        [[ ${words[1]:-} == */supervise && ${words[2]:-} == "$1" ]]
        return
    fi
    if [[ $2 == trial ]]; then
        [[ ${words[1]:-} == */trial.mjs && ${words[3]:-} == "$1" ]]
        return
    fi
    [[ ${words[0]:-} == *paidan-$2 ]] || return 1
    for index in "${!words[@]}"; do
        if [[ ${words[index]} == --data && ${words[index + 1]:-} == "$1" ]]; then
            return 0
        fi
    done
    return 1
}

# instance_pid DATA NAME: prints the process id of a running part; fails if it does not run.
instance_pid() {
    local pid
    pid=$(cat "$1/run/$2.pid" 2>/dev/null) || return 1
    pid_is "$1" "$2" "$pid" || return 1
    echo "$pid"
}

# pid_wait DATA NAME PID SECONDS: waits until that process is gone; fails if it is not.
pid_wait() {
    local until=$((SECONDS + $4))
    while pid_is "$1" "$2" "$3"; do
        ((SECONDS < until)) || return 1
        sleep 0.1
    done
}

# log_keep FILE BYTES_MAX: writes what comes on stdin to FILE, each line after its time; a FILE that
# has grown beyond BYTES_MAX becomes FILE.1 between two lines and is begun again. It alone writes the
# file, so nothing is lost on the way. It ends with its last writer, whatever signals come before.
log_keep() {
    local file=$1 bytes_max=$2 bytes line more=1 LC_ALL=C
    trap '' TERM INT HUP
    exec >>"$file"
    bytes=$(stat -c %s "$file" 2>/dev/null || echo 0)
    while ((more)); do
        IFS= read -r line || more=0
        if ((!more)) && [[ -z $line ]]; then
            break
        fi
        if ((bytes > bytes_max)); then
            mv -f "$file" "$file.1"
            exec >"$file"
            bytes=0
        fi
        printf -v line '%(%FT%T%z)T %s' -1 "$line"
        # A full disk loses lines, never the writer.
        printf '%s\n' "$line" 2>/dev/null || true
        bytes=$((bytes + ${#line} + 1))
    done
}

# port_free PORT: does nobody listen there on 127.0.0.1?
port_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# port_hold PORT: no other instance of this user chooses it while this process, or one that it started, lives: between
# choosing a port and listening there some seconds pass. Fails if another one holds it.
port_hold() {
    local folder=/tmp/paidan-ports.$EUID fd # not TMPDIR's: whoever has another one listens on the same machine
    mkdir -m 0700 "$folder" 2>/dev/null
    [[ -O $folder && -w $folder ]] || return 0 # nobody can hold any
    exec {fd}>"$folder/$1"
    if ! flock --nonblock "$fd"; then
        exec {fd}>&-
        return 1
    fi
    port_lock=$fd
}

# port_take FIRST END: the first port from FIRST on that nobody uses or holds; into port, and held.
port_take() {
    for ((port = $1; port < $2; port++)); do
        if port_free "$port" && port_hold "$port"; then
            if port_free "$port"; then
                return
            fi
            exec {port_lock}>&-
        fi
    done
}

# port_choose DATA: the port on which the instance is reached by browsers, into port. An instance keeps its own,
# so that a bookmark stays good; a new one gets the first that is free.
port_choose() {
    port=$(cat "$1/http.port" 2>/dev/null)
    if [[ $port =~ ^[0-9]+$ ]]; then
        port_hold "$port" || true # whoever has it holds it longer than this start
    else
        port_take 8310 8400
        echo "$port" >"$1/http.port"
    fi
}

# console_stale: is the console's built form absent or older than one of its sources?
console_stale() {
    local folder=$PAIDAN_ROOT/services/console
    [[ ! -f $CONSOLE_DIR/index.html ]] ||
        [[ -n $(find "$folder"/{src,public,index.html,vite.config.js,package-lock.json} -type f -newer "$CONSOLE_DIR/index.html" -print -quit) ]]
}

# console_build: builds the console from its lock file, unless it is built already. Without npm, or if that
# fails, it says so and returns 1: an instance runs without a console, or with the one of before.
console_build() {
    local folder=$PAIDAN_ROOT/services/console log
    local -a omit=(--omit=dev)
    console_stale || return 0
    if ! command -v npm >/dev/null || ! node_there; then
        say "跳过网页工作台：没有 npm（Node 18 以上）。要用它请安装：apt-get install npm，再执行一次。" \
            "The web console is skipped: there is no npm (with Node 18 or later). To have it, run apt-get install npm and start again."
        return 1
    fi
    say "正在构建网页工作台（build/console）……" "Building the web console (build/console) ..."
    log=$(mktemp)
    # Beside the old one and then in its place: a browser never finds half of it. No script of a package
    # runs, and what only its tests need is not fetched, nor taken from whom it belongs to.
    [[ ! -d $folder/node_modules/axe-core ]] || omit=()
    if ! (
        cd "$folder" &&
            if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
                npm ci --ignore-scripts --no-audit --no-fund "${omit[@]}"
            fi && PAIDAN_CONSOLE_OUT=$CONSOLE_DIR.part node_modules/.bin/vite build
    ) >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -rf "$log" "$CONSOLE_DIR.part"
        say "网页工作台没有构建成功，见上面的输出；其余照常。" \
            "The web console could not be built, see the output above; the rest goes on." >&2
        return 1
    fi
    rm -rf "$log" "$CONSOLE_DIR"
    mv "$CONSOLE_DIR.part" "$CONSOLE_DIR"
    # Its sources may bear a later time than this machine's clock.
    touch "$CONSOLE_DIR/index.html"
}
