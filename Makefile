# Two commands do everything: `make run` and `make test`.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

.PHONY: address install tested reading run test check bench lock migration clean

install:
	@PYTHON="$(PYTHON)" sh tools/venv.sh

tested:
	@PYTHON="$(PYTHON)" sh tools/venv.sh dev

# Optional: uploaded papers are read and laid beside what was typed (识读). Without it the screens say so and work.
reading:
	@PYTHON="$(PYTHON)" sh tools/venv.sh reading

# Before minutes of work: can the server listen there at all?
address:
	@! command -v $(PYTHON) >/dev/null 2>&1 || $(PYTHON) -I app/listening.py

run: address install
	@$(PY) -m app.serve

test: tested
	@sh tools/test.sh

check: tested
	@sh tools/check.sh

bench: tested
	@$(PY) -m benchmarks

# Pin every package with its hashes again after a change of requirements*.in (needs uv).
lock:
	uv pip compile -q --universal --no-header --generate-hashes --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile -q --universal --no-header --generate-hashes --python-version 3.11 -c requirements.txt requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --universal --no-header --generate-hashes --python-version 3.11 -c requirements.txt -c requirements-dev.txt requirements-reading.in -o requirements-reading.txt

# make migration m="add a column": what the models have that the newest migration does not.
migration: install
	@DEMO=1 $(PY) -m flask --app run db migrate -m "$(m)"

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis
