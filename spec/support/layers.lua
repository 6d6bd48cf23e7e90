-- Which folder of lua/indoxhub may use which, and whether it is so.
--
--     lua5.4 spec/support/layers.lua           tells what is wrong
--     lua5.4 spec/support/layers.lua graph     prints the graph as well
--
-- The graph is measured: it is what the files require.

-- From the bottom up: a folder, and the folders it may use, all of which stand
-- above it here. `indoxhub.core` and `indoxhub.version` are for everybody.
local LAYERS = {
  { "base" },
  { "schema", "base" },
  { "loop", "base" },
  { "api/endpoints" },
  { "api/params", "api/endpoints", "base" },
  { "api/reading", "base" },
  { "api/dialects", "api/reading", "base" },
  { "api/errors", "api/reading", "base" },
  { "api/replies", "api/dialects", "api/errors", "api/reading", "base" },
  { "recording", "base" },
  { "call", "recording", "api/params", "api/reading", "api/errors",
    "api/replies", "loop", "base" },
  { "stream", "call", "schema", "api/reading", "api/dialects", "api/errors",
    "api/replies", "loop", "base" },
  { "client", "stream", "call", "recording", "api/endpoints", "api/params",
    "api/replies", "loop", "base" },
  { "save", "call", "api/params", "api/reading", "api/errors", "api/replies",
    "base" },
  { "videos", "client", "api/endpoints", "api/params", "api/errors",
    "api/replies", "loop", "base" },
  { "map", "api/params", "loop", "base" },
  { "embeddings", "api/params", "loop", "base" },
  { "analytics", "api/endpoints", "api/params", "base" },
  { "tools", "schema", "loop", "base" },
  { "mcp", "tools", "call", "api/params", "api/reading", "api/errors", "loop",
    "base" },
  { "structured", "stream", "schema", "api/reading", "api/replies", "base" },
  { "conversation", "tools", "structured", "stream", "call", "api/endpoints",
    "api/params", "api/reading", "api/replies", "base" },
  { ".", "client", "save", "videos", "map", "embeddings", "analytics", "tools",
    "mcp", "structured", "conversation", "api/params", "api/replies", "loop",
    "base" },
  { "gateway/shared" },
  { "gateway/streams", "gateway/shared", "base" },
  { "gateway/faces", "base" },
  { "gateway/limits", "gateway/shared" },
  { "gateway", "gateway/faces", "gateway/limits", "gateway/streams",
    "gateway/shared", "call", "client", ".", "base" },
  { "sandbox/saying", "base" },
  { "sandbox/shapes", "base" },
  { "sandbox", "sandbox/saying", "sandbox/shapes", "api/endpoints", "base" },
  { "cli/shared", "gateway/shared", ".", "save", "loop", "api/endpoints",
    "api/params", "base" },
  { "cli/commands", "cli/shared", ".", "sandbox", "gateway/shared", "base" },
  { "cli", "cli/commands", "cli/shared", ".", "base" },
  { "meta" },
}

-- A first floor on which nobody finds anything any more is where this began.
local MOST_ON_FIRST_FLOOR = 6

local FOR_EVERYBODY = { ["indoxhub.core"] = true, ["indoxhub.version"] = true }

-- Module name -> { file =, folder =, lines =, uses = { module names } }.
local modules = {}

local function folder_of(file)
  return file:match("^lua/indoxhub/(.*)/[^/]*$") or "."
end

local function name_of(file)
  return (file:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", "")
    :gsub("/", "."))
end

-- What a line requires, now or later: a module, or those whose name begins so
-- ("loop.").
local function required(line)
  local code = line:gsub("%-%-.*$", "")
  return code:match("require[%s(,]*[\"'%[]+(indoxhub[%w_.]*)[\"'%]]")
    or code:match("%f[%w]get[%s(]*\"(indoxhub[%w_.]*)\"")
end

local function read(file)
  local found = { file = file, folder = folder_of(file), lines = 0, uses = {} }
  for line in io.lines(file) do
    found.lines = found.lines + 1
    local name = required(line)
    if name and not FOR_EVERYBODY[name] then
      table.insert(found.uses, name)
    end
  end
  modules[name_of(file)] = found
end

for file in io.popen("find lua/indoxhub -name '*.lua' | LC_ALL=C sort")
  :lines() do
  read(file)
end

local names = {}
for name in pairs(modules) do
  names[#names + 1] = name
end
table.sort(names)

-- The folder that a required name stands in; of one that is chosen at run time
-- ("indoxhub.loop." and so on) the beginning is known.
local function place_of(name)
  if modules[name] then
    return modules[name].folder
  end
  return name:match("%.$")
    and name:gsub("^indoxhub%.", ""):gsub("%.$", ""):gsub("%.", "/") or nil
end

---------------------------------------------------------------------------
-- what is wrong

local wrong = {}

local function refuse(...)
  wrong[#wrong + 1] = (...):format(select(2, ...))
end

-- Folder -> the folders it may use.
local allowed = {}
for _, line in ipairs(LAYERS) do
  local may = {}
  for i = 2, #line do
    may[line[i]] = true
    if not allowed[line[i]] then
      refuse("%s may not use %s, which does not stand above it", line[1],
        line[i])
    end
  end
  allowed[line[1]] = may
end

-- Folder -> { files =, lines =, uses = { folder = how often } }.
local folders = {}
for _, name in ipairs(names) do
  local module = modules[name]
  local folder = folders[module.folder] or { files = 0, lines = 0, uses = {} }
  folders[module.folder] = folder
  folder.files, folder.lines = folder.files + 1, folder.lines + module.lines
  for _, use in ipairs(module.uses) do
    local to = place_of(use)
    if not to then
      refuse("%s requires %s, which is not there", module.file, use)
    elseif to ~= module.folder then
      folder.uses[to] = (folder.uses[to] or 0) + 1
      if not (allowed[module.folder] or {})[to] then
        refuse("%s must not require %s: %s may not use %s", module.file, use,
          module.folder, to)
      end
    end
  end
end

for name, folder in pairs(folders) do
  if not allowed[name] then
    refuse("the folder %s has no line in LAYERS", name)
  elseif name == "." and folder.files > MOST_ON_FIRST_FLOOR then
    refuse("lua/indoxhub has %d files, and no more than %d are allowed",
      folder.files, MOST_ON_FIRST_FLOOR)
  end
end
for _, line in ipairs(LAYERS) do
  for to in pairs(allowed[line[1]]) do
    if folders[line[1]] and not folders[line[1]].uses[to] then
      refuse("%s does not use %s any more: take it out of LAYERS", line[1], to)
    end
  end
  if not folders[line[1]] then
    refuse("LAYERS names %s, which is not there", line[1])
  end
end

-- Module name -> its place on the way while it is on it, false after that.
local seen = {}

local function look_for_circles(name, way)
  way[#way + 1] = name
  if seen[name] then
    refuse("a circle: %s", table.concat(way, " -> ", seen[name]))
  elseif seen[name] == nil then
    seen[name] = #way
    for _, use in ipairs(modules[name].uses) do
      if modules[use] then
        look_for_circles(use, way)
      end
    end
    seen[name] = false
  end
  way[#way] = nil
end

for _, name in ipairs(names) do
  look_for_circles(name, {})
end

---------------------------------------------------------------------------
-- what there is

local function show(name)
  local folder = folders[name] or { files = 0, lines = 0, uses = {} }
  local uses = {}
  for to, count in pairs(folder.uses) do
    uses[#uses + 1] = ("%s %d"):format(to, count)
  end
  table.sort(uses)
  print(("%-14s %3d files %5d lines   %s"):format(name, folder.files,
    folder.lines, uses[1] and "-> " .. table.concat(uses, ", ") or ""))
end

if arg[1] == "graph" then
  local shown = {}
  for name in pairs(folders) do
    shown[#shown + 1] = name
  end
  local rank = {}
  for i, line in ipairs(LAYERS) do
    rank[line[1]] = i
  end
  table.sort(shown, function(a, b)
    local first, second = rank[a] or 0, rank[b] or 0
    return first < second or first == second and a < b
  end)
  for _, name in ipairs(shown) do
    show(name)
  end
end

for _, message in ipairs(wrong) do
  print("layers: " .. message)
end
if #wrong > 0 then
  print("(see LAYERS in spec/support/layers.lua)")
end
os.exit(#wrong == 0 and 0 or 1)
