-- Commands of the pages that the specs of pages cannot run, and what runs them,
-- or why nothing can.
return {
  ["make demo"] = "spec/support/demo_test.sh",
  ["make test"] = "it runs these specs",
  ["make neovim"] = "spec/runtime/neovim_plugin_spec.lua",
  ["cp -r lua/indoxhub mygame/"] = "it is of the system alone",
  ["love mygame"] = "spec/runtime/love_pages_spec.lua runs such a game",
  ["make build LUA=luajit"] = "spec/support/suites.sh",
  ['eval "$(make -s env LUA=luajit)"'] = "spec/support/suites.sh",
  ["love examples/love"] = "spec/runtime/love_spec.lua",
  ["sudo apt-get install gcc make pkg-config libcurl4-openssl-dev "
    .. "liblua5.4-dev"] = "it changes the machine",
  ['make neovim && nvim --clean --cmd "set rtp+=$PWD,$PWD/examples/neovim" '
    .. '"+Ask Hello!"'] = "spec/runtime/neovim_example_spec.lua",
  ["sudo make install LUA=lua5.4"] = "spec/support/install.sh",
  ["sudo apt-get install libnginx-mod-http-lua luajit2 libluajit2-5.1-dev "
    .. "libcurl4-openssl-dev gcc make pkg-config"] = "it changes the machine",
  ["sudo make install LUA=luajit"] = "spec/support/install.sh",
  ["luarocks --lua-version 5.4 make rockspec/indoxhub-scm-1.rockspec"] =
    "spec/support/rock.sh",
  ["luarocks --lua-version 5.4 remove indoxhub"] = "it is of LuaRocks alone",
  ["sh examples/gateway/start.sh --port 8091"] =
    "spec/runtime/gateway_example_spec.lua",
  ["sh examples/gateway/start.sh --visitors --port 8091"] =
    "spec/runtime/gateway_example_spec.lua",
  ["xcode-select --install"] = "it is of macOS alone",
  ["brew install lua@5.4 pkgconf"] = "it is of macOS alone",
  ['export PKG_CONFIG_PATH="$(brew --prefix lua@5.4)/lib/pkgconfig"'] =
    "it is of macOS alone",
  ["make build LUA=lua5.4"] = "spec/support/suites.sh",
  ['eval "$(make -s env LUA=lua5.4)"'] = "spec/support/suites.sh",
  ["brew install luajit pkgconf && make neovim"] = "it is of macOS alone",
  ["make check-here LUA=lua5.4"] = "spec/support/platforms/here.sh",
  ["make soak SECONDS=540"] = "spec/soak/soak.lua, which takes its time",
  ["make soak SECONDS=540 LUA=lua5.4"] = "spec/soak/soak.lua, too",
  ["INDOXHUB_FUZZ_SECONDS=600 sh spec/support/test.sh fuzz"] =
    "spec/support/fuzz.sh",
  ["INDOXHUB_CORE_FUZZ_SEED=7 INDOXHUB_CORE_FUZZ_SECONDS=600 sh "
    .. "spec/support/test.sh specs lua5.4 spec/core/any_use_spec.lua"] =
    "spec/core/any_use_spec.lua runs there, shorter",
  ["sh spec/support/test.sh runtimes"] = "spec/support/suites.sh",
  ["sh spec/support/test.sh specs lua5.4 spec/doc/lua_spec.lua "
    .. "spec/doc/console_spec.lua spec/doc/pages_spec.lua"] =
    "it runs these specs",
}
