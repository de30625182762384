# Every command of the project. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
BOOTSTRAP := deploy/local/bootstrap.sh
TEMPLATES := ckanext/sonla/templates

.PHONY: help run stop test test-fast test-explore e2e test-ckan test-seals test-s3 test-kill lint types format i18n bench-publish bench-validate bench-catalogue bench-obligations bench-harvest bench-feedback \
	screenshots dossier-pdf changelog

help: ## List the commands.
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

run: ## Set up what is missing and run the portal until Ctrl-C (PORT=5000).
	@$(BOOTSTRAP) run && exec $(PYTHON) -m deploy.local run

stop: ## End what `make run` left running.
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m deploy.local stop; else echo "Nothing runs here."; fi

test: ## Run every test on throw-away databases: unit, functional, end-to-end.
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing run tests

test-fast: ## Run the tests without a browser.
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing run tests --without tests/e2e

e2e: ## Run the end-to-end tests in a headless Chromium.
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing run tests/e2e

test-explore: ## Try the properties with examples that no run has had (minutes).
	@$(BOOTSTRAP) test && HYPOTHESIS_PROFILE=explore exec $(PYTHON) -m deploy.testing run tests --without tests/e2e --pytest=-m --pytest=hypothesis

test-ckan: ## Run CKAN's own search tests against the embedded search.
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing with $(PYTHON) deploy/test_ckan.py

test-seals: ## Remove each seal in turn: the no-bypass test must turn red.
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing with $(PYTHON) deploy/test_seals.py

test-s3: ## Run the tests of the storage on a real S3 server: OpenStack Swift.
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing run tests/approval/test_storage_s3.py

test-kill: ## End each process by SIGKILL while the portal of `make run` publishes (minutes).
	@$(BOOTSTRAP) run && exec $(PYTHON) -m deploy.test_kill $(ARGS)

bench-publish: ## Measure what a publication costs, beside stock CKAN (minutes).
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing with $(PYTHON) -m deploy.bench_publish $(ARGS)

bench-validate: ## Measure what checking a table costs, beside frictionless and COPY (minutes).
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing with $(PYTHON) -m deploy.bench_validate $(ARGS)

bench-catalogue: ## Time the catalogue's pages beside a stock organisation page (minutes).
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing with $(PYTHON) -m deploy.bench_catalogue $(ARGS)

bench-obligations: ## Measure what deadlines cost as agencies, entries and quarters grow (minutes).
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing with $(PYTHON) -m deploy.bench_obligations $(ARGS)

bench-harvest: ## Measure what bringing an agency's rows in costs (20 minutes).
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing with $(PYTHON) -m deploy.bench_harvest $(ARGS)

bench-feedback: ## Measure what reading and sending feedback cost among a million (minutes).
	@$(BOOTSTRAP) test && exec $(PYTHON) -m deploy.testing with $(PYTHON) -m deploy.bench_feedback $(ARGS)

lint: ## Check style, templates and that every string has Vietnamese.
	@$(BOOTSTRAP) test
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/djlint --lint --quiet $(TEMPLATES)
	$(PYTHON) deploy/i18n.py check

types: ## Check the types.
	@$(BOOTSTRAP) test
	.venv/bin/pyright

format: ## Format the code and repair what ruff can repair.
	@$(BOOTSTRAP) test
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

i18n: ## Extract the strings, merge them into the .po files, compile these.
	@$(BOOTSTRAP) test
	$(PYTHON) deploy/i18n.py update --all
	$(PYTHON) deploy/i18n.py compile

screenshots: ## Run the end-to-end tests and keep their screenshots in var/screenshots.
	@$(BOOTSTRAP) test && SCREENSHOTS=$(CURDIR)/var/screenshots exec $(PYTHON) -m deploy.testing run tests/e2e

dossier-pdf: ## Draw an approval dossier as PDF in var/dossier.pdf (installs LibreOffice).
	@$(BOOTSTRAP) test && sh deploy/dossier_pdf.sh

changelog: ## Show what changed since the last release.
	@$(BOOTSTRAP) test && .venv/bin/towncrier build --draft
