# Every command a person needs. `make` alone lists them; each sets up what it needs first and skips what is done.

MUSIC ?=
PORT  ?= 4600
DATA  ?= .bandstand
ARGS  ?=

# The first Python that is new enough and can make environments; PYTHON=/path/to/python3 overrides.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; exit; }; done)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help python setup setup-run setup-all run test check format soak bench docs migration drift lock clean

help:  ## list these commands
	@echo "Bandstand, the open music streaming platform"
	@echo
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  make run MUSIC=~/Music PORT=4600     your own folder, watched"

python:
	@test -n "$(PYTHON)" || { echo "Bandstand needs Python 3.11 or newer with venv (on Debian and Ubuntu: apt install python3 python3-venv)." \
		"If it is somewhere else: make PYTHON=/path/to/python3 ..."; exit 1; }

setup: python  ## set up everything (environment, player, test engines); nothing to do when done
	@$(PYTHON) tools/setup.py --for all

setup-run: python
	@$(PYTHON) tools/setup.py --for run --quiet

setup-all: python
	@$(PYTHON) tools/setup.py --for all --quiet

run: setup-run  ## serve: the starter catalogue, or MUSIC=DIR; PORT=4600
	@exec $(BIN)/bandstand serve --data "$(DATA)" --port $(PORT) $(if $(MUSIC),--music "$(MUSIC)",--starter) $(ARGS)

test: setup-all  ## run all tests; ARGS="-k name" picks some
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

check: setup-all  ## formatting, lints, types, import contracts, house rules, migration drift, the player's types
	@$(BIN)/python -m tools.check $(ARGS)

format: setup-all  ## write the formatting that `make check` asks for
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix-only --quiet .

soak: setup-all  ## the long runs: fuzzing, hundreds of kills, load (about an hour)
	@BANDSTAND_SOAK=1 $(BIN)/python -m pytest -m soak --timeout 3600 -n 0 $(ARGS)

bench: setup-all  ## measure beside peers and print ratios: segments beside nginx, ingest beside supysonic
	@$(BIN)/python -m benchmarks $(ARGS)

docs: setup-all  ## write docs/reference from the code; check links, diagrams and names in docs/
	@$(BIN)/python -m tools.docs $(ARGS)

migration: setup-all  ## write the next migration from the tables: NAME=what_changed
	@test -n "$(NAME)" || { echo "say what changed: make migration NAME=add_ratings"; exit 2; }
	@$(BIN)/python -m tools.migration "$(NAME)"

drift: setup-all  ## compare the migrations with the tables on SQLite and PostgreSQL
	@$(BIN)/python -m tools.drift

lock: python  ## resolve requirements/*.in again, with hashes
	@$(PYTHON) tools/lock.py

clean:  ## remove what was built (the environment and the player; your data in .bandstand stays)
	rm -rf .venv .venv-peers player/node_modules player/.svelte-kit tools/starter/node_modules src/bandstand/app/player_dist build dist \
		.pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
