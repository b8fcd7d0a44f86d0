# Gongkai: everything a person or a server calls. Needs only make and python3 (3.11 to 3.13, with venv).
#
#   make run    the whole pipeline, into data/releases/current      make test   lint, types, tests
#   make dev    the Dagster UI with the nightly schedule            make bench  measurements
#   make clean  removes what was made, never data/archive
#
# PYTHON=/path/to/python picks the interpreter; GONGKAI_DATA=/elsewhere moves the data root.

SHELL := /bin/sh
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

VENV := $(CURDIR)/.venv
DATA := $(or $(GONGKAI_DATA),$(CURDIR)/data)
# dbt is found on the PATH by dagster-dbt; the tools themselves are called by their full path
IN_VENV := PATH="$(VENV)/bin:$$PATH"

# Nothing this project starts reports home.
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test lint types unit dev bench clean setup
run: setup
	@$(IN_VENV) "$(VENV)/bin/gongkai" run

test: lint types unit

lint: setup
	@"$(VENV)/bin/ruff" check .

types: setup
	@"$(VENV)/bin/mypy"

# Two workers: the machine this is tuned for has two cores. PYTEST_ARGS adds to the command line.
# The order lint, types, tests holds under -j too; pytest's closing line comes last.
unit: setup lint types
	@$(IN_VENV) "$(VENV)/bin/python" -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

dev: setup
	@$(IN_VENV) exec "$(VENV)/bin/gongkai" dev

bench: setup
	@$(IN_VENV) "$(VENV)/bin/python" -m tests.bench

# The data root may lie anywhere, so only the folders we made are named; the archive cannot be made again.
clean:
	@case "$(DATA)" in /*[!/]*|[!/]*) ;; *) echo "GONGKAI_DATA must not be empty or /" >&2; exit 2;; esac
	rm -rf "$(DATA)/build" "$(DATA)/core" "$(DATA)/releases" "$(DATA)/dagster_home" "$(DATA)/run.lock"
	rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .hypothesis build gongkai.egg-info
	rm -rf dbt_project/target dbt_project/logs dbt_project/dbt_packages logs
	find ingestion expectations orchestration tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment ---------------------------------------------------------------------------------
# Two stamps, each written last: a killed install leaves none, and is begun again from nothing.
#   .venv/.locked     everything in requirements.lock is installed and compiled
#   .venv/.installed  the project itself is installed (editable)
# A .venv whose interpreter is gone or that was made under another path (scripts hold their path) is redone.

ifneq ($(wildcard $(VENV)/.locked),)
ifneq ($(shell "$(VENV)/bin/python" -c 'print(open("$(VENV)/.locked").read().strip())' 2>/dev/null),$(CURDIR))
STALE := redo
endif
endif

.PHONY: redo
redo:

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml $(VENV)/.locked
	@"$(VENV)/bin/python" -m pip install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch "$@"

$(VENV)/.locked: requirements.lock $(STALE)
	@python= ; \
	for name in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11); do \
	    if "$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; \
	    then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    found=$$("$(or $(PYTHON),python3)" --version 2>/dev/null || echo "not there"); \
	    echo "setup: Gongkai needs Python 3.11, 3.12 or 3.13, and $(or $(PYTHON),python3) is $$found." \
	        "Name one with: make PYTHON=/path/to/python" >&2; exit 2; fi; \
	if ! "$$python" -c 'import ensurepip, sqlite3, ssl, venv' >/dev/null 2>&1; then \
	    echo "setup: $$python lacks venv, sqlite3 or ssl; on Debian and Ubuntu: apt install python3-venv" >&2; exit 2; fi; \
	echo "setup: a virtual environment in .venv, with $$("$$python" --version)" >&2; \
	rm -rf "$(VENV)"; "$$python" -m venv "$(VENV)"
	@total=$$(grep -c '^[A-Za-z0-9].*==' requirements.lock); \
	echo "setup: up to $$total locked packages, a minute or two the first time" >&2; \
	{ "$(VENV)/bin/python" -m pip install --no-deps --require-hashes --only-binary :all: --no-compile \
	    --progress-bar off --requirement requirements.lock 2>&1 || : > "$(VENV)/.failed"; } \
	| { got=0; while IFS= read -r line; do \
	    printf '%s\n' "$$line" >> "$(VENV)/install.log"; \
	    case "$$line" in \
	    Collecting*|Processing*) got=$$((got + 1)); [ $$((got % 30)) -ne 0 ] || echo "setup: fetched $$got" >&2;; \
	    "Installing collected"*) echo "setup: fetched $$got, unpacking" >&2;; \
	    esac; done; }; \
	if [ -e "$(VENV)/.failed" ]; then \
	    tail -n 15 "$(VENV)/install.log" >&2; echo "setup: the packages could not be installed" >&2; exit 1; fi
# Compiled here and on all cores: where PYTHONDONTWRITEBYTECODE is set every later start would be 3 times slower.
	@echo "setup: compiling" >&2; \
	"$(VENV)/bin/python" -m compileall -q -j 0 "$(VENV)/lib" >/dev/null 2>&1 \
	    || "$(VENV)/bin/python" -m compileall -q "$(VENV)/lib" >/dev/null 2>&1 || true
	@"$(VENV)/bin/python" -m pip check >/dev/null || { "$(VENV)/bin/python" -m pip check >&2; exit 1; }
	@printf '%s\n' "$(CURDIR)" > "$@.part" && mv "$@.part" "$@"
