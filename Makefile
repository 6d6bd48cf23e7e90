# indoxhub: builds the C core, runs the demo, the tests and the benchmarks.
#
#   make demo                 a streamed answer, with no key and no network
#   make check [LUA=lua5.4]   lint, C tests, and the specs on one interpreter,
#                             LuaJIT unless told otherwise
#   make check POLL=kqueue    the same over a stand-in for kqueue
#   make test                 everything that can be tested on this machine
#   make check-here           what is quick to try on a system that is not Linux
#   make check-macos          compiles and links for macOS; make check-musl does
#                             for musl, and runs the C tests
#   make test-arch ARCH=arm64 C tests and some specs on another processor: arm64,
#                             armhf or s390x
#   make analyse              clang-tidy and cppcheck on all C files
#   make asan                 all specs under ASan and UBSan, on two interpreters
#   make build LUA=luajit     the module for one interpreter (lua5.1 .. lua5.4,
#                             luajit)
#   make neovim               the module where Neovim looks for it, as the build
#                             step of a plugin manager
#   make env LUA=lua5.4       prints export lines for running from the tree
#   make install PREFIX=...   installs the module and the command
#   make uninstall PREFIX=... removes what that has put there
#   make bench [ONLY=neovim]  compares with peers, ends with one table; all of
#                             them write it to spec/bench/RESULTS.md
#   make soak [LUA=lua5.4] [CALLS=100000 | SECONDS=60] [SEED=1] [ONLY=7]
#             [TRANSPORT=plain|tls|h2]
#                             mixed calls to a server with faults
#   make release VERSION=0.2.0
#                             a commit, a tag and a rock; pushes nothing
#   make layers               checks which folder uses which, and prints it
#   make reference            writes doc/reference, the help of Neovim, the man
#                             page, and the annotations of endpoints
#   make types                checks the annotations with lua-language-server
#   make pages                writes down what the listings of README and doc
#                             print, where it has changed
#   make pictures             makes the pictures of README and guides, from real
#                             runs
#
# Objects go to build/<interpreter>/, so interpreters do not meet.

LUA ?= lua5.4
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
CFLAGS ?= -O2 -g
LDFLAGS ?=
# -Werror in tests and CI only: another compiler may warn of something new.
WERROR ?=

# What the operating system offers to wait with: see csrc/net/poll.h. On Linux
# POLL=kqueue builds over a stand-in for it, in folders of their own.
SYSTEM ?= $(shell uname -s)
POLL ?= $(if $(filter Linux,$(SYSTEM)),epoll,kqueue)
STANDIN = $(and $(filter Linux,$(SYSTEM)),$(filter kqueue,$(POLL)))

BUILD ?= build/$(if $(STANDIN),kqueue-)$(LUA)
MODULE = $(BUILD)/lib/indoxhub/core.so

LUA_ABI = $(patsubst lua%,%,$(LUA:luajit=lua5.1))
LUA_CFLAGS := $(shell pkg-config --cflags $(LUA) 2>/dev/null || \
  echo -I/usr/include/$(LUA) -I/usr/include/$(LUA)-2.1)
CURL_CFLAGS := $(shell pkg-config --cflags libcurl 2>/dev/null)
CURL_LIBS := $(shell pkg-config --libs libcurl 2>/dev/null || echo -lcurl)

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wpointer-arith \
  -Wcast-align -Wcast-qual -Wwrite-strings -Wredundant-decls \
  -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations \
  -Wold-style-definition -Wnested-externs -Wdisabled-optimization \
  -Wformat=2 -Wvla -Wswitch-enum

COMPILE = $(CC) -std=c99 -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -fPIC \
  $(CFLAGS) $(WARNINGS) $(WERROR) $(if $(STANDIN),-Icsrc/test/kqueue) -MMD -MP

# A module leaves the functions of Lua to whoever loads it.
LINK_Darwin = -bundle -undefined dynamic_lookup
LINK = $(CC) $(or $(LINK_$(SYSTEM)),-shared) $(CFLAGS) \
  $(if $(STANDIN),-Wl$(comma)--wrap=close) $(LDFLAGS)
comma = ,

# Twins: the build takes one of them.
TWINS_epoll = poll_epoll wake_epoll bell_eventfd
TWINS_kqueue = poll_kqueue wake_kqueue bell_pipe
OTHERS = $(filter-out $(TWINS_$(POLL)),$(TWINS_epoll) $(TWINS_kqueue))

CORE = $(wildcard csrc/core/*.c)
NET = $(filter-out $(OTHERS:%=csrc/net/%.c),$(wildcard csrc/net/*.c))
BIND = $(wildcard csrc/bind/*.c)
OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(CORE) $(NET) $(BIND) \
  $(if $(STANDIN),$(wildcard csrc/test/kqueue/*.c)))

.PHONY: all build sources neovim env install uninstall clean demo check test \
  check-here check-macos check-musl test-arch analyse \
  asan bench soak layers pages pictures release reference types deps \
  deps-test deps-all tools

all: build

# Who types `make neovim` waits for no reason while other processors are idle.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell \
  getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1))
BUILD_IT = $(MAKE) -s --no-print-directory $(JOBS) build LUA=$(LUA) && \
  { $(GIVE_BACK); }
# What sudo has built belongs to who typed it, who else could not build again.
GIVE_BACK = [ "$$(id -u)" != 0 ] || [ -z "$$SUDO_UID" ] || [ ! -d build ] || \
  chown -Rh "$$SUDO_UID:$$SUDO_GID" build

# ---- the module -------------------------------------------------------------

build: $(MODULE)

# Looked for once, before anything is compiled: a message with the names of
# packages helps more than that of a compiler.
$(OBJECTS): | $(BUILD)/needs

$(BUILD)/needs: export CC := $(CC)
$(BUILD)/needs: override export CFLAGS := $(CFLAGS) $(CURL_CFLAGS) $(LUA_CFLAGS)
$(BUILD)/needs:
	@sh spec/support/deps.sh build $(LUA)
	@mkdir -p $(@D)
	@touch $@

# The names of what the module is made of.
sources:
	@printf '%s\n' $(sort $(CORE) $(NET) $(BIND))

$(MODULE): $(OBJECTS)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(LINK) -o $@ $^ $(CURL_LIBS) $(if $(LINK_$(SYSTEM)),,-ldl -lpthread -lm)

$(BUILD)/csrc/%.o: csrc/%.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(COMPILE) $(if $(findstring /net/,$<)$(findstring /bind/,$<),$(CURL_CFLAGS)) \
	  $(if $(findstring /bind/,$<),$(LUA_CFLAGS)) -c -o $@ $<

-include $(OBJECTS:.o=.d)

# Neovim looks for modules in `lua` of every folder on its runtime path. The file
# is put there under another name first: a running editor may have loaded it.
neovim: LUA = luajit
neovim:
	@$(BUILD_IT)
	@cp $(MODULE) lua/indoxhub/core.so.new
	@mv lua/indoxhub/core.so.new lua/indoxhub/core.so
	@echo "  PUT  lua/indoxhub/core.so"

env:
	@echo 'export LUA_PATH="$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;"'
	@echo 'export LUA_CPATH="$(CURDIR)/$(BUILD)/lib/?.so;;"'

# ---- installing -------------------------------------------------------------

# As variables of the shell: blanks and quotes in them mean nothing to make.
install uninstall: export PREFIX := $(PREFIX)
install uninstall: export DESTDIR := $(DESTDIR)

install:
	@$(BUILD_IT)
	@sh rockspec/install.sh install $(LUA) $(LUA_ABI) $(MODULE)

uninstall:
	@sh rockspec/install.sh uninstall $(LUA) $(LUA_ABI) $(MODULE)

# ---- running ----------------------------------------------------------------

demo:
	@sh spec/support/deps.sh demo $(LUA)
	@$(BUILD_IT)
	@sh examples/demo.sh $(LUA)

# LuaJIT is the fastest; what the makefile takes as default is not meant here.
check: export CHECKED = $(if $(filter file,$(origin LUA)),luajit,$(LUA))
check:
	@sh spec/support/deps.sh test
	@sh spec/support/test.sh check "$$CHECKED"

test:
	@sh spec/support/deps.sh test
	@sh spec/support/test.sh

check-here:
	@sh spec/support/platforms/here.sh $(LUA)

# On other systems and processors: see doc/platforms.md.
check-macos check-musl:
	@sh spec/support/deps.sh platforms
	@sh spec/support/platforms/$(@:check-%=%).sh

ARCH ?= arm64
test-arch: export ARCH := $(ARCH)
test-arch:
	@sh spec/support/deps.sh platforms
	@$(MAKE) -s --no-print-directory build tools LUA=lua5.4
	@sh spec/support/platforms/arch.sh prepare "$$ARCH"
	@sh spec/support/test.sh "arch_ctest:$$ARCH" $$(for lua in \
	  $$(sh spec/support/platforms/arch.sh luas "$$ARCH"); do \
	  echo "arch:$$ARCH:$$lua"; done)

analyse:
	@sh spec/support/deps.sh test
	@sh spec/support/test.sh analyse

asan:
	@sh spec/support/deps.sh test
	@sh spec/support/test.sh asan-full

bench:
	@sh spec/support/deps.sh bench
	@sh spec/bench/run.sh $(ONLY)

# What spec/soak/soak.lua takes, by the names it has here.
SOAK = calls:$(CALLS) seconds:$(SECONDS) seed:$(SEED) faults:$(FAULTS) \
  only:$(ONLY) transport:$(TRANSPORT)

soak:
	@sh spec/support/deps.sh test
	@sh spec/soak/run.sh \
	  $(if $(filter file,$(origin LUA)),luajit,$(LUA)) \
	  $(subst :,=,$(filter-out %:,$(SOAK)))

layers:
	@$(LUA) spec/support/layers.lua graph

release: export VERSION := $(VERSION)
release: export SOURCE := $(SOURCE)
release:
	@sh rockspec/release.sh

reference: build
	@eval "$$($(MAKE) -s --no-print-directory env LUA=$(LUA))" && \
	  $(LUA) doc/generate/main.lua

types:
	@sh spec/support/types.sh

pages:
	@sh spec/support/test.sh pages

# Those of README and guides, from real runs.
pictures:
	@sh spec/support/deps.sh all
	@$(MAKE) -s --no-print-directory build tools LUA=luajit
	@$(MAKE) -s --no-print-directory demo LUA=lua5.4 | \
	  lua5.4 doc/pictures/demo.lua >doc/pictures/demo.svg
	@eval "$$($(MAKE) -s --no-print-directory env LUA=luajit \
	  BUILD=build/luajit)" && luajit doc/pictures/chat.lua \
	  doc/pictures/chat.png doc/pictures/chat-dark.png \
	  doc/pictures/chat-phone.png

# What tests and benchmarks need besides the module.
tools: build/tools/raw_server build/tools/tls_front build/tools/blast \
  build/tools/cpu build/tools/plain_search \
  build/tools/slow_resolver.so $(BUILD)/lib/spec_memory.so \
  $(BUILD)/lib/spec_process.so

$(BUILD)/lib/spec_%.so: spec/support/%.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) -O2 -g -Wall -Wextra $(WERROR) $(LUA_CFLAGS) -fPIC -shared -o $@ $< \
	  -lutil -ldl

build/tools/raw_server: spec/support/raw_server.c spec/support/listener.h
build/tools/tls_front: spec/support/tls_front.c spec/support/listener.h
build/tools/blast: spec/bench/blast.c spec/support/listener.h
build/tools/cpu: spec/bench/cpu.c
build/tools/plain_search: spec/bench/vectors/plain_search.c
build/tools/plain_parse: spec/bench/vectors/plain_parse.c
build/tools/trickle: spec/bench/many/trickle.c spec/support/listener.h

build/tools/sse_speed: spec/bench/sse/sse_speed.c csrc/core/sse.c csrc/core/buf.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) $(CFLAGS) -Wall -Wextra $(WERROR) -o $@ $^

build/tools/plain_calls: spec/bench/calls/plain_calls.c
build/tools/plain_streams: spec/bench/many/plain_streams.c
build/tools/plain_calls build/tools/plain_streams:
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) -O2 -g -Wall -Wextra $(WERROR) $(CURL_CFLAGS) -o $@ $< $(CURL_LIBS)

build/tools/slow_resolver.so: spec/support/slow_resolver.c
build/tools/sanitizers.so: spec/support/sanitizers/preload.c

build/tools/%.so:
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) -O2 -g -Wall -Wextra $(WERROR) -fPIC -shared -o $@ $< -ldl

build/tools/%:
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) -O2 -g -Wall -Wextra $(WERROR) -o $@ $< -lpthread -lm -ldl

# ---- what it needs ----------------------------------------------------------

deps:
	@sh spec/support/deps.sh demo $(LUA)

deps-all:
	@sh spec/support/deps.sh all

# luarocks leaves its objects beside the sources.
clean:
	rm -rf build indoxhub lua/indoxhub/core.so
	find csrc -name '*.o' -exec rm -f '{}' +
