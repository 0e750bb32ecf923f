# Every target sets itself up in .venv: with uv where it is on PATH, else with python3 and its venv module
# (Debian: python3-venv). A stamp named after the lock says whether that is still due.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

digest = $(shell cat requirements/$(1).lock pyproject.toml | cksum | cut -d' ' -f1)
DEV := .venv/.stamp-dev-$(call digest,dev)
DEMO := $(or $(wildcard $(DEV)),.venv/.stamp-demo-$(call digest,demo))

# Workers of pytest-xdist; a test that measures time wants few neighbours.
WORKERS ?= 3
BIN := .venv/bin

# What decides and carries out changes: every branch of it is run by the tests.
WHOLLY := */domain/safety.py,*/domain/rule*.py,*/services/journal*.py,*/services/executor*.py,*/services/operations/*,*/providers/gate.py,*/providers/aws/gated.py

.PHONY: help demo test check lint format-check ruff types imports unused tests bench chaos killsweep safety mutants screenshots console lock clean

help: ## list these targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: $(DEMO) ## open the dashboard on a simulated cloud (no account needed)
	@$(BIN)/trainctl-tui demo

test: lint tests ## every check: format, lint, types, imports, unused code, tests with coverage

check: test ## the same as test; the pre-commit hooks run the same targets

lint: format-check ruff types imports unused ## the checks that run no test

format-check: $(DEV)
	@$(BIN)/ruff format --check --quiet .

ruff: $(DEV)
	@$(BIN)/ruff check --quiet .

types: $(DEV)
	@$(BIN)/mypy

imports: $(DEV)
	@$(BIN)/lint-imports --no-cache

unused: $(DEV)
	@$(BIN)/vulture

tests: $(DEV) ## the tests alone, with coverage
	@rm -f .coverage .coverage.*
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered
	@$(BIN)/coverage report --fail-under=100 --include="$(WHOLLY)"

bench: $(DEV) ## measure the goals of performance, as ratios (PEERS=1 installs other programs to compare with)
	@$(BIN)/python -m tests.bench

chaos: $(DEV) ## the long form of every campaign: kills, corruptions, crashes; the better part of an hour
	@TRAINCTL_CAMPAIGN=long $(BIN)/pytest -n $(WORKERS) -m campaign

safety: $(DEV) ## write docs/safety.md from the rules in force
	@$(BIN)/python -m tests.support.safety_page

mutants: $(DEV) ## break the rules of safety one by one, and count the breaks that a test notices
	@$(BIN)/python -m tests.support.mutants

killsweep: $(DEV) ## kill executors at every place they pass, and twice; random bulk acts; minutes
	@TRAINCTL_CAMPAIGN=long $(BIN)/pytest -n $(WORKERS) tests/services/test_killsweep.py \
	  tests/services/test_bulkfuzz.py tests/services/test_journal_file.py tests/tty/test_executor_kills.py

screenshots: $(DEV) ## take the pictures in screenshots/ again
	@$(BIN)/python -m tests.tui.take_screenshots

console: $(DEV) ## the demo beside Textual's developer console (tmux)
	@scripts/console.sh

lock: $(DEV) ## pin the dependencies again, with hashes, for Python 3.11 and newer
	@scripts/lock.sh

clean: ## remove what the targets made, .venv included
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov build dist
	@rm -rf .coverage .coverage.* snapshot_report.html tests/bench/results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(sort $(DEV) $(DEMO)):
	@scripts/setup.sh $(word 2,$(subst -, ,$(notdir $@))) $@
