# Everything runs from .venv, made from the hashed lock: no root, no running Redis, nothing global.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/dev.lock
# What production runs (docs/deploy.md) and nothing else, around the code of this folder.
PRODUCTION := .venv-production
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
  --no-emit-index-url
# Most tests wait for real servers: more of them at once than there are cores.
WORKERS ?= 4

.DEFAULT_GOAL := help
.PHONY: help install run test coverage check lint format types imports lock bench bench-audit screenshots clean

help:  ## Show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

install: $(VENV)/.installed  ## Make .venv with the otp-service command

$(VENV)/.installed: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "otp-service needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(PRODUCTION)/.installed: requirements/runtime.lock requirements/argon2-build.lock deploy/argon2/install.sh
	rm -rf $(PRODUCTION)
	$(PYTHON) -m venv $(PRODUCTION)
	$(PRODUCTION)/bin/pip install --quiet --require-hashes --only-binary :all: -r requirements/runtime.lock
	sh deploy/argon2/install.sh $(PRODUCTION)
	@touch $@

run: install  ## Run the demo: Redis, a simulated WhatsApp and the service
	$(BIN)/otp-service demo

test: install  ## Run every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

coverage: install  ## Run every test, and fail below 95 % of lines and branches
	rm -f .coverage .coverage.*
	$(BIN)/python -m coverage run -m pytest -n $(WORKERS) --dist worksteal $(ARGS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

check: lint types imports coverage  ## Lint, types, import contracts, tests with their coverage

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install  ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install
	$(BIN)/mypy

imports: install
	$(BIN)/lint-imports

bench: install $(PRODUCTION)/.installed  ## Measure the service against bare Flask and argon2; ARGS=--quick for a first look
	$(BIN)/python -m bench --python $(PRODUCTION)/bin/python $(ARGS)

bench-audit: install  ## Measure reading a million audit events
	$(BIN)/python -m bench.audit_reading

screenshots: install  ## Render every screen in both themes into screenshots/
	$(BIN)/python -m tests.browser.screenshots screenshots

lock: install  ## Renew the hashed locks from pyproject.toml (the only command that needs uv)
	$(BIN)/python -m pip install --quiet 'uv>=0.9'
	$(COMPILE) pyproject.toml -o requirements/runtime.lock
	$(COMPILE) --extra otel pyproject.toml -c requirements/runtime.lock -o requirements/otel.lock
	echo hatchling | $(COMPILE) - -c requirements/runtime.lock -o requirements/build.lock
	echo scikit-build-core setuptools-scm | tr " " "\n" | $(COMPILE) - -o requirements/argon2-build.lock
	$(COMPILE) --extra demo --extra otel --group dev pyproject.toml -o $(LOCK)

clean:  ## Remove what the commands made
	rm -rf $(VENV) $(PRODUCTION) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.* dist
