# Two commands do everything: `make run` and `make test`.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -q

.PHONY: install run test check bench lock migration clean

install: $(VENV)/.installed

$(VENV)/.installed: requirements.txt
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.tested: requirements-dev.txt $(VENV)/.installed
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

run: install
	@$(PY) -m app.serve

test: $(VENV)/.tested
	@sh tools/test.sh

check: $(VENV)/.tested
	@sh tools/check.sh

bench: $(VENV)/.tested
	@$(PY) -m benchmarks

# Pin every package with its hashes again after a change of requirements*.in (needs uv).
lock:
	uv pip compile -q --universal --no-header --generate-hashes --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile -q --universal --no-header --generate-hashes --python-version 3.11 -c requirements.txt requirements-dev.in -o requirements-dev.txt

# make migration m="add a column": what the models have that the newest migration does not.
migration: install
	@DEMO=1 $(PY) -m flask --app run db migrate -m "$(m)"

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis
