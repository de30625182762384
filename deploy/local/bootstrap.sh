#!/bin/sh
# Brings a Debian 12+ or Ubuntu 24.04+ machine to the point where Python can go on:
# system packages, a virtual environment, the packages of the pinned lock.
#
#   deploy/local/bootstrap.sh run     what the portal needs
#   deploy/local/bootstrap.sh test    that, and what its tests and checks need
#
# It does nothing where nothing changed, and goes on where it was interrupted.
set -eu

purpose=${1:-run}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
venv=$root/.venv
log=$root/var/log/bootstrap.log

fail() { # what happened, what to do
    printf '\n  FAILED: %s\n  Do:     %s\n' "$1" "$2" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# The folder of PostgreSQL's programs, newest major first, 15 or later.
postgres_programs() {
    for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn); do
        major=$(basename "$(dirname "$folder")")
        if [ "$major" -ge 15 ] && [ -x "$folder/initdb" ] &&
            [ -e "/usr/share/postgresql/$major/extension/unaccent.control" ]; then
            echo "$folder"
            return
        fi
    done
}

has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p | grep -q "$1"; }

has_headers() {
    python3 -c 'import os, sysconfig, sys
sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' 2>/dev/null
}

missing_packages() {
    [ -n "$(postgres_programs)" ] || echo postgresql postgresql-contrib
    command -v redis-server >/dev/null || echo redis-server
    has_library libmagic.so.1 || echo libmagic1
    command -v python3 >/dev/null || echo python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    # psycopg2 comes as source and is built against the system's libpq.
    if [ ! -e "$venv/.complete-run" ] && [ ! -e "$venv/.complete-test" ]; then
        command -v gcc >/dev/null || echo gcc libc6-dev
        command -v pg_config >/dev/null || echo libpq-dev
        has_headers || echo python3-dev
    fi
    if [ "$purpose" = test ]; then
        command -v chromium >/dev/null || chromium_package
        # Debian keeps daemons where only root's PATH looks.
        [ -n "$(command -v clamd)" ] || [ -x /usr/sbin/clamd ] || echo clamav-daemon
        # Sources to harvest: a database, and what runs json-server.
        [ -x /usr/sbin/mariadbd ] || echo mariadb-server-core
        command -v my_print_defaults >/dev/null || echo mariadb-client-core
        command -v npm >/dev/null || echo npm
    fi
}

# Ubuntu's `chromium` is a snap, which cannot run headless under every account.
chromium_package() {
    if grep -qi '^ID=ubuntu' /etc/os-release; then echo chromium-browser; else echo chromium; fi
}

# Installing PostgreSQL, Redis and ClamAV starts a default cluster and default servers,
# ClamAV's also one that downloads signatures: the tests have their own. A machine that
# did not have them running shall not have them afterwards.
install_packages() {
    clusters=/etc/postgresql-common/createcluster.d
    policy=/usr/sbin/policy-rc.d
    services=
    for service in redis-server clamav-daemon clamav-freshclam; do
        [ ! -e "/lib/systemd/system/$service.service" ] || continue
        case " $1 " in *" ${service%-*}-"*) services="$services $service" ;; esac
    done
    own_policy=
    as_root mkdir -p "$clusters"
    echo 'create_main_cluster = false' | as_root tee "$clusters/sonla.conf" >/dev/null
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        own_policy=yes
    fi
    result=0
    {
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
            # shellcheck disable=SC2086 # the list is meant to be split
            as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get -q -y --no-install-recommends install $1
    } >>"$log" 2>&1 || result=$?
    as_root rm -f "$clusters/sonla.conf"
    [ -z "$own_policy" ] || as_root rm -f "$policy"
    if [ -n "$services" ] && [ -d /run/systemd/system ]; then
        # shellcheck disable=SC2086 # the list is meant to be split
        as_root systemctl disable -q $services >>"$log" 2>&1 || true
    fi
    return "$result"
}

# uv installs the lock; it lives outside the environment that it fills.
find_uv() {
    if [ -x "$root/var/tools/bin/uv" ]; then
        echo "$root/var/tools/bin/uv"
    else
        command -v uv || true
    fi
}

install_python_packages() { # lock file, marker, fingerprint
    uv=$(find_uv)
    if [ -z "$uv" ]; then
        python3 -m venv "$root/var/tools" &&
            "$root/var/tools/bin/python" -m pip install -q uv 2>>"$log" || return 1
        uv=$root/var/tools/bin/uv
    fi
    [ -x "$venv/bin/python" ] || python3 -m venv --without-pip "$venv" || return 1
    rm -f "$venv/.complete-run" "$venv/.complete-test"
    # On a terminal uv shows its own progress; elsewhere what it says goes to the log.
    if [ -t 2 ]; then
        echo
        sync_packages "$1" || return 1
    else
        sync_packages "$1" -q 2>>"$log" || return 1
    fi
    echo "$3" >"$2"
}

sync_packages() { # lock file, uv's options
    lock_file=$1
    shift
    VIRTUAL_ENV=$venv "$uv" pip sync "$@" --compile-bytecode "$lock_file" &&
        VIRTUAL_ENV=$venv "$uv" pip install "$@" --no-deps --no-build-isolation -e "$root"
}

fingerprint() { cat "$1" "$root/pyproject.toml" "$root/setup.py" | sha256sum | cut -c1-64; }

is_current() { # lock file, marker
    [ -x "$venv/bin/python" ] && [ -e "$2" ] && [ "$(cat "$2")" = "$(fingerprint "$1")" ]
}

say() { printf '  %-28s' "$1"; }
since() { printf ' %4s s  %s\n' "$(($(date +%s) - $1))" "$2"; }

mkdir -p "$root/var/log"
[ -e /etc/debian_version ] || fail "this is no Debian or Ubuntu" \
    "use Debian 12 or later, or Ubuntu 24.04 or later (docs/running.md)"

# Two commands at once (make run beside make test) install one after the other.
exec 9>"$root/var/.bootstrap.lock"
flock 9

packages=$(missing_packages | tr '\n' ' ')
if [ -n "$packages" ]; then
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "these system packages are missing: $packages" \
            "install them as root: apt-get install --no-install-recommends $packages"
    fi
    say "System packages"
    began=$(date +%s)
    install_packages "$packages" || fail "apt-get could not install $packages (see $log)" \
        "repair what $log names, then run the command again"
    since "$began" "$packages"
fi
[ -n "$(postgres_programs)" ] || fail "PostgreSQL 15 or later with contrib was not found" \
    "install Debian's packages postgresql and postgresql-contrib"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "python3 is older than 3.11" "use Debian 12 or later, or Ubuntu 24.04 or later"

# The tests' lock holds the portal's, so a portal runs from either.
test_lock=$root/dev-requirements.txt
run_lock=$root/requirements.txt
if ! is_current "$test_lock" "$venv/.complete-test"; then
    if [ "$purpose" = test ] || [ -e "$venv/.complete-test" ]; then
        lock=$test_lock marker=$venv/.complete-test
    else
        lock=$run_lock marker=$venv/.complete-run
    fi
    if ! is_current "$lock" "$marker"; then
        say "Python packages"
        began=$(date +%s)
        install_python_packages "$lock" "$marker" "$(fingerprint "$lock")" ||
            fail "the packages of $(basename "$lock") could not be installed:
          $(tail -n 3 "$log")" \
                "check the network, see $log, then run the command again"
        since "$began" "$(grep -c '==' "$lock") packages into .venv"
    fi
fi
