-- The reference tells of what there is, and of nothing else: its names are
-- compared with those that real objects answer to.
local classes = require "spec.support.classes"
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local public_names = require "spec.support.public_names"
local reference = require "doc.generate.reference"
local servers = require "spec.support.servers"

-- Resource -> what calls it, for the names of its methods.
local function resources_of(client)
  local found = {}
  local _, values = public_names.of(client)
  for name, value in pairs(values) do
    found["client." .. name] = value
  end
  return found
end

local function objects_of_client(client)
  local question = { role = "user", content = "What is 6 * 7?" }
  local stream = indoxhub.assert(client.chat:stream { messages = {
    question } })
  assert(stream:reply())
  local query = client.analytics:query()
  return { client = client, stream = stream, query = query,
    conversation = client:conversation(),
    rows = indoxhub.assert(query:fetch()), pages = client.videos:each_job(),
    task = indoxhub.spawn(function() end),
    server = indoxhub.mcp { url = "http://127.0.0.1:1" },
    vector = indoxhub.vector { 1 },
    matrix = indoxhub.vectors.matrix { { 1 } } }
end

local function new_journal()
  local name = os.tmpname()
  local journal = assert(core.journal(name))
  os.remove(name)
  return journal
end

local function objects_of_core()
  local name = os.tmpname()
  os.remove(name)
  local engine = assert(core.engine())
  local transfer = assert(engine:submit { method = "GET",
    url = "http://127.0.0.1:1" })
  return { sse = core.sse(), engine = engine, sha256 = core.sha256_sum(),
    journal = new_journal(), transfer = transfer,
    child = engine:spawn { argv = { "true" }, env = {}, max_line = 1 },
    gate = core.gate(1), waker = core.waker(engine:fd()),
    notices = core.notices(), search = core.search(core.vector { 1 }, 1),
    draft = core.create_file(name) } -- removes it
end

-- "stream:next" -> true, of all functions that can be called on something;
-- "rows.columns" -> what it is, of all other values; and the objects by name.
local function walk(client, made)
  local found, values, objects = {}, {}, {}
  local function add(prefix, object, separator)
    objects[prefix] = object
    local told = {}
    for name in pairs(made.where) do
      if name:sub(1, #prefix + 1) == prefix .. separator then
        told[name:sub(#prefix + 2)] = true
      end
    end
    local functions, others = public_names.of(object, told)
    for name in pairs(functions) do
      found[prefix .. separator .. name] = true
    end
    for name, value in pairs(others) do
      values[prefix .. "." .. name] = value
    end
  end
  add("indoxhub", indoxhub, ".")
  add("indoxhub.vectors", indoxhub.vectors, ".")
  add("core", core, ".")
  for _, list in ipairs { resources_of(client), objects_of_client(client),
    objects_of_core() } do
    for prefix, object in pairs(list) do
      add(prefix, object, ":")
    end
  end
  return found, values, objects
end

-- Names of one set that are not in another.
local function only_in(set, other)
  local names = {}
  for name in pairs(set) do
    if not other[name] then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

describe("the reference", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0")

  local function new_client()
    return indoxhub.new { api_key = "indox-test", base_url = sandbox.url }
  end

  it("names every function that there is, and no other", function()
    local made = reference.build()
    local told = {}
    for name, entry in pairs(made.where) do
      told[name] = entry.kind == "function" and entry.name == name or nil
    end
    for name in pairs(made.aliases) do
      told[name] = true
    end
    local found = walk(new_client(), made)
    assert.is_true(#only_in(found, {}) > 170)
    assert.same({}, only_in(found, setmetatable(told,
      { __index = made.where }))) -- a value may be a function
    assert.same({}, only_in(told, found))
  end)

  it("names every value that there is, and no other", function()
    local made = reference.build()
    local _, values, objects = walk(new_client(), made)
    local missing = {}
    for name, value in pairs(values) do
      local class = made.where["indoxhub."
        .. name:match("^[^.]+"):gsub("^%l", string.upper)]
      local field = name:match("[^.]+$")
      local is_told = made.where[name] ~= nil or name:find("^client%.")
        or name == "indoxhub.vectors"
      for _, one in ipairs(class and class.fields or {}) do
        is_told = is_told or one.name == field
      end
      if not is_told then
        missing[#missing + 1] = name .. " = " .. tostring(value)
      end
    end
    assert.same({}, missing)
    local count = 0
    for name, entry in pairs(made.where) do
      if entry.kind == "value" then
        local object, field = name:match("^(.*)%.([%w_]+)$")
        count = count + 1
        assert.is_not_nil(objects[object][field], name)
      end
    end
    assert.is_true(count > 4)
  end)

  it("knows resources by the names that a client has", function()
    local count = 0
    for name in pairs(resources_of(new_client())) do
      count = count + 1
      assert.equal("", classes.wrong("indoxhub.Client",
        { [name:match("[^.]+$")] = {} }))
    end
    assert.equal(9, count)
  end)

  it("names every kind of error", function()
    local told = {}
    for _, one in ipairs(
      reference.build().where["indoxhub.ErrorKind"].choices) do
      told[one.value] = true
      assert.are_not.equal("", one.about.text)
    end
    assert.same(classes.texts "indoxhub.ErrorKind", told)
    for _, kind in ipairs(reference.ANY_CALL) do
      assert.is_true(told[kind], kind)
    end
    local count = 0
    for name, entry in pairs(reference.build().where) do
      for _, kind in ipairs(entry.errors or {}) do
        count = count + 1
        assert.is_true(told[kind], name .. ": " .. kind)
      end
    end
    assert.is_true(count > 20)
  end)

  it("tells what to do about every code that it names", function()
    for kind, codes in pairs(reference.CODES) do
      for _, code in ipairs(codes) do
        local hint = reference.hint_of(kind, code)
        assert.is_string(hint, code)
        assert.are_not.equal(reference.hint_of(kind), hint)
      end
    end
  end)

  it("says something of every function, field and argument", function()
    local silent, made = {}, reference.build()
    for name, entry in pairs(made.where) do
      if entry.text == "" then
        silent[#silent + 1] = name
      end
      local class = entry.kind == "class" and entry or entry.fields
      for _, field in ipairs(class and class.fields or {}) do
        if not field.text:find("[.!]$") then
          silent[#silent + 1] = ("%s.%s: %q"):format(name, field.name,
            field.text)
        end
      end
      for _, param in ipairs(entry.page ~= "core" and entry.params or {}) do
        if not reference.about_param(made, param):find("[.!]$") then
          silent[#silent + 1] = ("%s(%s): %q"):format(name, param.name,
            param.text)
        end
      end
    end
    table.sort(silent)
    assert.same({}, silent)
  end)

  it("cites nothing that users do not have", function()
    for name, entry in pairs(reference.build().where) do
      local class = entry.kind == "class" and entry or entry.fields or {}
      local texts = { entry.text }
      for _, list in ipairs { class.fields or {}, class.keys or {},
        entry.params or {} } do
        for _, one in ipairs(list) do
          texts[#texts + 1] = one.text
        end
      end
      for _, text in ipairs(texts) do
        assert.is_falsy(text:find "%.lua" or text:find "csrc/"
          or text:find "%.txt" or text:find "%.md", name .. ": " .. text)
      end
    end
  end)

  it("has an example of every function of the client's", function()
    local without = {}
    for name, entry in pairs(reference.build().where) do
      if entry.kind == "function" and entry.page ~= "core"
        and not entry.example and not entry.example_at then
        without[#without + 1] = name
      end
    end
    table.sort(without)
    assert.same({}, without)
  end)
end)
