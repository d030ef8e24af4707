# What install, upgrade and rollback share. POSIX sh, and nothing that a bare Debian lacks: docs/offline.md.
# Each of them sets HERE, the folder it lies in, and sources this.
# shellcheck shell=sh

set -eu
umask 022
unset CDPATH
PREFIX="" SERVICE="" STOPPED=""
TEMP=$(mktemp -d "${TMPDIR:-/tmp}/gridmap-offline.XXXXXX")
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '%s\n' "$*"; }
step() { printf '== %s\n' "$*"; }

# refuse MESSAGE CURE: the same shape as the command's own errors.
refuse() {
    printf 'Error: %s\nWhat to do: %s\n' "$1" "$2" >&2
    exit 2
}

# However it ends, a service that was stopped is started again, unless it must not be.
finish() {
    rm -rf "$TEMP"
    [ -z "$STOPPED" ] || systemctl start "$SERVICE" || say "   $SERVICE could not be started: systemctl status $SERVICE"
}

# need_value OPTION REST-COUNT: an option at the end of the line has no value.
need_value() { [ "$2" -gt 1 ] || refuse "$1 needs a value." "Run it with --help."; }

# --- the bundle ---------------------------------------------------------------------------------------------------

# Every file is as it was packed, none is missing, none was added; those that are not are named.
require_whole_bundle() {
    step "Checking every file of the bundle (SHA-256)"
    [ -r "$HERE/SHA256SUMS" ] ||
        refuse "$HERE has no SHA256SUMS." "Unpack the bundle anew (tar xzf FILE) and run the script in its folder."
    if ! (cd "$HERE" && LC_ALL=C sha256sum --check --quiet SHA256SUMS) >"$TEMP/harmed" 2>"$TEMP/said"; then
        refuse "the bundle was harmed on its way: $(sed 's/: FAILED.*//' "$TEMP/harmed" | head -n 5 | paste -sd ' ' -)" \
            "Copy it again and compare the file's SHA-256 with the one that gridmap bundle printed."
    fi
    cut -c67- "$HERE/SHA256SUMS" | LC_ALL=C sort >"$TEMP/listed"
    (cd "$HERE" && find . ! -type d ! -path ./SHA256SUMS) | cut -c3- | LC_ALL=C sort >"$TEMP/there"
    LC_ALL=C comm -13 "$TEMP/listed" "$TEMP/there" >"$TEMP/added"
    [ ! -s "$TEMP/added" ] ||
        refuse "the bundle holds what was not packed: $(head -n 5 "$TEMP/added" | paste -sd ' ' -)" \
            "Unpack it anew into an empty folder."
    say "   $(wc -l <"$TEMP/listed") files are as they were packed"
    # shellcheck disable=SC1091
    . "$HERE/about.sh"
}

# This machine is like the one the bundle was made on.
require_like_machine() {
    # shellcheck disable=SC1091
    found="$(. /etc/os-release 2>/dev/null && printf '%s %s' "${ID:-unknown}" "${VERSION_ID:-}") $(dpkg --print-architecture)"
    [ "$found" = "$OS_ID $OS_VERSION $ARCHITECTURE" ] ||
        refuse "this bundle is for $OS_ID $OS_VERSION $ARCHITECTURE; this machine is $found." \
            "Make a bundle on a machine like this one (gridmap bundle)."
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# install_packages NAME...: those that are missing, from the bundle alone; the machine's own package sources stay unread.
install_packages() {
    step "Packages of the system"
    missing=""
    for name in "$@"; do
        is_installed "$name" || missing="$missing $name"
    done
    if [ -z "$missing" ]; then
        say "   all are there: $*"
        return
    fi
    if [ "$(id -u)" != 0 ]; then
        say "   missing:$missing. An administrator must run this one line, once:"
        say "   sudo sh '$HERE/install' --packages-only"
        refuse "packages of the system are missing." "Run the line above, then this script again."
    fi
    say "   installing from the bundle:$missing"
    mkdir -p "$TEMP/apt/lists/partial" "$TEMP/apt/cache/archives/partial"
    ln -sfn "$HERE/debs" "$TEMP/apt/debs" # a source with blanks in its name would be two
    printf 'deb [trusted=yes] file:%s ./\n' "$TEMP/apt/debs" >"$TEMP/apt/sources.list"
    # shellcheck disable=SC2086
    { apt_here update && apt_here install -y --no-install-recommends --no-remove $missing; } >"$TEMP/apt/said" 2>&1 || {
        tail -n 15 "$TEMP/apt/said" >&2
        refuse "the packages could not be installed:$missing." \
            "Look at apt's message above; often another program is installing, or newer packages are here than in the bundle."
    }
}

apt_here() {
    DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -qq \
        -o Dir::Etc::SourceList="$TEMP/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$TEMP/apt/lists" -o Dir::Cache="$TEMP/apt/cache" -o APT::Sandbox::User=root \
        -o Acquire::Languages=none -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

require_python() {
    "$PYTHON" -c 'import venv' 2>/dev/null ||
        refuse "$PYTHON was not found." "Install it so that '$PYTHON' starts it; the bundle's packages were made for it."
}

# --- the place ----------------------------------------------------------------------------------------------------

# take_prefix: PREFIX is made where it is missing, and held: two at a time would be in each other's way.
take_prefix() {
    mkdir -p "$PREFIX/releases" 2>"$TEMP/said" && [ -w "$PREFIX" ] && [ -w "$PREFIX/releases" ] ||
        refuse "$PREFIX cannot be written: $(cat "$TEMP/said")" \
            "Run this as root, or choose another folder with --prefix; its disk must not be mounted read-only."
    PREFIX=$(cd -P "$PREFIX" && pwd -P)
    exec 9>"$PREFIX/.lock"
    flock -n 9 || refuse "another install, upgrade or rollback uses $PREFIX." "Wait for its end, then try again."
    rm -f "$PREFIX"/.current.*
}

current_release() { [ ! -L "$PREFIX/current" ] || basename "$(readlink "$PREFIX/current")"; }

require_room() {
    free_mb=$(($(df -Pk "$PREFIX" | awk 'NR == 2 { print $4 }') / 1024))
    used_mb=$(du -sm "$PREFIX/var" 2>/dev/null | cut -f1)
    needed_mb=$((NEED_MB + 2 * ${used_mb:-0}))
    [ "$free_mb" -ge "$needed_mb" ] ||
        refuse "$PREFIX has $free_mb MB free; $needed_mb MB are needed." "Free space there, or remove an old release."
}

# The release at its last place, for the programs in .venv name it. It is whole once .whole is there.
make_release() {
    NEW=$PREFIX/releases/$RELEASE
    if [ -e "$NEW/.whole" ]; then
        say "== Release $RELEASE is in its place already"
        return
    fi
    rm -rf "$NEW" # of a run that was ended early
    require_room
    step "Copying the program to $NEW"
    mkdir "$NEW"
    cp -R "$HERE/program/." "$NEW/"
    cp "$HERE/about.sh" "$HERE/bom.cdx.json" "$NEW/"
    ln -s ../../gridmap.toml "$NEW/gridmap.toml"
    step "Installing Python packages into $NEW/.venv (a minute or two)"
    fill_venv >"$TEMP/pip" 2>&1 || {
        tail -n 15 "$TEMP/pip" >&2
        refuse "the Python packages could not be installed." "Look at the message above (often: no space left)."
    }
    sync -f "$PREFIX"
    : >"$NEW/.whole"
}

fill_venv() {
    python=$NEW/.venv/bin/python
    "$PYTHON" -m venv --without-pip "$NEW/.venv" || return 1
    pip_install "$HERE"/wheels/pip-*.whl || return 1
    pip_install "$HERE"/wheels/*.whl || return 1
    pip_install --no-build-isolation -e "$NEW" || return 1
    "$python" -m pip --isolated check || return 1
    "$python" -m compileall -q "$NEW/gridmap" "$NEW/web" || return 1
    (cd "$NEW" && "$python" -c 'import web.app') || return 1
    # scripts/run of the release finds its .venv whole, and does not look for a network.
    bash -c '. "$1/scripts/lib.sh"; stamp_text "" >"$1/.venv/.made-for"' - "$NEW"
}

# pip_install ARGUMENT...: by the bundle's own pip, which runs from its wheel.
pip_install() {
    PYTHONPATH=$(echo "$HERE"/wheels/pip-*.whl) PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE='' \
        "$python" -m pip --isolated --disable-pip-version-check install --no-input -q --no-index --no-deps "$@"
}

switch_to() {
    ln -s "releases/$1" "$PREFIX/.current.$$"
    mv -T "$PREFIX/.current.$$" "$PREFIX/current"
    sync -f "$PREFIX"
    step "Release $1 is the current one"
}

# --- gridmap, by whom its data belong to ---------------------------------------------------------------------------

# of RELEASE-FOLDER ARGUMENT...: that release's gridmap command.
of() {
    program=$1/.venv/bin/gridmap
    shift
    (
        cd "$PREFIX"
        owner=$(stat -c %U var)
        if [ "$owner" = "$(id -un)" ]; then
            exec "$program" "$@" 9>&-
        fi
        home=$(getent passwd "$owner" | cut -d: -f6) # where .pgpass is looked for
        exec runuser -u "$owner" -- env HOME="$home" "$program" "$@" 9>&-
    )
}

require_owner() {
    owner=$(stat -c %U "$PREFIX/var")
    [ "$(id -u)" = 0 ] || [ "$owner" = "$(id -un)" ] ||
        refuse "$PREFIX/var belongs to $owner." "Run this as root or as $owner."
}

# revisions RELEASE-FOLDER: sets IN_DATABASE (none: no database yet) and OF_PROGRAM, the schema's revisions.
revisions() {
    of "$1" db revision >"$TEMP/revisions" ||
        refuse "the database cannot be read (see above); nothing was changed." "Run: $1/scripts/gridmap doctor"
    IN_DATABASE=$(sed -n 's/^database //p' "$TEMP/revisions")
    OF_PROGRAM=$(sed -n 's/^program //p' "$TEMP/revisions")
}

# problems RELEASE-FOLDER FILE: names of doctor's checks that found a problem, one a line; fails when doctor fails.
problems() {
    of "$1" doctor --json >"$TEMP/doctor" 2>"$TEMP/said" || [ -s "$TEMP/doctor" ] || {
        cat "$TEMP/said" >&2
        return 1
    }
    "$1/.venv/bin/python" -c 'import json, sys
for finding in json.load(sys.stdin)["findings"]:
    if not finding["ok"]:
        print(finding["check"], finding["found"], finding["cure"], sep=": ")' <"$TEMP/doctor" | LC_ALL=C sort >"$2"
}

# put_back RELEASE-FOLDER ARCHIVE: the database as it was when that release made the backup. Every failure says so.
put_back() {
    step "Bringing the database back from $2"
    of "$1" restore "$2" --replace --yes || true # 1 tells of an old problem of the audit: what counts is the schema
    revisions "$1"
    if [ "$IN_DATABASE" != "$OF_PROGRAM" ]; then
        STOPPED="" # nobody may write into it as it is
        refuse "the database could not be brought back; it is as the newer release left it." \
            "Cure what is told above, then: $1/.venv/bin/gridmap restore '$2' --replace --yes"
    fi
}

stop_service() {
    if [ -n "$SERVICE" ]; then
        step "Stopping $SERVICE"
        STOPPED=1
        systemctl stop "$SERVICE" || refuse "$SERVICE could not be stopped." "Look at: systemctl status $SERVICE"
    fi
    for line in /proc/[0-9]*/cmdline; do
        case $(tr '\0' ' ' <"$line" 2>/dev/null || true) in
            "$PREFIX"/releases/*/.venv/bin/*)
                number=${line#/proc/}
                refuse "gridmap is running (process ${number%/cmdline}): nobody may write meanwhile." \
                    "Stop it, then try again; or let it be done: --service NAME of its systemd unit."
                ;;
        esac
    done
}

# Starts the service again, if there is one; fails when it does not stay up.
start_service() {
    [ -n "$SERVICE" ] || return 0
    STOPPED=""
    step "Starting $SERVICE"
    systemctl start "$SERVICE" || return 1
    sleep "${GRIDMAP_SETTLE_S:-5}"
    systemctl --quiet is-active "$SERVICE"
}

stamp() { date -u +%Y%m%dT%H%M%SZ; }

# note FILE TEXT: a small file that is there as a whole or not at all.
note() {
    printf '%s\n' "$2" >"$PREFIX/.note.$$"
    sync "$PREFIX/.note.$$"
    mv "$PREFIX/.note.$$" "$1"
}

# An upgrade that was ended between its switch and its last line is finished here.
finish_interrupted() {
    [ -e "$PREFIX/upgrading" ] || return 0
    read -r FROM TO ARCHIVE <"$PREFIX/upgrading"
    if [ "$(current_release)" = "$TO" ]; then
        record upgrade "$FROM" "$TO" "$ARCHIVE"
        rm "$PREFIX/upgrading"
    fi
}

record() { printf '%s %s %s %s %s\n' "$(stamp)" "$@" >>"$PREFIX/history"; }
