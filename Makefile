# The commands are the same for a person and for CI. Only Python 3.11+ and make are needed beforehand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INDEX ?= .index
SOURCES ?= corpus
PORT ?= 8000
GOLD ?= eval/gold
SIZES ?= 1000,10000
CORPUS ?=

.DEFAULT_GOAL := help
.PHONY: help install ask serve test lint audit eval baseline bench peers browser ocr index screenshots

help:
	@echo 'make ask Q="Which jurisdictions piloted chatbots?"   index corpus/ and answer'
	@echo 'make serve     the web page and the API at http://127.0.0.1:$(PORT)'
	@echo 'make test      install what tests need and run them'
	@echo 'make lint      ruff and mypy'
	@echo 'make audit     bandit and pip-audit'
	@echo 'make eval      measure answers on $(GOLD), held against eval/gate.toml'
	@echo 'make baseline  write eval/baseline.json anew, which the gate allows small falls from'
	@echo 'make bench     speed by number of passages (SIZES=1000,10000), beside other libraries (make peers)'
	@echo 'make screenshots   pictures of every page, for docs/images'
	@echo 'make install   the virtual environment $(VENV), with everything'

# Light: what a server with the bundled model needs. No torch.
$(VENV)/.light: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo 'installing into $(VENV) …' >&2
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

# Full: tests, linters, evaluation, training.
$(VENV)/.full: $(VENV)/.light
	@echo 'installing what tests and linters need (torch among it) …' >&2
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

install: $(VENV)/.full

# Debian's browser where apt-get may be used, else the one that Playwright brings.
browser: $(VENV)/.full
	@sh tests/browser/install.sh $(BIN)/playwright

# What reads scans, where apt-get may be used; elsewhere their tests are skipped.
ocr:
	@sh tests/indexer/readers/install.sh

index: $(VENV)/.light
	@$(BIN)/council index $(SOURCES) --index $(INDEX)

ask: index
	@test -n '$(subst ','\'',$(Q))' || { echo 'give a question: make ask Q="Which jurisdictions piloted chatbots?"' >&2; exit 2; }
	@$(BIN)/council ask '$(subst ','\'',$(Q))' --index $(INDEX)

serve: index
	@$(BIN)/council serve --index $(INDEX) --port $(PORT)

test: $(VENV)/.full browser ocr
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest

lint: $(VENV)/.full
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

audit: $(VENV)/.full
	@bash .ci/audit $(BIN)

eval: $(VENV)/.full index
	@HF_HUB_OFFLINE=1 $(BIN)/council eval --index $(INDEX) --gold $(GOLD) --json .index-eval/report.json \
		--html .index-eval/report.html --gate eval/gate.toml
	@HF_HUB_OFFLINE=1 $(BIN)/python -m eval.answer_language --index $(INDEX) --gold $(GOLD) --least 1

# What the gate allows falls from: write it anew where the needs change, or answers got better, and commit it.
baseline: $(VENV)/.full index
	@HF_HUB_OFFLINE=1 $(BIN)/council eval --index $(INDEX) --gold $(GOLD) --write-baseline eval/baseline.json

bench: $(VENV)/.full index
	@HF_HUB_OFFLINE=1 $(BIN)/python -m eval.benchmarks.embedding
	@HF_HUB_OFFLINE=1 $(BIN)/python -m eval.benchmarks.cold_start --index $(INDEX)
	@HF_HUB_OFFLINE=1 $(BIN)/python -m eval.benchmarks --sizes $(SIZES) --json .bench/report.json \
		--html .bench/report.html $(if $(CORPUS),--corpus '$(CORPUS)')

# Other libraries to be measured beside: gigabytes, so only who asks for them gets them.
peers: $(VENV)/.full
	@$(PIP) install --constraint constraints.txt --editable '.[peers]'

# Pictures of every page in both languages, for the README.
screenshots: $(VENV)/.full browser index
	@HF_HUB_OFFLINE=1 $(BIN)/python tests/browser/screenshots.py --index $(INDEX) --out docs/images
