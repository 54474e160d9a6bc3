.DEFAULT_GOAL := help
# PostgreSQL's client library with TLS is built with OpenSSL, which needs perl.
RELEASE_FEATURES := jemalloc,libpq-bundled-tls,s3

.PHONY: help build release install deb run migrate check package test test-postgres test-upgrade fuzz bench bench-quick drill

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the service for development
	@cargo build -p profiled

release: ## Build the service for production, with TLS to PostgreSQL, as target/release/profiled (needs perl)
	@cargo build --release --locked -p profiled --no-default-features --features $(RELEASE_FEATURES)

install: ## Install that build with its systemd units: PREFIX=/usr DESTDIR=
	@scripts/install

deb: ## Make a Debian package of it (needs cargo-deb: cargo install cargo-deb)
	@rm -rf target/share && scripts/shell-files target/release/profiled target/share
	@cargo deb -p profiled --no-build

run: ## Build, make a database with first users in ./data, and serve on 127.0.0.1:8000
	@echo 'Compiling the service: minutes the first time, seconds later. Then it makes a database and prints credentials.'
	@cargo build -p profiled
	@cargo run --quiet -p profiled -- quickstart

migrate: ## Bring the database of the settings to this build's schema
	@cargo run --quiet -p profiled -- migrate

check: ## Format, lints, documentation, crate boundaries, licences
	@scripts/check

package: ## Pack the crates as a registry would get them, and compile the packages
	@scripts/package

test: ## All checks and tests, on SQLite and (where found) PostgreSQL
	@scripts/test

test-postgres: ## The tests of the store and the whole service, PostgreSQL required
	@REQUIRE_POSTGRES=1 scripts/with-postgres cargo test -p profiled-store -p acceptance

test-upgrade: ## Build the version before this one, and test it on this one's schema
	@scripts/upgrade

fuzz: ## Fuzz headers, tokens, forms and pictures: FUZZ_RUNS=200000 inputs each, with the stable toolchain and a C++ compiler
	@scripts/fuzz

bench: ## Measure the release build and its peers, and write docs/BENCHMARKS.md: SUITES="reads lists import" for some
	@bench/run $(SUITES) $(BENCH_OPTIONS)

bench-quick: ## The reads alone, in less than three minutes
	@bench/run --quick $(BENCH_OPTIONS)

drill: ## What happens to reads while others wait, in figures: SITUATIONS="sqlite locked"
	@scripts/drill $(SITUATIONS)
