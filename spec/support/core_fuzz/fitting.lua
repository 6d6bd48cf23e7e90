-- Arguments that nearly fit, for what would refuse random ones at once. What
-- has no line here gets random ones only.
local texts = require "spec.support.core_fuzz.texts"

local fitting = {}

local function maybe(values, chance, make)
  if values.roll(chance) == 1 then
    return make(values)
  end
end

local function text(values)
  return texts.string(values.roll)
end

local function small(values)
  return values.roll(9) - 1
end

local function seconds(values)
  return ({ 0, 0.001, 0.05, 5, 1e300 })[values.roll(5)]
end

local function flag(values)
  return values.roll(2) == 1
end

local function texts_list(values)
  local list = {}
  for i = 1, small(values) do
    list[i] = values.roll(3) == 1 and text(values) or "Name: value"
  end
  return list
end

local function numbers(values)
  local list = {}
  for i = 1, values.roll(4) == 1 and 2 or values.roll(20) do
    list[i] = texts.number(values.roll)
  end
  return list
end

local function vectors(values)
  local list = {}
  for i = 1, small(values) do
    list[i] = values:object "vector"
  end
  return values.roll(2) == 1 and list or values:object "matrix"
end

local function part(values)
  local kind = values.roll(3)
  return { name = values.roll(4) == 1 and text(values) or "f",
    data = kind == 1 and text(values) or nil,
    path = kind == 2 and (values.roll(2) == 1 and "file" or text(values))
      or nil,
    pull = kind == 3, size = kind == 3 and maybe(values, 2, small) or nil,
    filename = maybe(values, 3, text), type = maybe(values, 3, text) }
end

local function form(values)
  local parts = {}
  for i = 1, values.roll(3) do
    parts[i] = part(values)
  end
  return parts
end

local function gate(values)
  return values:object "gate"
end

local function size(values)
  return ({ 0, 1, 100, 65536, 2 ^ 53 })[values.roll(5)]
end

local function played(values)
  local marks = {}
  for i = 1, small(values) do
    marks[i] = values.roll(2) == 1 and seconds(values) or small(values)
  end
  return { status = ({ 200, 404, 599 })[values.roll(3)], head = text(values),
    body = text(values), sent = small(values), marks = marks }
end

-- Some fields of a good request are then made wrong.
local function request(values)
  local made = { method = values.roll(2) == 1 and "GET" or "POST",
    url = values:url(), headers = maybe(values, 2, texts_list),
    paced = flag(values), progress = flag(values), http1 = flag(values),
    expect = maybe(values, 4, flag), queue_bytes = maybe(values, 3, size),
    max_bytes = maybe(values, 4, size),
    max_event_bytes = maybe(values, 4, size),
    connect = maybe(values, 4, seconds), first_byte = maybe(values, 4, seconds),
    idle = maybe(values, 4, seconds), total = maybe(values, 4, seconds),
    gate = maybe(values, 3, gate), tape_bytes = maybe(values, 3, size),
    played = maybe(values, 6, played) }
  if made.method == "POST" then
    made[values.roll(2) == 1 and "body" or "form"] =
      (values.roll(2) == 1 and text or form)(values)
  end
  if values.roll(6) == 1 then
    values:record(made) -- and no loop over its pairs: see there
  end
  if values.roll(6) == 1 then
    return setmetatable({}, { __index = function(_, field)
      values.meddle()
      return made[field]
    end })
  end
  return made
end

-- Programs that do no harm, whatever they are given, and one that is not there.
local function program(values)
  local argv = texts_list(values)
  table.insert(argv, 1, ({ "cat", "true", "none", "[" })[values.roll(4)])
  if argv[1] == "cat" then
    argv = { "cat", "-", values.roll(3) == 1 and "none" or nil }
  end
  return { argv = argv, env = { "PATH=/usr/bin:/bin", maybe(values, 3, text) },
    cwd = values.roll(6) == 1 and text(values) or nil,
    max_line = maybe(values, 3, size) }
end

local function stream(values)
  return values.roll(2) == 1 and "out" or "err"
end

local MARK = {}
local marked = setmetatable({}, MARK)

local ARGUMENTS = {
  ["engine:submit"] = { request },
  ["engine:step"] = { function() return {} end, seconds, size, seconds },
  ["engine:alarm"] = { seconds },
  ["engine:spawn"] = { program },
  ["child:write"] = { text },
  ["child:line"] = { stream },
  ["child:over"] = { stream },
  ["child:want"] = { flag },
  ["transfer:write_to"] = { function(values) return values:file() end },
  ["transfer:take"] = { function() return {} end, small, flag },
  ["transfer:learn"] = { text, text, text, small },
  ["transfer:append"] = { text },
  ["transfer:feed"] = { text },
  ["transfer:linger"] = { seconds },
  ["sse:feed"] = { text },
  ["search:scan"] = { vectors, small, small },
  ["vector:dot"] = { function(values) return values:object "vector" end },
  ["vector:__index"] = { small },
  ["matrix:__index"] = { small },
  sse = { function(values)
    return maybe(values, 2, function()
      return { max_event_bytes = maybe(values, 2, size),
        objects = flag(values) }
    end)
  end },
  gate = { function(values) return values.roll(3) end },
  vector = { numbers },
  vector_from = { text },
  matrix = { vectors },
  matrix_from = { text, small },
  read_matrix = { function() return "file" end, small },
  search = { function(values) return values:object "vector" end, small, flag },
  take_vectors = { text },
  json_decode = { text, flag, flag },
  json_encode = { function(values)
    return values.roll(2) == 1 and { values:any(), marked } or values:any()
  end, function(values) return values:any() end,
    function(values) return values.roll(4) > 1 and MARK or nil end,
    function(values) return { [marked] = maybe(values, 2, text) } end },
  json_with_raw = { function(values) return values:list() end, text },
  json_raw = { function(values) return values:list() end },
  number = { text },
  base64 = { text },
  unbase64 = { text },
  not_utf8 = { text },
  headers = { text },
  read_file = { function() return "file" end, size },
  journal = { function() return "journal" end },
  ["journal:append"] = { text },
  ["journal:read"] = { size },
  ["journal:cut"] = { small },
  sha256 = { text },
  ["sha256:add"] = { text },
  waker = { function(values)
    local engine = values:object "engine"
    return engine and engine:fd() or 0
  end },
}
ARGUMENTS["vector:cosine"] = ARGUMENTS["vector:dot"]
ARGUMENTS["vector:__eq"] = ARGUMENTS["vector:dot"]

--- Arguments for a target, `n` of them: nearly fitting, or any.
function fitting.arguments(target, values)
  local roll, args = values.roll, { n = 0 }
  local function push(value)
    args.n = args.n + 1
    args[args.n] = value
  end
  if target.class and roll(12) > 1 then
    push(values:object(target.class))
  end
  local known = ARGUMENTS[target.name]
  if known and roll(4) > 1 then
    for _, make in ipairs(known) do
      push(roll(12) == 1 and values:any() or make(values))
    end
  else
    for _ = 1, roll(5) - 1 do
      push(values:any())
    end
  end
  if target.guard then
    target.guard(args, roll)
  end
  return args
end

return fitting
