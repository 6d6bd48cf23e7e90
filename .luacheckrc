-- The library runs on every Lua from 5.1 on; nothing may rely on more.
std = "min"
max_line_length = 80
codes = true
include_files = { "**/*.lua", "rockspec/*.rockspec", ".luacheckrc" }
exclude_files = { "build" }

-- Whole numbers know their type only where there are integers.
files["lua"] = { read_globals = { math = { fields = { "type" } } } }
files["spec"] = {
  std = "min+busted",
  read_globals = { table = { fields = { "unpack" } }, "unpack",
    package = { fields = { "searchpath" } } },
}
files["rockspec"] = { std = "+rockspec" }
-- Annotations for the language server: nothing is executed.
files["lua/indoxhub/meta"] = { ignore = { "211", "212", "241", "631" } }
