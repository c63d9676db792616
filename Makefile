# Exeunt. `make run` starts the provider with two sample applications; `make test` runs every test.

SHELL := /bin/bash
.DEFAULT_GOAL := help

RELEASE := .build-release

.PHONY: help run test unit lint format bench crash-test counterparts clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: ## Build for release and start the provider with two sample applications
	@scripts/install build
	@scripts/release
	@exec $(RELEASE)/release/exeunt demo

test: ## Install what the tests need, start the servers, run every test, stop them
	@scripts/test

unit: ## The Swift tests alone, with the servers that they need
	@scripts/test unit

counterparts: ## Apache, idpyoidc and Chromium against the provider
	@scripts/test counterparts

crash-test: ## The long crash test: thousands of kills
	@scripts/test crash-long

bench: ## Measure (release build); prints a table and writes Benchmarks/results.json
	@scripts/bench

lint: ## swift-format strict, and the house rules that a machine can check
	@scripts/lint

format: ## Format every Swift file in place
	@swift format --in-place --recursive Sources Tests Benchmarks Examples Package.swift 2>/dev/null || \
	 swift format --in-place --recursive Sources Tests Package.swift

clean: ## Remove everything that was built
	@rm -rf .build .build-*
