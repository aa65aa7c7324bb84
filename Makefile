# make run: the whole product on this machine. make test: everything that must hold. make check: the fast part of it.
PYTHON ?= python3.11
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test check bench pictures clean lock messages servers format

.venv/.ok: requirements.txt requirements-installer.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is missing. Debian 12, Ubuntu 22.04: sudo apt-get install python3.11 python3.11-venv. Elsewhere: uv python install 3.11; make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "$(PYTHON) is not Python 3.11; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments. Debian, Ubuntu: sudo apt-get install python3.11-venv"; exit 1; }
	@echo "1/3 making the environment in .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "2/3 fetching the installer"
	@$(BIN)/python -m pip install --quiet --progress-bar off --require-hashes -r requirements-installer.txt || true
	@echo "3/3 installing $$(grep -c '==' requirements.txt) packages (half a minute on a fresh machine)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.txt \
		|| { echo "    once more with pip, which is slower"; \
		     $(BIN)/python -m pip install --quiet --progress-bar off --no-deps --require-hashes -r requirements.txt; }
	@touch $@

run: .venv/.ok
	@$(BIN)/python manage.py up --demo $(ARGS)

servers: .venv/.ok
	@$(BIN)/python manage.py up --servers-only

test: .venv/.ok
	@$(BIN)/python -m tests.run $(ARGS)

check: .venv/.ok
	@$(BIN)/python -m tests.run checks

bench: .venv/.ok
	@GOALS="$(GOALS)" $(BIN)/python -m benchmarks $(ARGS)

pictures: .venv/.ok
	@$(BIN)/python -m tests.pictures $(ARGS)

format: .venv/.ok
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: .venv/.ok
	@$(BIN)/python manage.py makemessages --all --no-location --ignore=var --ignore=.venv

lock: .venv/.ok
	@echo '# Every package at its exact version with its hashes; made from pyproject.toml by "make lock".' > requirements.new
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra test --no-header \
		--no-emit-index-url --no-emit-find-links pyproject.toml >> requirements.new
	@mv requirements.new requirements.txt

clean:
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "The data in var/ is kept; remove it by hand if you mean it."
