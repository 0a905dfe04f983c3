# Two commands matter: `make run` and `make test`. Each makes what it needs, and only once.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.SILENT:

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
RUNTIME := .venv/.runtime
TESTING := .venv/.testing

.PHONY: help run test bench faults bench-stories mutations lock words format

help:
	echo "make run     start Frontwire: the sandbox, or with FRONTWIRE_TOKEN the live bot"
	echo "make test    everything that keeps it right"
	echo "make bench   the figures of the README, measured here"
	echo "make mutations  takes each guard of the delivery engine away, and shows the test that notices"
	echo "make faults  the fault table in full, about two hours; ARGS='F1 F9' for some rows"
	echo "make words   what the catalogs lack; make format: what the formatter wants; make lock: newer versions"

run: $(RUNTIME)
	exec $(BIN)/python -m bot.cli run --migrate

test: $(TESTING)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 3 --dist loadgroup --quiet $(ARGS)

bench: $(TESTING)
	$(BIN)/python -m tests.benchmarks $(ARGS)

faults: $(TESTING)
	$(BIN)/python -m tests.faults $(ARGS)

mutations: $(TESTING)
	$(BIN)/python -m tests.mutations $(ARGS)

# DATA names a folder with sets like ecbplus.jsonl, uci.jsonl, pairs.jsonl, slugs.jsonl.
bench-stories: $(TESTING)
	$(BIN)/python -m tests.benchmarks stories grouping typed

format: $(TESTING)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

words: $(TESTING)
	$(BIN)/python -m pytest -q tests/rendering/test_catalogs.py

# No address of a package index goes into the locks: whoever installs uses their own.
LOCK := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --upgrade
lock: $(TESTING)
	$(BIN)/uv $(LOCK) pyproject.toml -o requirements.lock
	$(BIN)/uv $(LOCK) pyproject.toml --group test -o tests/requirements.lock

.venv/pyvenv.cfg:
	if [[ -z "$(PYTHON)" ]]; then
		echo "Frontwire needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3." >&2
		exit 2
	fi
	echo "Making .venv with $(PYTHON)."
	if ! $(PYTHON) -m venv .venv; then
		rm -rf .venv
		echo "This Python cannot make environments. On Debian and Ubuntu: apt-get install python3-venv." >&2
		exit 2
	fi

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

# The command, without building a package: this folder on the path, and two lines that start it.
define COMMAND
	site=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
	echo "$(CURDIR)" > "$$site/frontwire.pth"
	printf '#!/bin/sh\nexec "%s" -m bot.cli "$$@"\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/frontwire
	chmod +x $(BIN)/frontwire
endef

$(RUNTIME): requirements.lock .venv/pyvenv.cfg
	echo "Installing what requirements.lock names: once, about a minute."
	$(INSTALL) -r requirements.lock
	$(COMMAND)
	touch $@

# The tests' lock holds everything of the other one.
$(TESTING): tests/requirements.lock requirements.lock .venv/pyvenv.cfg
	echo "Installing what tests/requirements.lock names: once, a minute or two."
	$(INSTALL) -r tests/requirements.lock
	$(COMMAND)
	touch $(RUNTIME) $@
