# Two commands are enough: `make run` and `make test`. `make` alone lists the others.
# Needed on the machine: Python 3.11 or newer, git, make. Everything else is set up in .venv.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
RUN_IN_VENV := $(VENV)/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help run demo check lint format types imports fix test slow soak live unit integration contracts browser \
	pictures model architecture e2e faults bench documents lock setup setup-dev k8s-secrets k8s-up k8s-down \
	azure-up azure-verify azure-rollback azure-down \
	up down logs scale backup restore compose

##@ Run

run: setup ## The whole system, here and now: collects, trains, gates, serves. Ctrl-C stops it
	@$(VENV)/bin/climate up --source "$${CLIMATE_SOURCE:-auto}"

demo: setup ## One cycle from data to forecast, printed as a table; then everything stops
	@$(VENV)/bin/climate demo

##@ Containers

COMPOSE = docker compose
REVISION = $(shell git rev-parse HEAD 2>/dev/null || echo unknown)

up: ## The whole system in containers; returns when a champion has forecast and all is checked
	@$(require_python)
	@"$(PYTHON)" deploy/compose/prepare.py
	REVISION=$(REVISION) $(COMPOSE) build
	$(COMPOSE) up --detach --wait --wait-timeout 600 || { deploy/compose/explain.sh; exit 1; }
	@"$(PYTHON)" verify_deployment.py --compose --wait 1800

down: ## Stops the containers; the data stay for the next `make up`
	@COMPOSE_PROFILES=simulator,observability $(COMPOSE) down --remove-orphans

logs: ## Follows what the containers say; SERVICE=trainer for one of them
	@$(COMPOSE) logs --follow --tail 50 $(SERVICE)

scale: ## Trainers side by side: make scale TRAINERS=3
	@test -n "$(TRAINERS)" || { echo "Say how many: make scale TRAINERS=3"; exit 1; }
	@$(COMPOSE) up --detach --no-recreate --wait --scale trainer=$(TRAINERS) trainer

backup: ## Databases and model artifacts as one folder below backups/
	@deploy/compose/backup.sh

restore: ## Puts a backup back in place of what there is: make restore FROM=backups/2026-11-23T06-00-00Z
	@deploy/compose/restore.sh "$(FROM)"

##@ Kubernetes

OVERLAY ?= local
KUSTOMIZATION = k8s/overlays/$(OVERLAY)
AS_SERVICES = app.kubernetes.io/component

k8s-secrets: ## The passwords of the local overlay, written once
	@$(require_python)
	@"$(PYTHON)" k8s/make_secrets.py

# The schema first, what needs it afterwards. A Job cannot be changed, so the last one goes.
k8s-up: ## The whole system on the cluster kubectl points at; OVERLAY=production for the other one
	@test "$(OVERLAY)" != local || "$(PYTHON)" k8s/make_secrets.py
	kubectl delete job migrate --namespace climate --ignore-not-found
	kubectl apply -k $(KUSTOMIZATION) --selector '$(AS_SERVICES)!=service'
	kubectl wait --namespace climate --for=condition=complete --timeout=900s job/migrate
	kubectl apply -k $(KUSTOMIZATION)
	kubectl rollout status --namespace climate --timeout=600s --selector '$(AS_SERVICES)=service' deployment

k8s-down: ## Removes it from the cluster, its data with it
	kubectl delete -k $(KUSTOMIZATION) --ignore-not-found

##@ Azure

# The version is the commit, in letters a revision's name may have.
azure-%: export AZURE_TAG ?= git-$(shell git rev-parse --short=12 HEAD)
ON_AZURE = "$(PYTHON)" -m deploy.azure $(if $(DRY_RUN),--dry-run)

azure-up: ## The whole system on Azure Container Apps: AZURE_NAME=climate-4711; DRY_RUN=1 only prints
	@$(require_python)
	@$(ON_AZURE) up

azure-verify: ## Checks the system on Azure from outside
	@$(require_python)
	@$(ON_AZURE) verify

azure-rollback: ## Puts an earlier version back: TO=git-4f2a9c01d3b7
	@$(require_python)
	@$(ON_AZURE) rollback --to "$(TO)"

azure-down: ## Removes everything from Azure, the data too; asks first
	@$(require_python)
	@$(ON_AZURE) down

##@ Check

check: lint format types imports ## All that CI checks before the tests

lint: setup-dev ## Style and common mistakes
	@$(RUN_IN_VENV) ruff check

format: setup-dev ## Layout of the code
	@$(RUN_IN_VENV) ruff format --check

types: setup-dev ## Types, strictly
	@$(RUN_IN_VENV) mypy

imports: setup-dev ## Who may import whom
	@$(VENV)/bin/lint-imports --no-logo

fix: setup-dev ## Repair what can be repaired without thinking
	@$(RUN_IN_VENV) ruff check --fix
	@$(RUN_IN_VENV) ruff format

##@ Test

test: check ## The checks above, then the test suite: a quarter of an hour
	@$(RUN_IN_VENV) pytest -m "not slow"

soak: setup-dev ## A quarter of an hour at half the limit, a promotion every ten seconds: memory flat, no error
	@CLIMATE_TEST_SOAK_SECONDS=900 $(RUN_IN_VENV) pytest -s -m slow tests/integration/api/test_soak.py

slow: setup-dev ## What starts whole systems, kills their parts and repeats proofs: half an hour more
	@$(RUN_IN_VENV) pytest -m slow

unit integration contracts browser model architecture e2e faults: setup-dev ## One tier; also integration, contracts, browser, model, architecture, e2e, faults
	@$(RUN_IN_VENV) pytest tests/$@

live: setup-dev ## DAYS through the real services and through `climate replay` (30 if not given; `make slow` does a year)
	@CLIMATE_LIVE_DAYS="$${DAYS:-30}" $(RUN_IN_VENV) pytest -m slow --log-cli-level=INFO tests/integration/local/test_live_and_replayed.py

compose: setup-dev ## The whole system in containers, each killed in turn; needs a Docker engine
	@$(RUN_IN_VENV) pytest -m compose tests/compose

##@ Measure

bench: ## The benchmarks, or one: PART=skill. For a quick look: PLACES=basel,fes SITES=1 FRESH=1 JOBS=1
	@$(require_python)
	@"$(PYTHON)" tools/set_up.py bench
	@.venv-bench/bin/python -m benchmarks $(PART) $(if $(PLACES),--places $(PLACES)) \
		$(if $(SITES),--sites $(SITES)) $(if $(TRIALS),--trials $(TRIALS)) \
		$(if $(FRESH),--fresh) $(if $(JOBS),--jobs $(JOBS))

##@ Document

documents: setup-dev ## The parts of docs/events.md and docs/gates.md that the code knows
	@$(RUN_IN_VENV) tools.documents

pictures: setup-dev ## The pictures in docs/images, taken of the real pages; or of a system that runs: URL=http://…
	@$(RUN_IN_VENV) tests.browser.pictures $(URL)

##@ Maintain

setup: ## Installs in .venv what `make run` needs, unless it is there
	@$(require_python)
	@"$(PYTHON)" tools/set_up.py native

setup-dev: ## Installs in .venv what the tests and checks need, and the public clients apart
	@$(require_python)
	@"$(PYTHON)" tools/set_up.py dev
	@"$(PYTHON)" tools/set_up.py clients

define require_python
test -n "$(PYTHON)" || { echo "This needs Python 3.11 or newer, and found none. Install one \
and try again, or name it: make PYTHON=/path/to/python3"; exit 1; }
endef

package = $(1:%=services/%/pyproject.toml)
SHARED := shared/pyproject.toml
EVERY_PACKAGE := $(SHARED) $(call package,collector trainer registry-gate api) local/pyproject.toml
# One set of versions for all: what an image gets is what the tests ran with.
AS_TESTED := --constraint requirements/dev.txt
define pin
@echo "pinning requirements/$(1).txt"
@$(VENV)/bin/uv pip compile --quiet $(if $(UPGRADE),--upgrade) --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --annotation-style line \
	--custom-compile-command "make lock" --output-file requirements/$(1).txt $(2)
endef

lock: setup-dev ## Pins every requirement again; UPGRADE=1 takes the newest versions
	$(call pin,dev,$(EVERY_PACKAGE) requirements/build.in requirements/dev.in)
	$(call pin,native,$(AS_TESTED) $(EVERY_PACKAGE) requirements/build.in)
	$(call pin,bench,$(AS_TESTED) $(EVERY_PACKAGE) requirements/build.in requirements/bench.in)
	$(call pin,clients,$(AS_TESTED) requirements/clients.in)
	$(call pin,build,$(AS_TESTED) requirements/build.in)
	$(call pin,migrate,$(AS_TESTED) $(SHARED))
	$(call pin,collector,$(AS_TESTED) $(SHARED) $(call package,collector))
	$(call pin,trainer,$(AS_TESTED) $(SHARED) $(call package,trainer))
	$(call pin,registry-gate,$(AS_TESTED) $(SHARED) $(call package,registry-gate))
	$(call pin,api,$(AS_TESTED) $(SHARED) $(call package,api))
	$(call pin,mlflow,$(AS_TESTED) requirements/mlflow.in)
	$(call pin,flower,$(AS_TESTED) requirements/flower.in)

help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9 -]+:.*## / { sub(/ .*/, "", $$1); printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
