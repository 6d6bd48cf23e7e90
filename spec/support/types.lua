-- What types.sh runs: lays out programs in a folder, has them checked, and
-- compares what was found with what stands behind `-->` in user.lua.
package.path = "./?.lua;" .. package.path
local examples = require "doc.generate.examples"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"

local USER = "spec/doc/types/user.lua"

local folder = arg[1]
local root = os.getenv("PWD")

-- One program each, as each has locals of its own.
for _, example in ipairs(examples.all()) do
  files.write(folder .. "/" .. example.file,
    examples.PREAMBLE .. "print(client)\n" .. example.code)
end
for name in files.output("ls examples/*.lua"):gmatch("[^\n]+") do
  files.write(folder .. "/program_" .. name:match("[^/]+$"), files.read(name))
end
files.write(folder .. "/user.lua", files.read(USER))
files.write(folder .. "/.luarc.json", json.encode {
  ["runtime.version"] = "Lua 5.4", ["workspace.library"] = { root .. "/lua" },
  ["workspace.checkThirdParty"] = false,
  ["diagnostics.disable"] = { "unused-local" } })

os.execute(("lua-language-server --check %s --checklevel=Warning " ..
  "--check_out_path=%s/found.json --logpath=%s/log >/dev/null 2>&1")
  :format(folder, folder, folder))

-- "user.lua:12 undefined-field" -> true
local expected, found = {}, {}
local number = 0
for line in files.read(USER):gmatch("(.-)\n") do
  number = number + 1
  local code = line:match("[^`]%-%-> ([%w-]+)$")
  if code then
    expected[("user.lua:%d %s"):format(number, code)] = line
  end
end
local text = assert(files.read(folder .. "/found.json"),
  "lua-language-server has written nothing")
for name, list in pairs(assert(json.decode(text))) do
  for _, one in ipairs(list) do
    found[("%s:%d %s"):format(name:match("[^/]+$"),
      one.range.start.line + 1, one.code)] = one.message
  end
end

local passed, failed = 0, 0
for where, line in pairs(expected) do
  if found[where] then
    passed = passed + 1
  else
    failed = failed + 1
    print("not found: " .. where .. "\n  " .. line)
  end
end
for where, message in pairs(found) do
  if not expected[where] then
    failed = failed + 1
    print("not expected: " .. where .. "\n  " .. message)
  end
end
print(("%d as expected, %d not"):format(passed, failed))
os.exit(failed == 0 and passed > 0 and 0 or 1, true)
