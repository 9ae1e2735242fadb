# One door. `make demo` shows it, `make up` serves, `make test` proves it; `make check` is quick.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo up test check fix bench clean

.venv/.ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[embedded,dev]'
	touch $@

demo: .venv/.ready
	$(BIN)/xuanwu demo

up: .venv/.ready
	$(BIN)/xuanwu serve

# Everything that needs no service: format, lint, types, layers, pure tests.
check: .venv/.ready
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n auto -m 'not postgres and not flink'

test: check
	$(BIN)/pytest -q -m 'postgres or flink'

bench: .venv/.ready
	$(BIN)/python -m tests.bench

fix: .venv/.ready
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

clean:
	rm -rf .venv .data .mypy_cache .ruff_cache .pytest_cache .hypothesis
