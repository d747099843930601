#!/bin/sh
# What a machine can check is not written as advice: style, types, layers.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
$bin/ruff check .
$bin/ruff format --check -q .
$bin/mypy
$bin/lint-imports
