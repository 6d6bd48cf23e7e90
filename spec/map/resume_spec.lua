-- What a map keeps in its file, and what it finds there again.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"
local tasks = require "spec.support.tasks"

local map, run, sleep, spawn = indoxhub.map, indoxhub.run, indoxhub.sleep,
  indoxhub.spawn

tasks.watch()

describe("a map that resumes", function()
  local folder, path, asked

  before_each(function()
    folder = files.folder()
    path = folder .. "/results.jsonl"
    asked = {}
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  -- What is paid for: writes down which item was asked for.
  local function ask(item, index)
    table.insert(asked, item)
    sleep(0)
    return { says = item, was = index }
  end

  local function run_map(list, fn, options)
    asked = {}
    options = options or {}
    options.resume = path
    return map(list, fn or ask, options)
  end

  -- The lines of the file behind its first, in the order of their places.
  local function records()
    local list = {}
    for line in files.read(path):gmatch("[^\n]+") do
      local record = assert(json.decode(line))
      list[#list + 1] = record.index and record
    end
    table.sort(list, function(a, b)
      return a.index < b.index
    end)
    return list
  end

  it("keeps each result in a line, and asks for none of them again", function()
    local first = run_map { "a", "b", "c" }
    assert.same({ "a", "b", "c" }, asked)
    assert.matches("^%-rw%-%-%-%-%-%-%-", files.output("ls -l " .. path))
    local kept = records()
    assert.equal(3, #kept)
    assert.same({ index = 2, item = core.sha256 '"b"',
      result = { says = "b", was = 2 } }, kept[2])
    local before = files.read(path)
    local second, failures = run_map { "a", "b", "c" }
    assert.same(first, second)
    assert.is_nil(failures)
    assert.same({}, asked)
    assert.equal(before, files.read(path))
  end)

  it("has a result in the file before it tells of it", function()
    run_map({ "a", "b", "c" }, nil, { concurrency = 1,
      on_progress = function(done)
        assert.equal(done, #records())
      end })
    assert.same({}, tasks.take_reports())
  end)

  it("asks again for what failed, raised or returned", function()
    local _, failures = run_map({ 1, 2, 3, 4 }, function(item)
      if item == 2 then
        error("broken", 0)
      elseif item == 3 then
        return nil, "no"
      end
      return ask(item, item)
    end)
    assert.same({ [2] = "broken", [3] = "no" }, failures)
    local results
    results, failures = run_map { 1, 2, 3, 4 }
    assert.same({ 2, 3 }, asked)
    assert.is_nil(failures)
    for i = 1, 4 do
      assert.same({ says = i, was = i }, results[i])
    end
  end)

  it("knows an item wherever it stands now", function()
    run_map { "a", "b", "c" }
    local results = run_map { "new", "c", "a", "newer", "b" }
    table.sort(asked)
    assert.same({ "new", "newer" }, asked)
    assert.same({ says = "c", was = 3 }, results[2])
    assert.same({ says = "a", was = 1 }, results[3])
    assert.same({ says = "new", was = 1 }, results[1])
    run_map { "b" }
    assert.same({}, asked)
    run_map { "newer", "a" }
    assert.same({}, asked)
  end)

  it("knows no item that has changed", function()
    run_map { { id = 1, text = "a" }, { id = 2, text = "b" } }
    run_map { { id = 1, text = "A" }, { id = 2, text = "b" }, "1", 1 }
    assert.same({ { id = 1, text = "A" }, "1", 1 }, asked)
  end)

  it("does not mind in which order Lua has the fields of an item", function()
    local one, other = {}, {}
    for i = 1, 30 do
      one["name" .. i], other["name" .. 31 - i] = { i, { x = i, y = i } },
        { 31 - i, { y = 31 - i, x = 31 - i } }
    end
    local class = { __index = { method = print } }
    run_map { one, {}, indoxhub.array(), { a = setmetatable(one, class) } }
    assert.equal(4, #asked)
    run_map { { a = other }, setmetatable(other, class), indoxhub.array(), {} }
    assert.same({}, asked)
  end)

  it("asks once for each of several equal items", function()
    local count = 0
    local function number()
      count = count + 1
      return count
    end
    local first = run_map({ "x", "x", "y", "x" }, number, { concurrency = 1 })
    assert.same({ 1, 2, 3, 4 }, first)
    assert.same(first, (run_map({ "x", "x", "y", "x" }, number)))
    assert.same({ 1, 2, 5, 4 }, (run_map({ "x", "x", "x", "x" }, number)))
    assert.same({ 1 }, (run_map({ "x" }, number)))
    assert.same({ 3, 1, 2, 4 }, (run_map({ "y", "x", "x", "x" }, number)))
  end)

  it("returns any value of JSON the same the first time and later", function()
    local list = { "nothing", false, 0, "", indoxhub.null, { indoxhub.null },
      { field = indoxhub.null }, {}, indoxhub.array(), { {}, indoxhub.array() },
      1.5, 2 ^ 40, -0.25, "line\nline\r\0\127 \226\130\172",
      { 1, 2, { a = 1 } } }
    local function give(item)
      if item ~= "nothing" then
        return item
      end
    end
    local first, failures = run_map(list, give)
    assert.is_nil(failures)
    local second = run_map(list, error)
    assert.is_nil(first[1])
    assert.is_nil(second[1])
    for i = 2, #list do
      assert.same(list[i], first[i])
      assert.same(first[i], second[i])
      assert.equal(json.encode(list[i]), json.encode(second[i]))
    end
    assert.equal(json.null, second[7].field)
  end)

  it("returns what the file has from the first run on", function()
    local given = setmetatable({ text = "x" }, { __index = { hidden = true } })
    local results = run_map({ 1 }, function()
      return given
    end)
    assert.same({ text = "x" }, results[1])
    assert.is_nil(results[1].hidden)
  end)

  it("tells first how many were done already", function()
    run_map { "a", "b" }
    local told = {}
    run_map({ "a", "b", "c" }, nil, { on_progress = function(...)
      table.insert(told, { n = select("#", ...), ... })
    end })
    assert.same({ { 2, 3, 0, n = 5 }, { 3, 3, 0, 3, n = 5 } }, told)
  end)

  it("keeps what was done before it was cancelled, and what ends later",
  function()
    local mapping = spawn(run_map, { 1, 2, 3, 4 }, function(item)
      table.insert(asked, item)
      if item == 2 then
        sleep(3600) -- cancelled, but it has an answer all the same
      elseif item > 2 and not sleep(3600) then
        return nil, "cancelled"
      end
      return item
    end, { concurrency = 3 })
    run(function()
      repeat
        sleep(0)
      until asked[4]
    end)
    mapping:cancel()
    mapping:await()
    tasks.settle()
    assert.same({ 1, 2, 3, 4 }, asked)
    assert.equal(2, #records())
    local results = run_map { 1, 2, 3, 4 }
    assert.same({ 3, 4 }, asked)
    assert.equal(2, results[2])
  end)

  it("works in every task and beside others, each with its file", function()
    run(function()
      local one = spawn(map, { 1, 2 }, ask, { resume = path })
      local other = spawn(map, { 1, 2 }, ask, { resume = path .. 2 })
      assert.same({ { says = 1, was = 1 }, { says = 2, was = 2 } },
        (one:await()))
      assert.same({ { says = 1, was = 1 }, { says = 2, was = 2 } },
        (other:await()))
    end)
    assert.equal(4, #asked)
  end)

  it("goes on in another interpreter", function()
    run_map { 1, 2.5, "x", { a = 1, b = { true } }, -0.0, 1e100, 2 ^ 53 }
    local program = ([[
      local indoxhub = require "indoxhub"
      local results, errors = indoxhub.map({ 1, 2.5, "x",
        { b = { true }, a = 1 }, -0.0, 1e100, 2 ^ 53 }, error,
        { resume = %q })
      print(results[2].says, errors)
    ]]):format(path)
    local name = programs.write(program)
    local interpreter = os.getenv("INDOXHUB_SANDBOX") -- that of the sandbox
      :match("^(.*) lua/indoxhub/cli")
    assert.equal("2.5\tnil\n", files.output(interpreter .. " " .. name))
    os.remove(name)
  end)

  it("keeps replies whole", function()
    local sandbox = servers.sandbox "--pace 0"
    local client = indoxhub.new { api_key = "any", base_url = sandbox.url,
      max_retries = 0 }
    local function answer(question)
      return client.chat:create { messages = { { role = "user",
        content = question } } }
    end
    local first = assert(run_map({ "What is 1 + 1?", "What is 2 + 2?" },
      answer))
    servers.kill(sandbox)
    local second, failures = run_map({ "What is 2 + 2?", "What is 1 + 1?",
      "What is 3 + 3?" }, answer)
    assert.equal("2 + 2 is 4.", second[1].data)
    assert.is_true(second[1].usage.tokens_total > 0)
    assert.same(first, { second[2], second[1] })
    assert.equal("network", failures[3].kind)
  end)
end)
