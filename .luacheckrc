-- The library runs on every Lua from 5.1 on; nothing may rely on more.
std = "min"
max_line_length = 80
codes = true
include_files = { "**/*.lua", "rockspec/*.rockspec", ".luacheckrc" }
-- What an editor is to find fault with is no program.
exclude_files = { "build", "spec/doc/types" }

-- Whole numbers know their type only where there are integers.
files["lua"] = { read_globals = { math = { fields = { "type" } } } }
files["spec"] = {
  std = "min+busted",
  read_globals = { table = { fields = { "unpack" } }, "unpack",
    package = { fields = { "searchpath" } } },
}
-- What hosts put in place.
for _, folder in ipairs { "spec/runtime/openresty", "spec/bench/openresty" } do
  files[folder] = { globals = { "ngx" } }
end
for _, folder in ipairs { "examples/neovim", "spec/runtime/neovim",
  "spec/bench/neovim" } do
  files[folder] = { globals = { "vim" } }
end
for _, folder in ipairs { "examples/love", "spec/runtime/love",
  "spec/bench/loops" } do
  files[folder] = { globals = { "love" } }
end
-- Two lines come before each.
files["doc/generate/examples"] = { globals = { "indoxhub" },
  read_globals = { "client" } }
files["rockspec"] = { std = "+rockspec" }
-- Annotations for the language server: nothing is executed.
files["lua/indoxhub/meta"] = { ignore = { "211", "212", "241", "631" } }
