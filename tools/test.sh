#!/bin/sh
# All checks and tests: on SQLite always, on PostgreSQL where it answers, in a browser where there is one.
set -eu
cd "$(dirname "$0")/.."
sh tools/check.sh

if ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Chromium is missing; installing it for the browser tests."
        (apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk) >/dev/null 2>&1 || true
    fi
    command -v chromium >/dev/null 2>&1 || echo "BROWSER TESTS WILL NOT RUN: Chromium is not installed and could not be installed by apt."
fi

workers="${TEST_WORKERS:-$(nproc)}"
.venv/bin/python -m pytest -n "$workers" --dist loadgroup

pg="${TEST_POSTGRES_URL:-postgresql+psycopg://postgres@127.0.0.1:5432/postgres}"
if .venv/bin/python tools/answers.py "$pg"; then
    echo "PostgreSQL answers: the rules and screens once more on it."
    # what lives in the database: rules and tables whole, of the screens those that ask it most. The other screens ask
    # through the same lists, and what they show is the same whatever keeps the rows; TEST_WHOLE=1 runs them too.
    screens="tests/views/screens"
    [ -z "${TEST_WHOLE:-}" ] || screens="tests/views --ignore tests/views/test_safe_defaults.py"
    # shellcheck disable=SC2086
    TEST_DATABASE_URL="$pg" .venv/bin/python -m pytest -n "$workers" --dist loadgroup -m "not journey" \
        --ignore tests/workflow/papers/test_sheet.py tests/workflow tests/models $screens
else
    echo "PostgreSQL does not answer at ${pg}: its half of the tests did not run."
fi
