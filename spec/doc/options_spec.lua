-- Options of the reference are those that the library takes: it says itself
-- which it knows when it gets one that there is not.
local during_tests = require "spec.support.during_tests"
local gateway_keys = require "indoxhub.gateway.keys"
local gateway_options = require "indoxhub.gateway.options"
local gateway_visitors = require "indoxhub.gateway.visitors"
local indoxhub = require "indoxhub"
local reference = require "doc.generate.reference"
local rows_class = require "indoxhub.analytics.rows"
local servers = require "spec.support.servers"
local types = require "doc.generate.types"

local client -- of the sandbox, which only a stream needs
local rows = rows_class.new({ results = {} }, "date")
local asked = { messages = { { role = "user", content = "Hello" } } }

-- Class -> a function that gives a table of options to what takes such.
local takers = {
  ["indoxhub.Options"] = indoxhub.new,
  ["indoxhub.Timeouts"] = function(given)
    indoxhub.new { timeout = given }
  end,
  ["indoxhub.Budget"] = function(given)
    indoxhub.new { budget = given }
  end,
  ["indoxhub.CallOptions"] = function(given)
    client.user:health(given)
  end,
  ["indoxhub.ModelOptions"] = function(given)
    client.completions:create({ prompt = "Hello" }, given)
  end,
  ["indoxhub.StreamOptions"] = function(given)
    client.completions:stream({ prompt = "Hello" }, given)
  end,
  ["indoxhub.ChatOptions"] = function(given)
    client.chat:create(asked, given)
  end,
  ["indoxhub.ChatStreamOptions"] = function(given)
    client.chat:stream(asked, given)
  end,
  ["indoxhub.TalkOptions"] = function(given)
    client:conversation():send("Hello", given)
  end,
  ["indoxhub.TalkStreamOptions"] = function(given)
    client:conversation():stream("Hello", given)
  end,
  ["indoxhub.ToolOptions"] = function(given)
    indoxhub.tool(given)
  end,
  ["indoxhub.McpOptions"] = indoxhub.mcp,
  ["indoxhub.McpCallOptions"] = function(given)
    indoxhub.mcp({ url = "http://127.0.0.1:1" }):call("x", {}, given)
  end,
  ["indoxhub.UploadOptions"] = function(given)
    client.audio:transcribe({ file = "a.wav" }, given)
  end,
  ["indoxhub.EmbeddingOptions"] = function(given)
    client.embeddings:create({ text = "a" }, given)
  end,
  ["indoxhub.BatchOptions"] = function(given)
    client.embeddings:batch({ "a" }, given)
  end,
  ["indoxhub.VideoOptions"] = function(given)
    client.videos:generate({ prompt = "fog" }, given)
  end,
  ["indoxhub.WaitOptions"] = function(given)
    client.videos:wait("vj_1", given)
  end,
  ["indoxhub.PageOptions"] = function(given)
    client.videos:each_job(given)
  end,
  ["indoxhub.Request"] = function(given)
    client:request(given)
  end,
  ["indoxhub.SaveOptions"] = function(given)
    client:save({ url = "http://127.0.0.1:1" }, "/nowhere/x", given)
  end,
  ["indoxhub.RegenerateOptions"] = function(given)
    given.stream = true
    client:conversation():regenerate(given)
  end,
  ["indoxhub.QueryOptions"] = function(given)
    client.analytics:query(given)
  end,
  ["indoxhub.Filters"] = function(given)
    client.analytics:query():where(given)
  end,
  ["indoxhub.TableOptions"] = function(given)
    rows:table(given)
  end,
  ["indoxhub.ChartOptions"] = function(given)
    rows:chart(given)
  end,
  ["indoxhub.CsvOptions"] = function(given)
    rows:csv(given)
  end,
  ["indoxhub.SearchOptions"] = function(given)
    indoxhub.top_k({ 1 }, { { 1 } }, 1, given)
  end,
  ["indoxhub.FileOptions"] = function(given)
    indoxhub.file("a.wav", given)
  end,
  ["indoxhub.ReaderOptions"] = function(given)
    indoxhub.reader(print, given)
  end,
  ["indoxhub.GatewayOptions"] = gateway_options.check,
  ["indoxhub.GatewayKey"] = function(given)
    gateway_keys.of_options { given }
  end,
  ["indoxhub.GatewayVisitors"] = gateway_visitors.of_options,
  ["indoxhub.GatherOptions"] = function(given)
    indoxhub.gather({}, given)
  end,
  ["indoxhub.MapOptions"] = function(given)
    indoxhub.map({}, print, given)
  end,
  ["indoxhub.CoroutineOptions"] = function(given)
    indoxhub.assert(client.chat:stream(asked)):coroutine(given)
  end,
}

-- Fields of a class and of its parents, and whether it takes no other.
local function fields_of(where, name)
  local entry, fields, closed = where[name], {}, false
  for _, parent in ipairs(entry.parents) do
    local inherited, also_closed = fields_of(where, parent)
    closed = closed or also_closed
    for field in pairs(inherited) do
      fields[field] = true
    end
  end
  for _, field in ipairs(entry.fields) do
    fields[field.name] = true
  end
  for _, key in ipairs(entry.keys) do
    closed = closed or types.write(key.type) == "indoxhub.NoSuchOption"
  end
  return fields, closed
end

-- Names that a message lists behind "known:".
local function known_in(message)
  local names = {}
  for name in (message:match("known: (.*)$") or ""):gmatch("[%w_]+") do
    names[name] = true
  end
  return names
end

describe("a class of options", function()
  local where = reference.build().where
  local sandbox = during_tests(servers.sandbox, "--pace 0")

  setup(function()
    client = indoxhub.new { api_key = "indox-test", base_url = sandbox.url }
  end)

  for name, take in pairs(takers) do
    it("has the options that there are: " .. name, function()
      local fields, closed = fields_of(where, name)
      assert.is_true(closed, name .. " does not refuse others")
      local ok, message = pcall(take, { nosuchoption = 1 })
      assert.is_false(ok)
      message = tostring(message)
      assert.matches("nosuchoption", message)
      if message:find("known:", 1, true) then
        assert.same(fields, known_in(message))
      else
        for field in pairs(fields) do
          local _, why = pcall(take, { [field] = client })
          assert.is_falsy(tostring(why):find("unknown", 1, true), field)
        end
      end
    end)
  end

  it("is looked at here, if it refuses others", function()
    for name, entry in pairs(where) do
      if entry.kind == "class" and select(2, fields_of(where, name)) then
        assert.is_truthy(takers[name], name)
      end
    end
  end)
end)
