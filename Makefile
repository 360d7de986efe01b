# Everything a person or a build runs. Needs only Python >= 3.11, git and make; the rest goes into $(VENV).
#
#   make demo     the synthetic company, the whole cycle on it, the dashboard on http://127.0.0.1:8080
#   make test     style, types, import rules, all tests with coverage
#   make check    the same without the tests
#   make help     the other targets
#
# PYTHON=/path/to/python chooses the interpreter, PORT= the port, DIR= the folder of the demo,
# ARGS="tests/costs -k keeper" what pytest runs (then without the coverage gate).

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV ?= .venv
PORT ?= 8080
DIR ?= demo-data
WORKERS ?= 2
ARGS ?=
SERIES ?=
MODELS ?= .bench
DBT ?= .venv-dbt
UV ?= uv

# The first interpreter that is new enough; a name that is only a shim of a missing one fails and is passed over.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$each -c '$(SUPPORTED)' 2>/dev/null; then echo $$each; break; fi; done)

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Tests run the same everywhere: no colours, one hash seed, UTC, and a Snowflake driver that does not look around.
TEST_ENV := PYTHONHASHSEED=0 TZ=UTC SNOWFLAKE_DISABLE_PLATFORM_DETECTION=true

.PHONY: help demo serve test check bench bench-detector docs screenshots clean lock

help: ## these lines
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

demo: $(VENV)/.stamp-run ## make the demo company and serve its dashboard
	@"$(BIN)/assay" demo --dir "$(DIR)" --port $(PORT)

serve: $(VENV)/.stamp-run ## serve the folder DIR (the demo's unless you say)
	@"$(BIN)/assay" serve --dir "$(DIR)" --port $(PORT)

check: $(VENV)/.stamp-test ## style, types and import rules
	@"$(BIN)/ruff" check .
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/mypy"
	@"$(BIN)/lint-imports"

test: check ## check, then every test with coverage
	@"$(BIN)/python" -m tests.house.browser || true
	@$(MAKE) "$(DBT)/.stamp" || echo "make: without dbt its parser is not tested" >&2
	@$(TEST_ENV) ASSAY_TEST_DBT="$$(test -f "$(DBT)/.stamp" && echo "$(abspath $(DBT))/bin/dbt")" "$(BIN)/python" -m pytest -n $(WORKERS) --dist loadfile $(if $(ARGS),$(ARGS),--cov --cov-report=term:skip-covered)

bench: $(VENV)/.stamp-test ## speed, memory and exactness beside the published formulas of others
	@$(TEST_ENV) "$(BIN)/python" -m benchmarks $(ARGS)

bench-detector: $(VENV)/.stamp-test $(MODELS)/.stamp ## the detector beside its gates and its peers (SERIES=folder of real series)
	@$(TEST_ENV) ASSAY_BENCH_MODELS="$(MODELS)/bin/python" ASSAY_BENCH_SERIES="$(SERIES)" "$(BIN)/python" -m benchmarks.detector $(ARGS)

docs: $(VENV)/.stamp-test ## write docs/reference from the program
	@"$(BIN)/python" -m docs.generate

screenshots: $(VENV)/.stamp-test ## take the pictures of docs/images from the demo (needs chromium)
	@"$(BIN)/python" -m docs.screenshots $(ARGS)

clean: ## remove what was built: the environments, caches, the demo
	rm -rf "$(VENV)" "$(DBT)" "$(DIR)" dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: ## resolve the lock files again (needs uv)
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --group build pyproject.toml --output-file requirements.lock --upgrade
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --group build --group test --constraint requirements.lock \
		pyproject.toml --output-file requirements-test.lock --upgrade
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --group dbt --output-file requirements-dbt.lock --upgrade

# An environment is built once for each state of its lock file. The project itself is installed editable and
# without build isolation: its build tools are in the lock, so nothing unlocked is fetched.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 to 3.14 on PATH; install one or give PYTHON=/path/to/python" >&2; exit 1; }
	@"$(PYTHON)" -c '$(SUPPORTED)' || { echo "make: $(PYTHON) is not Python 3.11 to 3.14; give another PYTHON=" >&2; exit 1; }
	@echo "building $(VENV) (once)" >&2
	@"$(PYTHON)" -m venv "$(VENV)" || { rm -rf "$(VENV)"; \
		echo "make: this Python cannot make environments; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.stamp-run: requirements.lock pyproject.toml | $(BIN)/python
	@$(PIP) install --requirement requirements.lock
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch "$@"

$(VENV)/.stamp-test: requirements-test.lock $(VENV)/.stamp-run
	@$(PIP) install --requirement requirements-test.lock
	@touch "$@"

# AutoETS and Prophet, which the detector is measured against, live apart: nothing of the project needs them.
$(MODELS)/.stamp: benchmarks/detector/models.txt | $(BIN)/python
	@echo "building $(MODELS) (once)" >&2
	@"$(PYTHON)" -m venv "$(MODELS)"
	@"$(MODELS)/bin/python" -m pip --disable-pip-version-check --quiet install --requirement benchmarks/detector/models.txt
	@touch "$@"

# dbt, which parses projects in tests as a team's own dbt does, lives apart: it pins what Assay needs newer.
$(DBT)/.stamp: requirements-dbt.lock | $(BIN)/python
	@echo "building $(DBT) (once)" >&2
	@"$(PYTHON)" -m venv "$(DBT)"
	@"$(DBT)/bin/python" -m pip --disable-pip-version-check --quiet install --no-deps --requirement requirements-dbt.lock
	@touch "$@"
