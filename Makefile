# The face of the project. `make`, `make install` and `make installcheck` mean
# what they mean for every PGXS extension (Makefile.pgxs does them); the other
# targets bring their own private server and touch nothing of yours.
PG_CONFIG ?= pg_config
PGXS_MAKE = $(MAKE) --no-print-directory -f Makefile.pgxs PG_CONFIG="$(PG_CONFIG)"
PGXS_TARGETS = all install uninstall installcheck installdirs clean distclean
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: $(PGXS_TARGETS) deps demo check check-core check-sql check-tap check-real check-docs check-demo check-render check-style bench help

all install uninstall installdirs:
	+@$(PGXS_MAKE) $@

installcheck:
	+@$(PGXS_MAKE) $@

clean distclean:
	+@$(PGXS_MAKE) $@
	@rm -rf build

deps:           ## install what building and testing need (Debian's apt)
	@test/server/install_dependencies

demo:           ## build, start a throwaway server, load events, print a report (EVENTS=file.csv for your own)
	@test/demo/demo --check
	@test/server/install_dependencies demo
	@echo 'Building the extension; the first time this takes some minutes.'
	+@$(PGXS_MAKE) -s -j$(JOBS) all
	@test/demo/demo

check:          ## every test there is
	@test/server/install_dependencies
	+@$(PGXS_MAKE) -s -j$(JOBS) all
	@test/check

check-core check-sql check-tap check-real check-docs check-demo check-render check-style:
	@test/check $(patsubst check-%,%,$@)

bench:          ## the benchmark (RIVALS=1 adds ClickHouse and DuckDB)
	@test/server/install_dependencies bench
	+@$(PGXS_MAKE) -s -j$(JOBS) all
	@test/bench/bench

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile
