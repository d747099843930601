#!/bin/sh
# A .venv that works: made by Python 3.11 or newer, with pip, with the packages of requirements.txt (with `dev`, also
# those of requirements-dev.txt; with `reading` the reader of 识读). Looked at each time, made anew when something is wrong
# with it.
#
#   tools/venv.sh [dev|reading]         PYTHON names the interpreter to make it with (python3)
set -u
cd "$(dirname "$0")/.." || exit 1

file=requirements.txt
stamp=.venv/.installed
if [ "${1:-}" = dev ]; then
    sh tools/venv.sh || exit 1
    file=requirements-dev.txt
    stamp=.venv/.tested
elif [ "${1:-}" = reading ]; then
    sh tools/venv.sh || exit 1
    file=requirements-reading.txt
    stamp=.venv/.reading
fi

stop() {
    echo "$1" >&2
    exit 1
}

# Whether that interpreter is there and new enough.
fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# What is wrong with .venv, in words; nothing when it is sound.
fault() {
    if [ ! -d .venv ]; then
        echo "there is none"
    elif ! version=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); then
        echo "its interpreter is gone"
    elif ! fits .venv/bin/python; then
        echo "it was made by Python $version"
    elif [ ! -d ".venv/lib/python$version/site-packages" ]; then
        echo "its interpreter has become Python $version"
    elif ! .venv/bin/python -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pip") is None)' 2>/dev/null; then
        echo "it has no pip"
    elif [ -e .venv/.installing ]; then
        echo "an installation into it was broken off"
    fi
}

# What the stamp says when the packages of the file are installed for this interpreter.
wanted() {
    echo "$(cksum <$file) $(.venv/bin/python -c 'import sys; print(sys.version_info[:2])')"
}

found() {
    for name in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && fits "$name"; then
            echo "$name"
            return
        fi
    done
    return 1
}

[ -z "$(fault)" ] && [ "$(cat $stamp 2>/dev/null)" = "$(wanted)" ] && exit 0

[ -w . ] || stop "The folder $(pwd) is not writable, and .venv must be made in it."
if command -v flock >/dev/null 2>&1; then
    exec 9>.venv.lock
    flock -n 9 || {
        echo "Another start is installing the packages; waiting for it."
        flock 9
    }
fi

wrong=$(fault)
if [ -n "$wrong" ]; then
    python=$(found) || stop "Python 3.11 or newer is needed and was not found; install it, or name it: make run PYTHON=/path/to/python3.12"
    [ -d .venv ] && echo "Making .venv anew: $wrong."
    rm -rf .venv
    said=$("$python" -m venv .venv 2>&1) || {
        rm -rf .venv
        case "$said" in
        *ensurepip* | *"No module named venv"*) stop "$python cannot make a .venv: install its venv package (Debian, Ubuntu: apt install python3-venv) and start again." ;;
        *"No space left"*) stop "The disk is full; make room and start again." ;;
        *) stop "$python could not make .venv: $(echo "$said" | tail -n 1)" ;;
        esac
    }
    .venv/bin/python -m pip --version >/dev/null 2>&1 || {
        rm -rf .venv
        stop "$python makes a .venv without pip; install its venv package (Debian, Ubuntu: apt install python3-venv), or name another: make run PYTHON=/path/to/python3.12"
    }
fi

[ "$(cat $stamp 2>/dev/null)" = "$(wanted)" ] && exit 0
if [ "$file" = requirements.txt ]; then
    echo "Installing the packages into .venv (once; about 120 MB to download, one to three minutes) ..."
elif [ "$file" = requirements-reading.txt ]; then
    echo "Installing the reader into .venv (once; about 120 MB to download) ..."
else
    echo "Installing the packages of the tests into .venv (once; about 150 MB to download) ..."
fi
: >.venv/.installing
.venv/bin/python -m pip --disable-pip-version-check -q install --require-hashes -r $file ||
    stop "The packages of $file could not be installed (network, index or disk; see above). Start again to try once more; an index of your own is named by PIP_INDEX_URL."
rm -f .venv/.installing
wanted >$stamp
