# The few words that everybody needs. `make` alone lists them.
#   PORT=8000     where `make up` listens         TRAIN=0    leave PyTorch out (no training of filters)
#   PYTHON=…      another Python 3.11 or newer    SAMPLE=0   a first start without the sample flight

PYTHON ?= python3.11
PORT ?= 8000
TRAIN ?= 1
SAMPLE ?= 1
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
# One process for each core, each with a PostgreSQL of its own, up to four; a file's tests stay together, in the order of files.
TESTS := $(PY) -m pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

RUN_STAMP := $(VENV)/.requirements
DEV_STAMP := $(VENV)/.requirements-dev
TRAIN_STAMP := $(if $(filter 0,$(TRAIN)),,$(VENV)/.requirements-train)

.DEFAULT_GOAL := help
.PHONY: help up setup test quick lint types format migrations clean venv

help: ## list these words
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

up: $(RUN_STAMP) $(TRAIN_STAMP) ## set up what is missing, then start everything (PORT=8000)
	@exec $(PY) manage.py up $(if $(PORT),--port $(PORT)) $(if $(filter 0,$(SAMPLE)),--no-sample)

setup: $(RUN_STAMP) $(TRAIN_STAMP) ## set up what is missing, start nothing
	@$(PY) manage.py prepare

test: $(RUN_STAMP) $(TRAIN_STAMP) $(DEV_STAMP) ## set up what is missing, then lint, types and all tests
	@$(PY) -m tests.machine
	@$(MAKE) --no-print-directory lint types
	$(TESTS)

quick: $(RUN_STAMP) $(DEV_STAMP) ## the tests that take no more than a second or two each
	$(TESTS) -m "not slow and not browser"

lint: $(DEV_STAMP) ## ruff, and migrations that are missing
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) manage.py makemigrations --check --dry-run

types: $(DEV_STAMP) ## mypy, strict
	$(PY) -m mypy

format: $(DEV_STAMP) ## rewrite the code as ruff wants it
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

migrations: $(RUN_STAMP) ## write migrations for changed models
	$(PY) manage.py makemigrations

clean: ## remove what was set up; data in var/ stays
	rm -rf $(VENV) staticfiles .pytest_cache .mypy_cache .ruff_cache

# pip comes last: where a start was cut off, or the system's Python lacks ensurepip, .venv has none, and is made anew.
venv:
	@if [ ! -x $(PY) ] || { [ ! -e $(VENV)/bin/pip ] && [ ! -e $(RUN_STAMP) ]; }; then \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
			|| { echo "Python 3.11 or newer is needed as $(PYTHON): install it, or say make PYTHON=python3.12." >&2; exit 1; }; \
		echo "  · making $(VENV)"; \
		$(PYTHON) -m venv --clear $(VENV); \
	fi

# A stamp is younger than the requirements it stands for; a second `make up` installs nothing. Where python is gone, stamps
# that are left stand for nothing.
GONE := $(shell [ -x $(PY) ] || echo venv)
$(RUN_STAMP): requirements.txt $(GONE) | venv
	@echo "  · installing what Rotoscope runs on (once, a minute or two)"
	@$(PIP) -r requirements.txt
	@touch $@

$(TRAIN_STAMP): requirements-train.txt $(GONE) | $(RUN_STAMP)
	@echo "  · installing PyTorch, to train filters (TRAIN=0 leaves it out)"
	@$(PIP) -r requirements-train.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt requirements.txt $(GONE) | $(RUN_STAMP)
	@echo "  · installing what the tests need"
	@$(PIP) -r requirements-dev.txt
	@touch $@
