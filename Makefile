# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test test-long bench lock check clean

help:            ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ — /'

$(VENV)/installed: requirements/dev.lock pyproject.toml
	@echo "Setting up in $(VENV): a minute or so, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --requirement requirements/dev.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: $(VENV)/installed   ## a pretend product, people moving through it, in your terminal
	$(BIN)/waypost demo

check: $(VENV)/installed  ## format, lint, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check               ## everything that CI runs
	tools/test-parts $(BIN)
	$(BIN)/pytest -m "not long" --numprocesses 2 --dist worksteal

test-long: $(VENV)/installed ## the long laws, crash runs and full real data
	tools/test-parts $(BIN)
	$(BIN)/pytest -m long --timeout 3600

bench: $(VENV)/installed  ## every figure beside its limit or peer
	$(BIN)/python -m bench

lock:                     ## choose versions again (maintainers)
	uv pip compile --python-version 3.11 --no-emit-index-url --no-header --no-annotate pyproject.toml requirements/dev.in -o requirements/dev.lock
	uv pip compile --python-version 3.11 --no-emit-index-url --no-header --no-annotate requirements/bench.in -o requirements/bench.lock

clean:                    ## remove what make made
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
