--- The examples of the reference: small programs in the folder `examples`.
--
-- Its first lines, which begin with "---", name what it is an example of: it is
-- shown at the first, and the others refer to it. What it prints stands in it
-- as comments that begin with "-->", in their order. Before it come the two
-- lines of `PREAMBLE`.

local examples = {}

local FOLDER = "doc/generate/examples"

--- What each example begins with, when it runs.
examples.PREAMBLE = [[
local indoxhub = require "indoxhub"
local client = indoxhub.new()
]]

local function read_file(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

-- The names in the first lines of a program, and the rest of it.
local function split(text)
  local names, at = {}, 1
  while true do
    local line, behind = text:match("^%-%-%- ([^\n]*)\n()", at)
    if not line then
      return names, text:sub(at)
    end
    for name in line:gmatch("[^%s,]+") do
      names[#names + 1] = name
    end
    at = behind
  end
end

--- What a program is to print.
---@param code string
---@return string
function examples.prints(code)
  local lines = {}
  for line in (code .. "\n"):gmatch("(.-)\n") do
    local printed = line:match("%-%->%s?(.*)$")
    if printed then
      lines[#lines + 1] = printed .. "\n"
    end
  end
  return table.concat(lines)
end

--- All examples, by the names of their files.
---@return {file: string, names: string[], code: string}[]
function examples.all()
  local list, files = {}, {}
  local pipe = assert(io.popen("ls " .. FOLDER))
  for name in pipe:lines() do
    files[#files + 1] = name
  end
  pipe:close()
  table.sort(files)
  for i, name in ipairs(files) do
    local names, code = split(read_file(FOLDER .. "/" .. name))
    list[i] = { file = name, names = names, code = code }
  end
  return list
end

return examples
