# Needs make and Python 3.11 or newer. Everything else comes into this folder: .venv, .tools.
.DEFAULT_GOAL := help
.PHONY: help run test demo bench bench-web crowd simulate kill-test fault-test backup-test takeover races check requirements vendor translations clean

BIN := .venv/bin
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .tools/bin/uv)
OUR_UV := $(filter .tools/%,$(UV))
CODE := bot adapters content_calendar scripts tests

export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV

help: ## Show what can be made here
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

run: .venv/.run ## Install Hubbub here and start it with a sample shop
	$(BIN)/hubbub run --sample $(ARGS)

demo: .venv/.run ## Walk the whole circle once, by itself
	$(BIN)/hubbub demo --once $(ARGS)

test: .venv/.test ## Install what tests need and run them all (ARGS="-k word" for some)
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

backup-test: .venv/.test ## Back up 20 times under 500 writes a second, and kill 120 processes in it
	HUBBUB_BACKUP_ROUNDS=20 HUBBUB_BACKUP_KILLS=30 $(BIN)/pytest --quiet -s --timeout 3600 $(ARGS) \
		$(addprefix tests/db/backup/test_,under_load.py killed.py disk_full.py)

takeover: .venv/.test ## Kill and freeze processes, and measure how soon others take over
	$(BIN)/python -m tests.flows.takeover

bench: .venv/.bench ## Measure how fast it is, beside what others would have taken (ten minutes)
	$(BIN)/hubbub bench $(ARGS)

bench-web: .venv/.test ## Measure a month of 1,000 posts in a slow Chromium (ARGS=--json)
	$(BIN)/python -m tests.bench.web $(ARGS)

races: .venv/.test ## Let ten thousand browsers press one link's button at once, on both engines
	HUBBUB_TEST_RACERS=10000 $(BIN)/pytest --verbose tests/suppliers/test_race.py \
		tests/suppliers/test_links.py::test_of_many_who_redeem_at_once_one_wins $(ARGS)

crowd: .venv/.test ## Let everybody talk on every network at once for ten minutes, with faults
	$(BIN)/python -m tests.proof.crowd $(ARGS)

SEEDS := 300
simulate: .venv/.test ## Months on a virtual clock: nothing lost, nothing twice (SEEDS=20000)
	$(BIN)/python -m tests.proof.simulate --seeds $(SEEDS) $(ARGS)

check: .venv/.test ## Style, types, import rules, vendored files, the house's own rules
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/python scripts/vendor.py --check
	$(BIN)/python scripts/translate.py --check
	$(BIN)/pytest tests/test_house.py

kill-test: .venv/.test ## Kill real processes at random, N=500 times per engine (ARGS="--engine sqlite")
	$(BIN)/python -m tests.proof.storm --kills $(or $(N),500) $(ARGS)

fault-test: .venv/.test ## Let every call, every disk operation and the database itself fail (needs strace)
	HUBBUB_TEST_EVERY=1 HUBBUB_TEST_FLIPS=2000 HUBBUB_TEST_FREEZES=40 HUBBUB_TEST_STOPS=40 \
		$(BIN)/pytest --timeout 1800 tests/proof $(ARGS)
	$(BIN)/python -m tests.proof.disk

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(ARGS)

requirements: | $(OUR_UV) ## Pin what pyproject.toml asks for (ARGS=--upgrade for the newest)
	$(COMPILE) pyproject.toml -o requirements/base.txt
	$(COMPILE) pyproject.toml --group test -c requirements/base.txt -o requirements/test.txt
	$(COMPILE) pyproject.toml --group bench -c requirements/test.txt -o requirements/bench.txt
	$(COMPILE) requirements/build.in -o requirements/build.txt

vendor: | $(BIN)/python ## Fetch the front-end files that package.json names (needs npm)
	npm ci --ignore-scripts
	$(BIN)/python scripts/vendor.py

translations: .venv/.run ## Collect the texts of pages, and compile what translates them
	$(BIN)/python scripts/translate.py

clean: ## Remove what was installed and cached here; data stays
	rm -rf .venv .tools node_modules dist .*_cache .hypothesis
	find $(CODE) -name __pycache__ -prune -exec rm -rf {} +

.venv/.test: requirements/test.txt .venv/.run
	$(UV) pip install --python $(BIN)/python --require-hashes -r requirements/test.txt
	@touch $@

.venv/.bench: requirements/bench.txt .venv/.run
	$(UV) pip install --python $(BIN)/python --require-hashes -r requirements/bench.txt
	@touch $@

.venv/.run: requirements/base.txt requirements/build.txt pyproject.toml | $(BIN)/python
	$(UV) pip install --python $(BIN)/python --require-hashes -r requirements/base.txt
	$(UV) pip install --python $(BIN)/python --no-deps --build-constraints requirements/build.txt -e .
	@touch $@

$(BIN)/python: | $(OUR_UV) python
	rm -rf .venv
	$(UV) venv --quiet --python $(PYTHON) .venv

.tools/bin/uv: requirements/build.txt | python
	@rm -rf .tools
	@$(PYTHON) -m venv .tools || { \
		echo "This Python cannot make environments. On Debian: apt-get install python3-venv" >&2; \
		exit 1; }
	.tools/bin/pip install --quiet --require-hashes -r requirements/build.txt
	@touch $@

.PHONY: python
python:
	@test -n "$(PYTHON)" || { \
		echo "Hubbub needs Python 3.11 or newer; here $$(python3 --version 2>&1) was found." >&2; \
		exit 1; }
