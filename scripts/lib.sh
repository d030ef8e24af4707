# What scripts/run, scripts/test and scripts/gridmap share: the system, its packages, the virtual environment.
# shellcheck shell=bash

ROOT=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=$ROOT/.venv
LOCK=$ROOT/requirements.lock
OS_RELEASE=/etc/os-release

RUN_PACKAGES=(libsqlite3-mod-spatialite libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk)

say() { printf '%s\n' "$*" >&2; }

# refuse MESSAGE CURE: the same shape as the command's own errors.
refuse() {
    say "Error: $1"
    say "What to do: $2"
    exit 2
}

require_supported_system() {
    local id="" version="" oldest=""
    if [ -r "$OS_RELEASE" ]; then
        # shellcheck disable=SC1090
        id=$(. "$OS_RELEASE" && echo "${ID:-}")
        # Debian's testing release has no number: it is newer than any that has.
        # shellcheck disable=SC1090
        version=$(. "$OS_RELEASE" && echo "${VERSION_ID:-99}")
    fi
    case $id in
        debian) oldest=12 ;;
        ubuntu) oldest=22.04 ;;
    esac
    if [ -z "$oldest" ] || ! dpkg --compare-versions "$version" ge "$oldest"; then
        refuse "this system (${id:-$(uname -s)} $version) is not supported." \
            "Use Debian 12 or Ubuntu 22.04 or newer; on Windows, WSL2 with one of them (README, Supported systems)."
    fi
    # pysqlite3, which loads SpatiaLite, is built for this processor only.
    [ "$(uname -m)" = x86_64 ] ||
        refuse "this processor ($(uname -m)) is not supported." "Use a 64-bit Intel or AMD machine (x86_64)."
}

# python_fits PROGRAM: is it Python 3.11 or 3.12?
python_fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null
}

# Sets PYTHON to a Python that fits and PYTHON_PACKAGES to what it lacks, if anything.
find_python() {
    local name
    PYTHON="" PYTHON_PACKAGES=()
    for name in python3 python3.12 python3.11; do
        if command -v "$name" >/dev/null && python_fits "$name"; then
            PYTHON=$name
            "$name" -c 'import ensurepip, venv' 2>/dev/null || PYTHON_PACKAGES=("${name}-venv")
            return
        fi
    done
    # A new machine has no lists of packages yet.
    [ "$(id -u)" != 0 ] || apt-get -qq update </dev/null >&2 || true
    for name in python3.12 python3.11; do
        if apt-cache show "$name-venv" >/dev/null 2>&1; then
            PYTHON=$name PYTHON_PACKAGES=("$name" "$name-venv")
            return
        fi
    done
    refuse "no Python 3.11 or 3.12 was found, and this system's packages have none." \
        "Install Python 3.12 so that 'python3.12' starts it (README, Supported systems), then try again."
}

# install_packages NAME...: those that are missing, by apt as root; otherwise one line for an administrator.
install_packages() {
    local name missing=()
    for name in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        say "Some packages of the system are missing. An administrator must run this one line, once:"
        say "  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends ${missing[*]}'"
        refuse "packages are missing." "Run the line above, then this script again."
    fi
    say "Installing packages of the system: ${missing[*]}"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } </dev/null >&2 ||
        refuse "apt-get could not install: ${missing[*]}." "Look at its message above (often: no network), then try again."
}

# The stamp holds what .venv was made for: what was pinned and declared, the folder, the extras.
stamp_text() { printf '%s %s %s' "$(cat "$LOCK" "$ROOT/pyproject.toml" | sha256sum | cut -c1-64)" "$ROOT" "$1"; }

# venv_is_current EXTRAS: is .venv whole, in its place, and made for these pins with at least these extras?
venv_is_current() {
    [ -x "$VENV/bin/gridmap" ] && python_fits "$VENV/bin/python" || return 1
    case $(cat "$VENV/.made-for" 2>/dev/null) in
        "$(stamp_text "$1")"*) return 0 ;;
        *) return 1 ;;
    esac
}

# A folder of somebody else's is neither filled nor cleared: .venv and var/ lie in it.
require_own_folder() {
    local place
    for place in "$ROOT" "$VENV"; do
        [ ! -e "$place" ] || [ -w "$place" ] ||
            refuse "you may not write to $place." \
                "Use a copy of the project that belongs to you, or run this as its owner ($(stat -c %U "$place"))."
    done
}

make_venv() {
    local extras=$1
    # A folder that was moved, or whose Python is gone, is made anew: its scripts name the old place.
    if ! grep -qsF "$VENV" "$VENV/bin/activate" || ! python_fits "$VENV/bin/python"; then
        rm -rf "$VENV"
    fi
    rm -f "$VENV/.made-for"
    say "Installing Python packages into .venv (a minute or two, once) ..."
    local pip=("$VENV/bin/python" -m pip --disable-pip-version-check install --no-input -q -c "$LOCK")
    {
        { [ -d "$VENV" ] || "$PYTHON" -m venv "$VENV"; } &&
            "${pip[@]}" pip setuptools &&
            PYTHONWARNINGS=ignore "${pip[@]}" --no-build-isolation -e "$ROOT$extras" # setuptools warns of -e itself
    } </dev/null >&2 ||
        refuse "the Python packages could not be installed." \
            "Look at pip's message above (often: no network), then try again."
    stamp_text "$extras" >"$VENV/.made-for"
}

# set_up EXTRAS PACKAGE...: the system's packages and .venv; quick when nothing is missing.
set_up() {
    local extras=$1
    shift
    if venv_is_current "$extras"; then
        install_packages "$@"
        return
    fi
    require_own_folder
    find_python
    install_packages "$@" "${PYTHON_PACKAGES[@]}"
    make_venv "$extras"
}
