.DEFAULT_GOAL := help
.PHONY: help check test test-postgres

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: ## Format, lints, documentation, crate boundaries, licences
	@scripts/check

test: ## All checks and tests, on SQLite and (where found) PostgreSQL
	@scripts/test

test-postgres: ## The tests of the store and the whole service, PostgreSQL required
	@REQUIRE_POSTGRES=1 scripts/with-postgres cargo test -p profiled-store -p acceptance
