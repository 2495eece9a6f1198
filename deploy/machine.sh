# shellcheck shell=bash
# What deploy/quickstart and tests/run do to a machine: install what is missing, find a user who is
# not root. To be read with `source`; it changes nothing by being read.

say() {
    printf '%s\n' "$*"
}

# One sentence for the person at the keyboard, and the end.
give_up() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        give_up "this needs root (or sudo): $*"
    fi
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# missing_packages TABLE KIND...: the packages of these kinds that are not here.
missing_packages() {
    local table=$1 kind package line command
    shift
    while read -r line; do
        case $line in '' | '#'*) continue ;; esac
        read -r kind package _ <<<"$line"
        case " $* " in *" $kind "*) ;; *) continue ;; esac
        command=$(sed -nE 's/.* command:([^ ]+).*/\1/p' <<<"$line")
        if [ -n "$command" ] && command -v "$command" >/dev/null; then
            continue
        fi
        installed "$package" || printf '%s\n' "$package"
    done <"$table"
}

# Debian's PostgreSQL would start a server of its own on port 5432; nobody here asks for that.
no_cluster_of_debian() {
    local folder=/etc/postgresql-common/createcluster.d
    installed postgresql-common && return
    as_root mkdir -p "$folder"
    say "create_main_cluster = false" | as_root tee "$folder/gruppstod.conf" >/dev/null
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
        -o DPkg::Lock::Timeout=300 "$@"
}

# install_packages TABLE LOG KIND...: installs what is missing of these kinds.
install_packages() {
    local table=$1 log=$2 missing
    shift 2
    mapfile -t missing < <(missing_packages "$table" "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        give_up "no apt-get here: install these yourself: ${missing[*]}"
    say "Installing ${#missing[@]} Debian packages (${missing[*]})"
    case " ${missing[*]} " in *" postgresql-15 "*) no_cluster_of_debian ;; esac
    # The lists may be absent or stale; an install that works needs no update.
    if ! apt install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
        apt update >>"$log" 2>&1 || true
        if ! apt install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
            tail -n 15 "$log" >&2
            give_up "the packages could not be installed; the whole story is in $log"
        fi
    fi
}

# ensure_user NAME HOME: a system user who owns nothing else (PostgreSQL refuses to run as root).
ensure_user() {
    id -u "$1" >/dev/null 2>&1 && return
    as_root useradd --system --user-group --no-create-home --home-dir "$2" \
        --shell /usr/sbin/nologin "$1"
}

# as_user NAME COMMAND...: with that user's groups and none of root's environment but PATH and LANG.
as_user() {
    local user=$1
    shift
    if [ "$(id -un)" = "$user" ]; then
        "$@"
    else
        setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all -- "$@"
    fi
}

# may_enter USER FOLDER: can that user read it, through all the folders above?
may_enter() {
    as_user "$1" test -r "$2" -a -x "$2"
}
