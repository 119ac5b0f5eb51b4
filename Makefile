# Noroshi: the words a person types. How things are built is in meson.build; this file only calls
# it. `make help` lists the words.
BUILD  := build
PREFIX := /usr
NINJA  := ninja -C $(BUILD)

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: all run demo test bench fuzz lint check-all install clean help deps deps-test

## make            build build/noroshi; installs nothing, so without web/node_modules it has no page
all: $(BUILD)/build.ninja
	@$(NINJA) $$($(NINJA) -t query noroshi >/dev/null 2>&1 && echo noroshi)

$(BUILD)/build.ninja:
	@command -v meson >/dev/null && command -v ninja >/dev/null || \
	  { echo "make: meson and ninja are missing; 'tools/deps build' installs what the build needs" >&2; exit 1; }
	@meson setup --prefix=$(PREFIX) $(BUILD)

## make run        install what is missing (Debian 12, root or sudo), build, fill ./var, answer, serve
run: deps all
	@tools/demo run

## make demo       the same, an answer of each kind, no questions; exits 0 when all went well
demo: deps all
	@tools/demo

## make test       everything that must pass; the last line counts it
test: deps-test
	@tools/run-tests

## make check-all  the same and TSan, coverage, long fuzzing, many kills, valgrind
check-all: deps-test
	@tools/run-tests --all

## make fuzz       every fuzz target for MINUTES (default 10) on new ground; finds stay in build-clang/
MINUTES := 10
fuzz: deps-test
	@tools/run-tests --only fuzz --fuzz-minutes $(MINUTES)

## make lint       layers, format, cppcheck, house rules, dependency list; changes nothing
lint: deps-test
	@tools/run-tests --only lint

## make bench      side-by-side benchmarks: the command, the machine, one JSON line a figure
bench: deps-test
	@tools/deps bench
	@tools/run-bench

## make install    build/noroshi to $(DESTDIR)$(PREFIX)/bin, its manual page, its completions
install: all
	@meson install -C $(BUILD) --no-rebuild

## make clean      remove what was built; ./var stays
clean:
	rm -rf build build-*

## make help       this list
help:
	@sed -n 's/^## //p' Makefile

deps:
	@tools/deps build
	@tools/web-modules build
deps-test:
	@tools/deps test
	@tools/web-modules test
