# The two commands of the README: `make demo` and `make test`. `make help` lists the rest.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.pledgebot-ready
PYTHON ?= python3
# One more than there are cores: some tests wait for a process or for the pace of a server.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long test-browser pictures check format messages bench clean

help: ## Print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## Build the virtual environment from the pinned versions

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "pledgebot needs Python 3.11 or newer")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python has no venv here: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (once)..."
	@$(PYTHON) -m venv $(VENV)
	@PIP_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/pip install --quiet --no-warn-script-location -e '.[dev,postgresql]'
	@touch $@

demo: $(STAMP) ## Watch the whole of it on a throw-away database, no account needed; TELEGRAM=emulator: try the bot yourself
ifeq ($(TELEGRAM),emulator)
	@PYTHONPATH=tests $(BIN)/python -m fakes.telegram.play
else
	@$(BIN)/pledgebot demo
endif

test: $(STAMP) ## Run every test, on SQLite and on PostgreSQL
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not long"

test-long: $(STAMP) ## Run the long campaigns too
	PLEDGEBOT_TEST_PROFILE=long $(BIN)/pytest -n $(WORKERS) --dist worksteal

test-browser: $(STAMP) ## Open every page of the board in a real browser: needs Debian's chromium
	@command -v chromium >/dev/null || { echo "chromium is missing: apt-get install chromium"; exit 1; }
	$(BIN)/pytest tests/browser

pictures: $(STAMP) ## Take the pictures of the board in docs/pictures again
	@command -v chromium >/dev/null || { echo "chromium is missing: apt-get install chromium"; exit 1; }
	$(BIN)/pytest tests/browser/pictures.py

check: $(STAMP) ## Style, types, layers, migrations, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_migrations.py
	$(BIN)/python tools/messages.py check

format: $(STAMP) ## Put the source into shape
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

messages: $(STAMP) ## Collect the messages from the source into the catalogues and compile them
	$(BIN)/python tools/messages.py update

bench: $(STAMP) ## Measure, as ratios against a floor in the same run
	@for script in bench/bench_*.py; do echo "== $$script"; $(BIN)/python $$script; done

clean: ## Remove what was built here
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
