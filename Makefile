# Everything a person types.  The work is in deploy/local/bootstrap.sh and in the tools; see README.md.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
BOOTSTRAP := PYTHON="$(PYTHON)" VENV="$(VENV)" deploy/local/bootstrap.sh
# Other engines, for measures only, in an environment of their own.
PEERS := .cache/bench-venv
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header --universal \
	--python-version 3.11

.PHONY: run test test-fast lint bench bench-full lock clean clean-data

run: $(VENV)/.run  ## everything on this machine, one address at the end: make run ARGS="--empty --port 9090"
	@exec $(BIN)/bangvang run $(ARGS)

test: lint  ## the checks of the code, then all tests, on a real Kafka, PostgreSQL and Chromium
	@$(BOOTSTRAP) system
	@$(BIN)/python -c 'from deploy.local import jars, kafka; jars.jars(kafka.cache_folder())'
	@timeout 600 $(BIN)/python -m tests.support.docker || \
		{ echo "docker: going on without it"; export BANGVANG_TESTS_WITHOUT_DOCKER=1; }; \
		$(BIN)/python -m pytest $(ARGS)

test-fast: $(VENV)/.dev  ## the pure tests: Python only, about a minute
	@$(BIN)/python -m pytest --hypothesis-profile=fast tests/unit tests/property $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev $(PEERS)/.ready  ## the measures of docs/performance.md
	@$(BIN)/python -m tests.bench $(ARGS)

bench-full: $(VENV)/.dev $(PEERS)/.ready  ## the history of a million events beside other engines: an hour or so
	@$(BIN)/python -m tests.bench.bench_history --events 10000 1000000 --runs 3 $(ARGS)

lock: $(VENV)/.dev  ## resolve the dependencies anew, within pyproject.toml's bounds
	$(LOCK) --group build -o requirements.lock pyproject.toml
	$(LOCK) --group build --group dev -o requirements-dev.lock pyproject.toml
	$(LOCK) --group build --group bench -o requirements-bench.lock pyproject.toml
	$(LOCK) --group jre -o requirements-jre.lock

clean-data:  ## forget every ledger of this folder
	@$(BOOTSTRAP) clean-data

clean:  ## remove what can be made again: environment, caches, fetched software (not the data)
	rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results

$(VENV)/.run: requirements.lock pyproject.toml deploy/local/bootstrap.sh
	@$(BOOTSTRAP) environment requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml deploy/local/bootstrap.sh
	@$(BOOTSTRAP) environment requirements-dev.lock
	@touch $@ $(VENV)/.run

$(PEERS)/.ready: requirements-bench.lock pyproject.toml deploy/local/bootstrap.sh
	@PYTHON="$(PYTHON)" VENV="$(PEERS)" deploy/local/bootstrap.sh environment requirements-bench.lock
	@touch $@
