-- Prints the rows of a file that benchmarks have written, as one table.
-- Arguments: that file, and a page for it and for what it was measured on.
local TITLES = { "work", "on", "ours", "peer", "peer's", "ratio", "goal",
  "reached" }

local function split(line)
  local cells = {}
  for cell in (line .. "\t"):gmatch "([^\t]*)\t" do
    cells[#cells + 1] = cell
  end
  return cells
end

-- How many characters a text has.
local function width(text)
  return #text:gsub("[\128-\191]", "")
end

local lines = { TITLES }
for line in io.lines(arg[1]) do
  lines[#lines + 1] = split(line)
end
if #lines == 1 then
  return
end

local widths = {}
for _, cells in ipairs(lines) do
  for i, cell in ipairs(cells) do
    widths[i] = math.max(widths[i] or 3, width(cell))
  end
end

local function pad(cell, to)
  return cell .. (" "):rep(to - width(cell))
end

local printed = {}
local function put(text)
  printed[#printed + 1] = text
end

for i, cells in ipairs(lines) do
  local padded, rule = {}, {}
  for k, cell in ipairs(cells) do
    padded[k], rule[k] = pad(cell, widths[k]), ("-"):rep(widths[k])
  end
  put("| " .. table.concat(padded, " | ") .. " |")
  if i == 1 then
    put("|-" .. table.concat(rule, "-|-") .. "-|")
  end
end
local text = table.concat(printed, "\n") .. "\n"
print()
io.write(text)

if not arg[2] then
  return
end

-- The first line that a command prints.
local function first_line(command)
  local pipe = io.popen(command .. " 2>&1")
  local line = pipe:read "*l" or "?"
  pipe:close()
  return line
end

local OPENAI = "node -p 'require(process.argv[1] + " ..
  "\"/openai/package.json\").version' " ..
  "\"$(sh spec/support/peers/install.sh path)\""

local VERSIONS = {
  { "system", "uname -sr" },
  { "processors", "getconf _NPROCESSORS_ONLN" },
  { "LuaJIT", "luajit -v" },
  { "Lua", "lua5.4 -v" },
  { "curl and libcurl", "curl --version | cut -d ' ' -f 1-5" },
  { "compiler", "cc --version" },
  { "Neovim", "nvim --version" },
  { "nginx", "sh spec/support/openresty.sh run / /dev/null -v" },
  { "lua-http", "dpkg-query -W -f '${Version}' lua-http" },
  { "node", "node --version" },
  { "npm openai", OPENAI },
  { "cjson", "lua5.4 -e \"print(require('cjson')._VERSION)\"" },
}

local file = assert(io.open(arg[2], "w"))
file:write("# What `make bench` measured\n\n",
  "Written by `make bench`, last on ", os.date "!%d %B %Y",
  ", on a machine that others\nmay use, too. Each figure is the median of ",
  "seven rounds or more; in a round all take turns, and\na ratio is that of ",
  "one round, so it may differ from the ratio of the medians. \"Reached\" ",
  "compares the\nratio with the goal, or our own figure where the goal has a ",
  "unit. Waits, such as those for a first\npiece, a tick or a frame, are as ",
  "long as other work of the machine makes them; CPU times are not.\n\n", text,
  "\n")
for _, version in ipairs(VERSIONS) do
  file:write("- ", version[1], ": ", first_line(version[2]), "\n")
end
file:close()
print("\nwritten to " .. arg[2])
