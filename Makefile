# `make run` and `make test` do all their own set-up; nothing but Python 3.11+ and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# three files at a time, also on two cores: a third of the time is waiting; a file's servers start once
PYTEST := $(BIN)/python -m pytest -q -n 3 --dist loadfile
.DEFAULT_GOAL := help
.PHONY: help run dev test test-all test-long chaos lint format types setup lock bench clean

help: ## list what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

run: $(VENV)/.run ## set everything up and serve on port 3000
	@$(BIN)/python -m gateway.first_run
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py first_admin
	@exec $(BIN)/python manage.py serve

dev: $(VENV)/.run ## the same with hot reload
	@$(BIN)/python -m gateway.first_run
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py first_admin
	@exec $(BIN)/python manage.py runserver

test: lint types ## lint, types, checks and the tests that need no services and no browser
	@$(BIN)/python manage.py check --settings tests.settings
	@$(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings
	@$(PYTEST) -m "not services and not browser and not long"
	@echo "Not run here: the tests marked 'services' (PostgreSQL, Redis) and 'browser' (chromium); .ci/run runs them."
	@echo "Nor 'long': make test-long."

test-all: lint types ## everything but test-long; needs PostgreSQL and Redis binaries and chromium
	@$(PYTEST) -m "not long"

test-long: $(VENV)/.dev ## the reliability tests in full size, up to 90 minutes; needs PostgreSQL, Redis and root
	@failed=0; \
	PATIENCE=1 $(BIN)/python -m pytest -q -m "long and alone" || failed=1; \
	PATIENCE=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "long and not alone" || failed=1; \
	exit $$failed

chaos: $(VENV)/.dev ## a fault every 5 s for SECONDS=600, drawn by SEED=1; prints what must hold as a table
	@SECONDS=$(or $(SECONDS),600) SEED=$(or $(SEED),1) $(BIN)/python -m tests.reliability.chaos

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.dev ## let the formatter decide
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/.dev
	@$(BIN)/mypy gateway rfid stations sessions_app ocpp_ws

bench: $(VENV)/.dev ## list routes with 1 million sessions and 10 million meter values
	@$(BIN)/python -m bench.lists

setup: $(VENV)/.dev ## the virtual environment with everything

lock: $(VENV)/.dev ## write requirements*.lock anew
	@for f in requirements requirements-dev; do \
		$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
			--python-version 3.11 $$f.txt -o $$f.lock; done

clean: ## remove the virtual environment
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	@echo "Installing what the gateway needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing what the gateway and its tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run
