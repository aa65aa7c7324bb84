# make run: the whole product on this machine. make test: everything that must hold. make check: the fast part of it.
PYTHON ?= python3.11
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The packages of a file of requirements; where the fast installer cannot, pip itself.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r $(1) \
	|| { echo "    once more with pip, which is slower"; \
	     $(BIN)/python -m pip install --quiet --progress-bar off --no-deps --require-hashes -r $(1); }

.PHONY: run test check bench pictures pages looks clean lock messages servers format

.venv/.ok: requirements.txt requirements-installer.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is missing. Debian 12, Ubuntu 22.04: sudo apt-get install python3.11 python3.11-venv. Elsewhere: uv python install 3.11; make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "$(PYTHON) is not Python 3.11; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments. Debian, Ubuntu: sudo apt-get install python3.11-venv"; exit 1; }
	@echo "1/3 making the environment in .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "2/3 fetching the installer"
	@$(BIN)/python -m pip install --quiet --progress-bar off --require-hashes -r requirements-installer.txt || true
	@echo "3/3 installing $$(grep -c '==' $<) packages (half a minute on a fresh machine)"
	@$(call install,$<)
	@touch $@

.venv/.test: requirements-test.txt .venv/.ok
	@echo "installing what the tests need: $$(grep -c '==' $<) packages in all"
	@$(call install,$<)
	@touch $@

run: .venv/.ok
	@$(BIN)/python manage.py up --demo $(ARGS)

servers: .venv/.ok
	@$(BIN)/python manage.py up --servers-only

test: .venv/.test
	@$(BIN)/python -m tests.run $(ARGS)

check: .venv/.test
	@$(BIN)/python -m tests.run checks

bench: .venv/.test
	@GOALS="$(GOALS)" $(BIN)/python -m benchmarks $(ARGS)

pictures: .venv/.test
	@$(BIN)/python -m tests.pictures $(ARGS)

pages: .venv/.test
	@$(BIN)/python -m tests.run pages

looks: .venv/.test
	@$(BIN)/python -m tests.looks $(ARGS)

format: .venv/.test
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: .venv/.ok
	@$(BIN)/python manage.py words

lock = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links pyproject.toml

lock: .venv/.ok
	@echo '# Every package of the product at its exact version; made from pyproject.toml by "make lock".' > requirements.new
	@$(lock) >> requirements.new
	@mv requirements.new requirements.txt
	@echo '# The same with what the tests need; made from pyproject.toml by "make lock".' > requirements.new
	@$(lock) --extra test --constraint requirements.txt >> requirements.new
	@mv requirements.new requirements-test.txt

clean:
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "The data in var/ is kept; remove it by hand if you mean it."
