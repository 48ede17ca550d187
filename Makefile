PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := UV_LINK_MODE=copy $(BIN)/uv
PORT ?= 5000
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check lint fix lock docs shots races bench evaluate

##@ Doors
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/ready static/vendor/ready ## Set up and serve the demo shop on http://127.0.0.1:5000 (PORT=8000: there)
	@SMARTSHOP_BIND="$${SMARTSHOP_BIND:-127.0.0.1:$(PORT)}" $(BIN)/python app.py

test: $(VENV)/ready-dev static/vendor/ready-dev ## Set up and run the whole test suite
	$(BIN)/pytest -n auto

check: lint ## Everything a commit must pass: format, lint, types, layers, templates, docs, quick tests
	$(BIN)/pytest -n auto -m "not slow"

##@ Upkeep
setup: $(VENV)/ready ## The environment of the program only
setup-dev: $(VENV)/ready-dev ## The environment of the checks and tests too

lint: $(VENV)/ready-dev ## Format, lint, types, layers, templates and docs, without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-logo
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/flask docs check

fix: $(VENV)/ready-dev ## Format, and fix what the linters can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/ready ## Write the generated reference tables again
	$(BIN)/flask docs write

races: $(VENV)/ready-dev ## Two hundred buyers at one till, twenty times on each database (ten minutes)
	SMARTSHOP_TEST_REPETITIONS=20 $(BIN)/pytest tests/faults/test_races.py

bench: $(VENV)/ready ## Measure the shop front and signing in, then importing and learning from a real history (needs SMARTSHOP_DATA_DIR)
	$(BIN)/python -m benchmarks.storefront
	$(BIN)/python -m benchmarks.signing_in
	$(BIN)/python -m benchmarks.features
	$(BIN)/python -m benchmarks.history --made

evaluate: $(VENV)/ready ## Compute every public figure anew and write docs/evaluation.md (needs SMARTSHOP_DATA_DIR)
	$(BIN)/python -m benchmarks.evaluation

shots: $(VENV)/ready-dev static/vendor/ready ## Take the screenshots of the README again
	$(BIN)/python docs/shots.py

lock: $(VENV)/ready ## Resolve the requirements again
	$(UV) pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 requirements.in -o requirements.txt
	$(UV) pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 requirements-dev.in -c requirements.txt -o requirements-dev.txt

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "SmartShop needs Python 3.11 or newer. Say which with: make run PYTHON=python3.11")'
	@echo "Making the environment ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv

$(VENV)/ready: requirements.txt $(BIN)/uv
	@echo "Installing the program ..."
	@$(UV) pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.txt
	@touch $@

$(VENV)/ready-dev: requirements-dev.txt $(VENV)/ready
	@echo "Installing the checks ..."
	@$(UV) pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements-dev.txt
	@touch $@

# Front-end files come from the CDN where npm is missing; with it, the same pinned files are served from here.
static/vendor/ready: static/assets.json | $(VENV)/ready
	@if command -v npm >/dev/null 2>&1; then $(BIN)/flask assets pull && touch $@ || echo "Front-end files could not be fetched; pages use the CDN."; fi

static/vendor/ready-dev: static/assets.json | $(VENV)/ready-dev
	@if command -v npm >/dev/null 2>&1; then $(BIN)/flask assets pull --dev && touch $@ || echo "Front-end files could not be fetched; browser tests will say so."; fi
