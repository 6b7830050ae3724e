# Everything the book needs, on a machine that has Python 3.12+, Node 20+ and npm. `make help` lists the targets.

export NO_MKDOCS_2_WARNING := 1
VENV := .venv
RUN := $(VENV)/bin/python
SITE_PORT ?= 8000
STEP := sh widgets/site/step.sh
LOGS := .cache/logs

.DEFAULT_GOAL := help
.PHONY: help serve dev build check test unit coverage browser bench bench-browsers audit picture lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: build ## install, build and serve the book under a sub-path, like a GitHub project site
	$(RUN) -m widgets.site serve --port $(SITE_PORT)

dev: node_modules/.installed $(VENV)/.installed ## serve while writing: reloads on edits of chapters, content and widgets
	$(VENV)/bin/mkdocs serve

build: node_modules/.installed $(VENV)/.installed ## write the site to site/
	@$(VENV)/bin/mkdocs build --strict --quiet

# First what the tests need, and the look over the code, two things at a time where no terminal shows their progress. Then
# one half after the other, each in two processes for two cores, the second also where something failed before.
TWO = $(if $(shell [ -t 2 ] && echo shown),1,2)
test: ## run every test, the browser's too
	@if $(MAKE) --no-print-directory --keep-going --jobs=$(TWO) build $(VENV)/.browser check; \
	then $(MAKE) --no-print-directory --keep-going --jobs=1 READY=yes unit browser; \
	else $(MAKE) --no-print-directory --keep-going --jobs=1 unit browser; exit 1; fi

# Names that others call: MkDocs, Markdown, html.parser, ast, http.server, fontTools, JavaScript.
CALLED := on_*,do_*,handle_*,handleMatch,extendMarkdown,makeExtension,open_desk,flavor,compiled_re,protocol_version
CALLED := $(CALLED),log_message,visit_*,thinned,WidgetsPlugin,BLOCKS,add_commands

check: node_modules/.installed $(VENV)/.installed ## look over the code without running it: layout, lint, types, dead code
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@node_modules/.bin/prettier --check --log-level warn 'widgets/**/*.{js,mjs,ts}' 'tests/**/*.{js,mjs}'
	@node_modules/.bin/tsc -p jsconfig.json
	@node_modules/.bin/tsc -p widgets/browser/jsconfig.json
	@! $(VENV)/bin/vulture --min-confidence 60 --ignore-names '$(CALLED)' widgets tests | grep ^widgets/
	@node_modules/.bin/pyright

unit: $(if $(READY),,check build) ## run the tests that need no browser
	OPENBLAS_NUM_THREADS=1 $(RUN) -m pytest --quiet --numprocesses=2 --dist=loadfile --no-loadscope-reorder \
	  --ignore=tests/browser

coverage: build ## measure how much of core and kit their own tests run, by branch: at least 95 %
	$(RUN) -m pytest --quiet --cov --cov-report=term tests/core tests/kit

browser: $(if $(READY),,build $(VENV)/.browser) ## run the tests in a real browser
	$(RUN) -m pytest --quiet --numprocesses=2 --dist=worksteal tests/browser

bench: build $(VENV)/.browser ## measure start-up, bytes, clicks, memory, the build and the core's costs
	$(RUN) -m tests.benchmarks

bench-browsers: build $(VENV)/.browser ## measure start-up in Firefox and WebKit
	$(RUN) -m tests.benchmarks engines

audit: build $(VENV)/.browser ## have Lighthouse judge every page, as a phone would load it
	$(RUN) -m tests.lighthouse

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(RUN) -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || \
	  { python=$$(PYTHON='$(PYTHON)' sh widgets/site/find-python.sh) && "$$python" -m venv --clear $(VENV); }
	@$(STEP) "Installing Python packages" $(LOGS)/pip.log \
	  $(RUN) -m pip install --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(STEP) "Installing the book" $(LOGS)/book.log \
	  $(RUN) -m pip install --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.browser: $(VENV)/.installed
	@$(STEP) "Looking for browsers" $(LOGS)/browsers.log $(RUN) -m tests.browser.install
	@touch $@

node_modules/.installed: package.json package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Node 20 or newer is needed."; exit 1; }
	@$(STEP) "Installing Node packages" $(LOGS)/npm.log npm ci --no-audit --no-fund
	@touch $@

picture: build $(VENV)/.browser ## take the picture in README.md anew
	$(RUN) -m tests.browser.picture

lock: $(VENV)/.installed ## renew requirements.lock after an edit of pyproject.toml
	$(RUN) -m pip install --quiet uv
	$(RUN) -m uv pip compile pyproject.toml --all-extras --universal --python-version 3.12 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock

clean: ## remove what was built and installed, the download cache apart
	rm -rf site $(VENV) node_modules
