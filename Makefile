# make run      install what is missing, build, set up the local engine, open the demo workspace
# make demo     the same loop without a terminal UI: prompts, training, comparison, verdict
# make test     build and run every test, those on the real engine, on TRL and on a real Slurm included; ASSAY_TEST_TRL=0
#               leaves out what needs the back end trl (1.5 GB); end-to-end tests run the release build; at the end it says
#               which tests were skipped
# make fuzz     try every parser with a million changed inputs each, in a release build; FUZZ=N: so many
# make simulate try what the statistics promise 10,000 times each, seeded, and print the rates; SIMULATE=N: so many
# make install  PREFIX=/usr/local: binary, man page, shell completions
# make bench    measure a release build; PEERS=1: other evaluators too
# make format   lay the sources out

SHELL := /bin/bash
PREFIX ?= /usr/local
DEMO := workspaces/support-triage
SOURCES := $(shell find Sources -type f 2>/dev/null) Package.swift
RELEASE := .build/release/assay
DEBUG := .build/debug/assay
UNAME := $(shell uname -s)
# On Linux the Swift runtime goes into the binary: it starts in half the time and runs where no Swift is installed. The
# linker that comes with Swift leaves its unused and exported symbols out, which saves 8 MB of memory.
ifeq ($(UNAME),Linux)
LINK := --static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker --no-export-dynamic -Xlinker --exclude-libs=ALL \
  -Xlinker -z -Xlinker pack-relative-relocs
endif

.PHONY: all run demo test fuzz simulate install uninstall bench format lint setup clean

all: $(RELEASE)

setup:
	@.ci/setup

$(RELEASE): $(SOURCES)
	@.ci/setup
	@echo "Building Assay (the first time takes several minutes: it compiles its libraries too) …"
	@start=$$SECONDS; swift build -c release --product assay $(LINK) && touch $@ && echo "Built in $$((SECONDS - start)) s."

run: $(RELEASE)
	@$(RELEASE) engine status --quiet || $(RELEASE) engine install
	@exec $(RELEASE) $(DEMO) --trust

# A copy of the demo workspace, so that the loop starts from nothing each time and yours stays as it is.
demo: $(RELEASE)
	@$(RELEASE) engine status --quiet || $(RELEASE) engine install
	@.ci/demo $(RELEASE) $(DEMO) .build/demo

test:
	@.ci/setup test
	swift build --build-tests
	.ci/python-checks
	$(DEBUG) engine install
	[ "$$ASSAY_TEST_TRL" = 0 ] || $(DEBUG) engine install --trl
	@.ci/tests begin
	.ci/tests --filter ModelAPITests
	.ci/tests --skip EndToEndTests --skip ModelAPITests --skip '\.Real'
	.ci/tests --filter '\.Real' --skip EndToEndTests
	$(MAKE) all
	ASSAY_BINARY=$(CURDIR)/$(RELEASE) .ci/tests --filter EndToEndTests
	swift format lint --strict --recursive Package.swift Sources Tests
	@.ci/tests skipped

# Ten thousand of each are part of `make test`. An input that ended the process or was answered wrongly stays behind. The
# release build has a folder of its own, since it is made so that tests see what isn't public. One parser after another:
# where dozens share two threads, waiting for a turn would pass for a hang.
FUZZING := -c release --scratch-path .build/fuzzing -Xswiftc -enable-testing
fuzz: FUZZ ?= 1000000
fuzz:
	@.ci/setup test
	swift build $(FUZZING) --build-tests
	@mkdir -p .build/fuzz && rm -f .build/fuzz/*.input .build/fuzz/*.failed
	@ASSAY_FUZZ=$(FUZZ) swift test $(FUZZING) --skip-build --no-parallel --filter FuzzTests \
	  || { ls .build/fuzz/*.input .build/fuzz/*.failed 2>/dev/null; false; }

# A release build: the smaller numbers of repetitions that `make test` tries take a debug build seconds.
simulate: SIMULATE ?= 10000
simulate:
	swift build -c release --product simulate
	@.build/release/simulate $(SIMULATE)

install: $(RELEASE)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/assay
	strip $(DESTDIR)$(PREFIX)/bin/assay 2>/dev/null || true
	.ci/man $(RELEASE) > $(DESTDIR)$(PREFIX)/share/man/man1/assay.1
	$(RELEASE) --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/assay
	$(RELEASE) --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_assay
	$(RELEASE) --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/assay.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/assay $(DESTDIR)$(PREFIX)/share/man/man1/assay.1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/assay \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_assay \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/assay.fish
	rm -rf $(DESTDIR)$(PREFIX)/share/assay

bench: $(RELEASE)
	@$(RELEASE) engine status --quiet || $(RELEASE) engine install
	@python3 Benchmarks/bench.py $(RELEASE) $(if $(PEERS),--peers)

format:
	swift format --in-place --recursive Package.swift Sources Tests
	.ci/python-checks format

lint:
	swift format lint --strict --recursive Package.swift Sources Tests
	.ci/python-checks lint

clean:
	rm -rf .build
