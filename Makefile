# make help lists the targets.  Variables are given behind them: make demo PORT=8123
SETUP := exec sh deploy/setup.sh

export ARGS

.DEFAULT_GOAL := help
.PHONY: help demo serve setup test lint types format campaign bench lock db db-stop

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a demo city with synthetic data (PORT, PLOTS, OBSERVATIONS, GEO_CITY)
	@$(SETUP) demo

serve: ## the same as an empty city (PORT, GEO_CITY, DATABASE_URL, DATABASE_OWNER_URL)
	@$(SETUP) serve

setup: ## only install what is missing
	@$(SETUP) prepare

test: ## everything that CI checks; ARGS="tests/plots -k setback" runs only those tests
	@$(SETUP) test --pytest "$$ARGS"

lint: ## all linters
	@$(SETUP) lint

types: ## mypy
	@$(SETUP) types

format: ## put Python files into shape
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

campaign: ## the long runs, in slices (PART=name for one of them, SIZE=small, SEED=1, MINUTES=55)
	@$(SETUP) within tests.campaigns --part '$(PART)' --size '$(or $(SIZE),full)' \
	  --seed '$(or $(SEED),1)' --minutes '$(or $(MINUTES),55)'

bench: ## figures, each against a floor of the same run (ARGS)
	@$(SETUP) within tests.bench $(ARGS)

lock: ## renew the locked requirements
	@$(SETUP) lock

db: ## start the private database and leave it running
	@$(SETUP) db

db-stop: ## stop it
	@$(SETUP) db-stop
