# SPDX-License-Identifier: AGPL-3.0-or-later
# One makefile, no recursion into folders. Everything that is built lies below $(BUILD), one
# object tree per flavour: release, debug, asan, ubsan, tsan, fuzz, coverage.
# Useful settings: V=1 (show commands), WERROR=1, CC, CFLAGS, LDFLAGS, PREFIX, DESTDIR,
# and FLOORS="base rt" (build only these floors, while others are being worked on).
VERSION := 0.1.0
BUILD ?= build
PREFIX ?= /usr/local
SYSCONFDIR ?= $(PREFIX)/etc
FLOORS ?= base text domain rt store net engine api link app
TIME ?= 60
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL := /bin/bash
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

# Libraries. llhttp has a package of its own from Debian 13 on; before that node-llhttp
# ships the three sources, which are built here.
LIBS := libuv jansson sqlite3 libsodium nettle libcurl expat zlib libutf8proc
LLHTTP_DIR ?= /usr/share/llhttp
LLHTTP_INC ?= /usr/share/include/llhttp
LLHTTP_PC := $(shell pkg-config --exists libllhttp 2>/dev/null && echo yes)
MISSING := $(shell for p in $(LIBS); do pkg-config --exists $$p 2>/dev/null || echo $$p; done) \
	$(if $(LLHTTP_PC)$(wildcard $(LLHTTP_DIR)/llhttp.c),,llhttp)
ALL_LIBS := $(LIBS) $(if $(LLHTTP_PC),libllhttp)
LIB_CFLAGS := $(if $(strip $(MISSING)),,$(shell pkg-config --cflags $(ALL_LIBS)) \
	$(if $(LLHTTP_PC),,-isystem $(LLHTTP_INC)))
LIB_LIBS := $(if $(strip $(MISSING)),,$(shell pkg-config --libs $(ALL_LIBS))) -pthread
LLHTTP := $(if $(LLHTTP_PC),,api http llhttp)

# Flags: ours come after the user's. What only one compiler knows is tried once.
CLANG := $(shell $(CC) --version 2>/dev/null | grep -c clang)
try = $(shell for f in $(1); do echo 'int x;' | $(CC) -Werror $$f -x c -c -o /dev/null - \
	2>/dev/null && echo " $$f"; done)
STD := -std=c11 -D_GNU_SOURCE -DLLHTTP_STRICT_MODE=1
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wvla -Wformat=2 -Wundef -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wdouble-promotion -Wimplicit-fallthrough -Wswitch-enum \
	-Wnull-dereference -Wdate-time $(if $(filter 0,$(CLANG)),-Wlogical-op \
	-Wduplicated-cond -Wduplicated-branches -Wjump-misses-init -Wcast-align=strict) \
	$(if $(WERROR),-Werror)
HARDEN := -D_FORTIFY_SOURCE=3 $(call try,-fstack-protector-strong -fstack-clash-protection \
	-fcf-protection -mbranch-protection=standard -ftrivial-auto-var-init=zero)
BASE := -g -fno-common -fvisibility=hidden -fPIE
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
SAN := -fno-omit-frame-pointer -fno-sanitize-recover=all

FLAVOURS := release debug asan ubsan tsan fuzz coverage
FLAGS_release := -O2 $(HARDEN)
FLAGS_debug := -Og -g3 -fno-omit-frame-pointer
FLAGS_asan := -O1 -fsanitize=address,undefined $(SAN)
FLAGS_ubsan := -O1 -fsanitize=undefined $(SAN)
FLAGS_tsan := -O1 -fsanitize=thread $(SAN)
FLAGS_fuzz := -O1 -fsanitize=fuzzer-no-link,address,undefined $(SAN)
FLAGS_coverage := -O0 --coverage
LINK_asan := -fsanitize=address,undefined
LINK_ubsan := -fsanitize=undefined
LINK_tsan := -fsanitize=thread
LINK_fuzz := -fsanitize=fuzzer,address,undefined
LINK_coverage := --coverage

# Sources: found, never listed.
GEN := $(BUILD)/gen
SRC := $(foreach f,$(FLOORS),$(wildcard src/$(f)/*.c))
UNITS := $(SRC:src/%.c=%.o) $(if $(filter base,$(FLOORS)),base/embed_data.o) \
	$(LLHTTP:%=llhttp/%.o)
HEADERS := $(foreach f,$(FLOORS),$(wildcard include/$(f)/*.h src/$(f)/*.h))
SUPPORT := $(patsubst tests/%.c,tests/%.o,$(wildcard tests/support/*.c))
SUITES := unit replay sim
TEST_SRC := $(foreach s,$(SUITES),$(wildcard tests/$(s)/test_*.c))
TESTS := $(TEST_SRC:tests/%.c=%)
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES := $(patsubst bench/%.c,%,$(wildcard bench/*.c))
BENCH_LIB := $(patsubst bench/%.c,bench/%.o,$(wildcard bench/lib/*.c))
VERSIONED := $(if $(SRC),$(patsubst src/%.c,%.o,$(shell grep -l DW_VERSION $(SRC))))
FULL_VERSION := $(VERSION)$(addprefix +,$(shell git describe --always --dirty 2>/dev/null))
EMBEDDED := $(shell find schema -type f ! -name '.*' ! -name '*~' | LC_ALL=C sort)
UI := $(BUILD)/static
UI_SRC := $(shell find static -type f ! -name '.*' ! -name '*~' ! -path '*/node_modules/*' | LC_ALL=C sort)

# Rewrite $(1) only when it does not already say $(2): what depends on it then follows a
# change of flags, of version, or of the list of files, and nothing else.
stamp = @mkdir -p $(dir $(1)); echo '$(2)' | cmp -s - $(1) || echo '$(2)' >$(1)

all: $(BUILD)/release/diwan ## build the release binary (the default)

FORCE:
missing-libraries: FORCE
	$(if $(strip $(MISSING)),@echo "These libraries are not installed: $(strip $(MISSING))"; \
		echo "Run 'make deps' to install what the build needs (it says what it does)." >&2; \
		exit 1,@:)
$(GEN)/embedded: FORCE
	$(call stamp,$@,$(EMBEDDED))
$(GEN)/version: FORCE
	$(call stamp,$@,$(FULL_VERSION))
# The pages: bundled with Node, or with esbuild alone, or not at all (static/build.sh says how).
$(GEN)/ui: FORCE
	$(call stamp,$@,$(shell static/build.sh --path) $(UI_SRC))
$(UI)/index.html: $(GEN)/ui $(UI_SRC)
	$(call say,UI,$(UI))
	$(Q)static/build.sh $(UI)
ui: ## build the pages, or say what is missing for that
	@static/build.sh $(UI) --strict
$(GEN)/embed_index.inc: src/base/embed.sh $(GEN)/embedded $(EMBEDDED) $(UI)/index.html
	$(call say,EMBED,$@)
	$(Q)sh src/base/embed.sh $(GEN) $(UI)
$(EMBEDDED) $(UI_SRC): ;

# One object tree. $(1) = the flavour, $(2) = its folder.
define flavour
$(2)/flags: FORCE
	$$(call stamp,$$@,$$(subst ',,$$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(STD) $$(WARN) $$(BASE) $$(FLAGS_$(1)) $$(LIB_CFLAGS)))
$(2)/%.o: src/%.c $(2)/flags | missing-libraries
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(STD) $$(WARN) $$(BASE) $$(FLAGS_$(1)) -Iinclude $$(LIB_CFLAGS) $$(XFLAGS) -MMD -MP -c -o $$@ $$<
$(2)/base/embed.o: XFLAGS += -I$(GEN)
$(2)/base/embed.o: $(GEN)/embed_index.inc
$(2)/base/embed_data.o: src/base/embed.S $(GEN)/embed_index.inc
	$$(call say,AS,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) -I$(GEN) -c -o $$@ $$<
$$(addprefix $(2)/,$$(VERSIONED)): XFLAGS += -DDW_VERSION='"$$(FULL_VERSION)"'
$$(addprefix $(2)/,$$(VERSIONED)): $(GEN)/version
$(2)/llhttp/%.o: $$(LLHTTP_DIR)/%.c $(2)/flags
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) -DLLHTTP_STRICT_MODE=1 -w $$(BASE) $$(FLAGS_$(1)) -O2 -isystem $$(LLHTTP_INC) -c -o $$@ $$<
$(2)/tests/%.o: tests/%.c $(2)/flags | missing-libraries
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(STD) $$(WARN) -Wno-unused-parameter $$(BASE) $$(FLAGS_$(1)) -Iinclude -Itests/support $$(LIB_CFLAGS) -MMD -MP -c -o $$@ $$<
$(2)/bench/%.o: bench/%.c $(2)/flags | missing-libraries
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(STD) $$(WARN) $$(BASE) $$(FLAGS_$(1)) -Iinclude -Ibench $$(LIB_CFLAGS) -MMD -MP -c -o $$@ $$<
$(2)/libdiwan.a: $$(addprefix $(2)/,$$(filter-out app/main.o,$$(UNITS)))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
$(2)/libsupport.a: $$(addprefix $(2)/,$$(SUPPORT))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
$(2)/diwan: $(2)/app/main.o $(2)/libdiwan.a
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(CFLAGS) -o $$@ $$^ $$(LDFLAGS) $$(LINK) $$(LINK_$(1)) $$(LIB_LIBS)
-include $$(wildcard $(2)/*/*.d $(2)/tests/*/*.d $(2)/bench/*.d $(2)/bench/*/*.d)
endef
# The test programs of one suite, $(3), in one flavour.
define suite
$(2)/$(3)/test_%: $(2)/tests/$(3)/test_%.o $(2)/libsupport.a $(2)/libdiwan.a
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) -o $$@ $$^ $$(LDFLAGS) $$(LINK) $$(LINK_$(1)) $$(LDFLAGS_$$(@F)) $$(LIB_LIBS) -lcmocka -lm
endef
$(foreach f,$(FLAVOURS),$(eval $(call flavour,$(f),$(BUILD)/$(f))))
$(foreach f,$(FLAVOURS),$(foreach s,$(SUITES),$(eval $(call suite,$(f),$(BUILD)/$(f),$(s)))))
.SECONDARY:
# In this make and not in one of its own: two at once would build the same objects.
$(foreach f,$(FLAVOURS),$(eval tests-of-$(f): $(addprefix $(BUILD)/$(f)/,$(TESTS))))

run: $(BUILD)/debug/diwan ## serve an empty war room, UI from disk; prints a set-up link
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && trap : INT TERM && \
	echo "Data in $$dir, removed at the end. Ctrl-C stops." && \
	$< serve --data "$$dir" --static-dir $(UI) $(ARGS)
demo: ## install what is missing, build, and play a simulated crisis
	@.ci/deps build
	@$(MAKE) --no-print-directory all
	@exec $(BUILD)/release/diwan demo $(ARGS)
deps: ## install what building and testing need (says what, asks for sudo)
	@.ci/deps build test lint

# Suites. tests/run prints "N passed, N failed" and fails when one failed.
RUN = DIWAN_BIN=$(abspath $(BUILD)/$(1)/diwan) DIWAN_TESTS=$(abspath $(BUILD)/$(1)) tests/run
test: ## set up, then every test: unit, replay, sim, integration, browser
	@.ci/deps build test
	@$(MAKE) --no-print-directory all tests-of-release
	@$(call RUN,release) $(SUITES) integration browser
test-fast: $(BUILD)/release/diwan tests-of-release ## unit, replay and sim only
	@$(call RUN,release) $(SUITES)
unit/% sim/% replay/%: FORCE ; @$(MAKE) --no-print-directory $(BUILD)/release/$@ && $(BUILD)/release/$@
integration browser: $(BUILD)/release/diwan ## one of the slower suites
	@$(call RUN,release) $@
check: ## test + lint + format-check + asan and tsan runs
	@tests/check
asan ubsan: ## build and test with this sanitizer
	@$(MAKE) --no-print-directory $(BUILD)/$@/diwan tests-of-$@
	@DIWAN_SLOW=4 $(call RUN,$@) $(or $(T),$(SUITES) integration)
# The whole server under load, where its threads meet; all of integration would take half an hour.
TSAN_SERVED := integration/stream integration/doors integration/slow
tsan: ## the same with the thread sanitizer
	@$(MAKE) --no-print-directory $(BUILD)/$@/diwan tests-of-$@
	@DIWAN_SLOW=10 $(call RUN,$@) $(or $(T),$(SUITES) $(TSAN_SERVED))

$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/tests/fuzz/fuzz_%.o $(BUILD)/fuzz/libdiwan.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(LINK) $(LINK_fuzz) $(LIB_LIBS)
fuzz: ## fuzz every parser TIME seconds each, or one: make fuzz T=http TIME=60
	@$(MAKE) --no-print-directory CC=$(if $(filter 0,$(CLANG)),clang,$(CC)) \
		$(patsubst %,$(BUILD)/fuzz/fuzz_%,$(or $(T),$(FUZZERS)))
	@tests/fuzz/run $(BUILD)/fuzz $(TIME) $(or $(T),$(FUZZERS))

$(BUILD)/bench/%: $(BUILD)/release/bench/%.o $(addprefix $(BUILD)/release/,$(BENCH_LIB)) $(BUILD)/release/libdiwan.a
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(LINK) $(LIB_LIBS) -lm
bench-programs: $(BUILD)/release/diwan $(BENCHES:%=$(BUILD)/bench/%)
BENCH_ENV = DIWAN_BIN=$(abspath $(BUILD)/release/diwan) BENCH_DIR=$(abspath $(BUILD)/bench)
bench: bench-programs ## measure against the peer and the practical limit
	@$(BENCH_ENV) bench/run $(ARGS)
bench-ui: $(BUILD)/release/diwan ## the feed under 200 mentions a second and a large room, in a real browser
	@$(BENCH_ENV) node bench/ui.mjs $(ARGS)
	@$(BENCH_ENV) node bench/ui_room.mjs
soak: bench-programs tests-of-release ## the promises at their whole figures; takes long
	@DIWAN_SOAK=1 DIWAN_SLOW=60 $(call RUN,release) sim unit/feed_play integration browser/sessions
	@$(BENCH_ENV) bench/run --soak $(ARGS)
coverage: ## run the suites and print how much of each file they reach
	@$(MAKE) --no-print-directory $(BUILD)/$@/diwan tests-of-$@
	@find $(BUILD)/$@ -name '*.gcda' -delete
	-@DIWAN_SLOW=3 $(call RUN,$@) $(SUITES) integration
	@python3 tests/lint/coverage.py $(BUILD)/$@

C_FILES = $(shell git ls-files -co --exclude-standard 'src/*.[ch]' 'include/*.h' 'tests/*.[ch]' 'bench/*.[ch]')
format: ## clang-format 14 over all C files, in place
	$(Q)clang-format -i $(or $(FILES),$(C_FILES))
format-check: ## fail when clang-format would change a file
	@tests/lint/format $(or $(FILES),$(C_FILES))
LINTS := arrows headers sizes sql openapi shell words comments man ui cppcheck tidy
lint: $(GEN)/embed_index.inc ## every check of tests/lint (one alone: make lint-sizes)
	@LINT_CFLAGS='$(STD) -Iinclude -I$(GEN) $(LIB_CFLAGS)' tests/lint/run $(LINTS)
lint-%: $(GEN)/embed_index.inc
	@LINT_CFLAGS='$(STD) -Iinclude -I$(GEN) $(LIB_CFLAGS)' tests/lint/run $*
compdb: $(GEN)/embed_index.inc ## compile_commands.json for editors
	@{ sep='['; for f in $(SRC) $(TEST_SRC); do printf '%s\n{"directory":"%s","file":"%s","command":"cc %s -c %s"}' \
		"$$sep" '$(CURDIR)' $$f '$(STD) $(WARN) -DDW_VERSION=0 -Iinclude -Itests/support -I$(GEN) $(LIB_CFLAGS)' $$f; sep=,; done; \
		echo ']'; } >compile_commands.json

# Installing. DESTDIR is for packagers.
INST = install -D -m
install: $(BUILD)/release/diwan ## program, man pages, unit, sysusers, sample configuration
	$(INST) 755 $< $(DESTDIR)$(PREFIX)/bin/diwan
	$(foreach m,$(wildcard doc/*.[1-8]),$(INST) 644 $(m) $(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $(m)))/$(notdir $(m)) &&) :
	$(INST) 644 etc/sysusers-diwan.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/diwan.conf
	$(INST) 644 etc/nginx.conf $(DESTDIR)$(PREFIX)/share/doc/diwan/nginx.conf
	$(INST) 644 etc/diwan.service $(DESTDIR)$(PREFIX)/lib/systemd/system/diwan.service
	sed -i -e 's|/usr/bin/diwan|$(PREFIX)/bin/diwan|' -e 's|/etc/diwan.conf|$(SYSCONFDIR)/diwan.conf|' $(DESTDIR)$(PREFIX)/lib/systemd/system/diwan.service
	test -e $(DESTDIR)$(SYSCONFDIR)/diwan.conf || $(INST) 644 etc/diwan.conf $(DESTDIR)$(SYSCONFDIR)/diwan.conf
uninstall: ## remove what install put there, except the configuration
	rm -f $(DESTDIR)$(PREFIX)/bin/diwan $(DESTDIR)$(PREFIX)/lib/sysusers.d/diwan.conf \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/diwan.service $(DESTDIR)$(PREFIX)/share/doc/diwan/nginx.conf \
		$(foreach m,$(wildcard doc/*.[1-8]),$(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $(m)))/$(notdir $(m)))
dist: ## source archive of the last commit
	@mkdir -p $(BUILD)
	git archive --format=tar.gz --prefix=diwan-$(VERSION)/ -o $(BUILD)/diwan-$(VERSION).tar.gz HEAD
clean: ## remove everything that was built
	rm -rf $(BUILD) compile_commands.json
help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z -]*:.*## / { printf "  %-20s %s\n", $$1, $$2 }' Makefile
.PHONY: all ui run demo deps test test-fast check asan ubsan tsan fuzz bench bench-ui soak coverage format \
	format-check lint compdb install uninstall dist clean help integration browser FORCE \
	missing-libraries bench-programs $(addprefix tests-of-,$(FLAVOURS))
