# `make run` and `make test` are all a stranger needs; both set up first, in seconds when it is done already.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements-test.lock
STAMP := $(VENV)/.installed-$(shell (cat $(LOCK); $(PYTHON) -V) 2>/dev/null | sha256sum | cut -c1-16)
export PYTHONDONTWRITEBYTECODE :=

# Tests run on all cores and one process more, since many wait for a time-out or a server; those of a file run in one, which makes what
# they share once, and files with slow tests come first (tests/conftest.py). Those that load the machine by themselves (Airflow, kills, a full
# disk) run apart from the others, two files at a time.
WORKERS := $(shell $(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))' 2>/dev/null || echo 2)
SIDE_BY_SIDE := --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
TWO_FILES := --numprocesses 2 --dist loadfile

.PHONY: dictionary run up test check coverage format accuracy model reader weights model-report benchmark lock clean setup
.DEFAULT_GOAL := run

setup: $(STAMP)

$(STAMP): $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tocsin needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; say PYTHON=/path/to/python3.11")'
	@echo "Setting up $(VENV) (once; some 220 packages, 1.3 GB, one to four minutes) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --no-compile -r $(LOCK)
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null 2>&1 || true
	@# Relative, so that a copied or moved checkout still finds its own code and no other's.
	@echo ../../../.. > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/tocsin.pth"
	@printf '#!/bin/sh\nexec "$$(dirname "$$(readlink -f "$$0")")/python" -m pipeline "$$@"\n' > $(BIN)/tocsin && chmod +x $(BIN)/tocsin
	@rm -f $(VENV)/.installed-* && touch $@

run: setup
	@$(BIN)/python -m pipeline run

up: setup
	@$(BIN)/python -m pipeline up

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow"

test: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not alone"
	@$(BIN)/python -m pytest $(TWO_FILES) -m alone

dictionary: setup
	@$(BIN)/python -m benchmarks.dictionary

# The fast tests, counting lines and branches: from a third more processor time to twice as much (12.1 s for 9.1, 67.9 for 32.2), so not in `check`.
coverage: setup
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow" --cov --cov-report=term:skip-covered

format: setup
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

GOLD ?= ../shared/gold
accuracy: setup
	@$(BIN)/python -m benchmarks.accuracy $(GOLD)

# The unpacked training data: corpus/ and assets/.
DATA ?= ../training_data
# BEFORE_CODE: the file of BEFORE's own components, where it has some under the names of ours.
BEFORE ?= model/news_sm
HARD ?= ../shared/nlp/eval/hard.txt
model: setup
	@PYTHON=$(abspath $(BIN)/python) model/train.sh $(abspath $(DATA))

# ARTICLES: the texts of the corpus, JSON lines, articles and short items; ENCODER: a folder with all-MiniLM-L6-v2; TEACHER_PYTHON: one with torch, safetensors, onnx
# and onnxruntime.
ARTICLES ?= ../shared/news/pool.jsonl.gz $(DATA)/assets/current_events.jsonl
ENCODER ?= model/training/minilm
TEACHER_PYTHON ?= model/training/teacher-env/bin/python
reader: setup
	@mkdir -p model/training
	@$(BIN)/python model/scripts/reader_data.py $(ARTICLES) model/training/reader_data.jsonl.gz
	@$(TEACHER_PYTHON) model/scripts/reader_train.py $(ENCODER) model/training/reader_data.jsonl.gz $(ARTICLES) model/reader

# What the coder makes of the reader's numbers: the weights of days, of places and of what is told twice, fitted anew and put into their data files.
weights: setup
	@for choice in days places same; do \
		$(BIN)/python model/scripts/article_weights.py $$choice $(ARTICLES) --kept model/training/read --write || exit 1; \
	done

model-report: setup
	@$(BIN)/python model/scripts/report.py $(abspath $(DATA))/corpus $(BEFORE) model/news_sm --hard $(HARD) \
		$(if $(BEFORE_CODE),--first-code $(BEFORE_CODE))

COMPILE := --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
lock:
	@uv pip compile pyproject.toml $(COMPILE) -o requirements.lock
	@uv pip compile pyproject.toml --extra test --constraint requirements.lock $(COMPILE) -o $(LOCK)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
	@test ! -e var || echo "var/ stays: the database, secrets and logs. To lose them for good: .venv/bin/tocsin stop (before), rm -r var"
