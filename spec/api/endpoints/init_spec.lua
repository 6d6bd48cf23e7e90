local endpoints = require "indoxhub.api.endpoints"
local files = require "spec.support.files"
local kinds = require "indoxhub.api.replies.kinds"
local params = require "indoxhub.api.params"
local request = require "indoxhub.call.request"

local function name_of(row)
  return row.resource .. ":" .. row.name
end

-- Runs a check for every row, or for every param of every row.
local function each_row(check)
  for _, row in ipairs(endpoints.rows) do
    check(row, name_of(row))
  end
end

local function each_param(check)
  each_row(function(row, name)
    for _, param in ipairs(row.params or {}) do
      check(param, name .. " " .. tostring(param[1]), row)
    end
  end)
end

local function set_of(list)
  local set = {}
  for _, item in ipairs(list) do
    set[item] = true
  end
  return set
end

describe("a row", function()
  it("has everything a method is made of", function()
    each_row(function(row, name)
      for _, field in ipairs { "resource", "name", "operation", "http", "path",
        "key", "reply", "summary", "returns", "source" } do
        assert.is_string(row[field], name .. " " .. field)
        assert.not_equal("", row[field], name .. " " .. field)
      end
    end)
  end)

  it("has no field that nobody reads", function()
    local known = set_of { "resource", "name", "operation", "http", "path",
      "argument", "joined", "key", "params", "place", "extra", "first_byte",
      "reply", "as", "streams", "costs", "fallback", "summary", "returns",
      "source" }
    each_row(function(row, name)
      for field in pairs(row) do
        assert.is_true(known[field], name .. " " .. tostring(field))
      end
    end)
  end)

  it("costs something if it names a model, and then only", function()
    each_row(function(row, name)
      local names_model = false
      for _, param in ipairs(row.params or {}) do
        names_model = names_model or param[1] == "model"
      end
      local costs = row.http == "POST" and names_model
      assert.equal(costs, row.costs == "call" or row.costs == "job", name)
      assert.is_true(costs or not row.fallback, name)
    end)
  end)

  it("is the only one of its name, operation and address", function()
    local seen = {}
    each_row(function(row, name)
      for _, key in ipairs { "name " .. name, "operation " .. row.operation,
        row.http .. " " .. row.path } do
        assert.is_nil(seen[key], key)
        seen[key] = true
      end
    end)
  end)

  it("is named so that a program can call it", function()
    each_row(function(row)
      assert.matches("^%l[%l_]*$", row.resource)
      assert.matches("^%l[%l_]*$", row.name)
      assert.not_equal("stream", row.name)
    end)
  end)

  it("has a method of HTTP, and a body only where there may be one", function()
    local methods = set_of { "GET", "POST", "DELETE" }
    each_row(function(row, name)
      assert.is_true(methods[row.http], name)
      assert.is_true(row.http == "POST" or not row.params
        or row.place == "query", name)
    end)
  end)

  it("says whether it needs a key", function()
    each_row(function(row, name)
      assert.is_true(row.key == "required" or row.key == "optional", name)
    end)
  end)

  it("has a path relative to the base, with arguments in braces", function()
    each_row(function(row, name)
      assert.matches("^%l", row.path, nil, nil, name)
      assert.is_nil(row.path:find("//", 1, true), name)
      local rest = row.path:gsub("{%l[%l_]*}", "x")
      assert.matches("^[%l%-_/]+$", rest, nil, nil, name)
      local seen = {}
      for argument in row.path:gmatch("{(.-)}") do
        assert.is_nil(seen[argument], name)
        seen[argument] = true
      end
    end)
  end)

  it("waits longer for what takes long, and as ever for silence", function()
    local seconds = { chat = 600, completion = 600, images = 600, speech = 1200,
      transcript = 1200, video = 1200 }
    each_row(function(row, name)
      local settings = { timeouts = {} }
      local timeouts = request.timeouts(settings, row, {})
      assert.equal(seconds[row.reply] or 120, timeouts.first_byte, name)
      assert.equal(120, timeouts.idle, name)
    end)
  end)

  it("takes fields or arguments, not both", function()
    each_row(function(row, name)
      assert.is_false(row.params ~= nil and row.path:find("{") ~= nil, name)
    end)
  end)

  it("is in the vendor's document", function()
    local document = files.read("../shared/spec/openapi.yaml")
    if not document then
      return -- the document is not part of the project
    end
    local paths = document:match("\npaths:(.*)") .. "\n  /"
    each_row(function(row, name)
      local at = paths:find("\n  /" .. row.path .. ":", 1, true)
      assert.is_number(at, name)
      local entry = paths:sub(at, paths:find("\n  /", at + 1, true))
      assert.is_number(entry:find("operationId: " .. row.operation .. "\n", 1,
        true), name)
      assert.is_number(entry:find("\n    " .. row.http:lower() .. ":", 1,
        true), name)
    end)
  end)
end)

describe("a reply kind", function()
  it("is known for every row", function()
    each_row(function(row, name)
      assert.is_table(kinds[row.reply], name)
    end)
  end)

  it("makes replies and knows failures", function()
    for name, kind in pairs(kinds) do
      assert.equal(kind.is_text, kind.make == nil or nil, name)
      assert.is_function(kind.is_failure, name)
      if kind.make and (not kind.is_reply or kind.is_reply {}) then
        assert.is_table(kind.make {}, name)
      end
      assert.is_false(kind.is_failure {}, name)
      -- What is returned as it is may tell of a failure itself.
      assert.equal(name ~= "cancelled_job",
        kind.is_failure { success = false }, name)
      -- Any body at all may have a field of that name.
      assert.equal(not set_of { "plain", "job", "jobs", "cancelled_job" }[name],
        kind.is_failure { error = "x" }, name)
    end
  end)

  it("is used by some row", function()
    local used = {}
    each_row(function(row)
      used[row.reply] = true
      for _, name in ipairs(row.as or {}) do
        used[name] = true
      end
    end)
    for name in pairs(kinds) do
      assert.is_true(used[name], name)
    end
  end)

  it("takes a failed status for a failure where the reply is an answer",
    function()
      for _, name in ipairs { "chat", "completion", "embeddings", "images",
        "speech", "transcript", "video" } do
        assert.is_true(kinds[name].is_failure { status = "failed" })
        assert.is_true(kinds[name].is_failure { status = "cancelled" })
        assert.is_false(kinds[name].is_failure { status = "completed" })
      end
      assert.is_false(kinds.plain.is_failure { status = "failed" })
    end)

  it("may be an empty body where nothing is promised", function()
    assert.is_true(kinds.plain.may_be_empty)
    assert.is_nil(kinds.chat.may_be_empty)
  end)

  it("leaves a plain body as it is", function()
    local body = { status = "ok", router = "user" }
    assert.equal(body, kinds.plain.make(body))
    assert.same({ status = "ok", router = "user" }, body)
  end)
end)

describe("a param", function()
  it("has a name, a type and a description", function()
    each_param(function(param, name)
      assert.matches("^%l[%l%d_]*$", param[1], nil, nil, name)
      assert.is_string(param[2], name)
      assert.is_string(param.about, name)
      assert.not_equal("", param.about, name)
    end)
  end)

  it("occurs once in its row", function()
    local seen = {}
    each_param(function(_, name)
      assert.is_nil(seen[name], name)
      seen[name] = true
    end)
  end)

  it("has a type that can be checked", function()
    local examples = { string = "text", number = 0.5, integer = 3,
      boolean = true, object = { a = 1 },
      messages = { { role = "user", content = "x" } }, date = "2026-01-31",
      texts = { "a", "b" }, strings = { "word" }, file = "a.wav",
      media = "https://media.test/a.png",
      media_list = { "https://media.test/a.png" } }
    each_param(function(param, name)
      local example = param.one_of and param.one_of[1] or examples[param[2]]
      assert.is_not_nil(example, name)
      local row = { resource = "x", params = { param } }
      local placed, wrong = params.place(row, { [param[1]] = example }, false)
      assert.is_nil(wrong, name)
      assert.equal(example, placed.json[param[1]], name)
      assert.is_nil(params.place(row, { [param[1]] = print }, false), name)
    end)
  end)

  it("is not called stream, which is a method", function()
    each_param(function(param, name)
      assert.not_equal("stream", param[1], name)
    end)
  end)

  it("takes the others where the row says so", function()
    each_row(function(row, name)
      if row.extra then
        local found
        for _, param in ipairs(row.params) do
          found = found or param[1] == row.extra and param
        end
        assert.equal("object", found and found[2], name)
      end
    end)
  end)

  it("is required where the API has to have it", function()
    local required = {}
    each_param(function(param, name)
      required[name] = param.required
    end)
    assert.same({ ["chat:create messages"] = true,
      ["completions:create prompt"] = true, ["embeddings:create text"] = true,
      ["images:generate prompt"] = true, ["audio:speak input"] = true,
      ["audio:transcribe file"] = true, ["audio:translate file"] = true,
      ["videos:generate prompt"] = true,
      ["user:delete_account confirm"] = true }, required)
  end)
end)

describe("a row that streams", function()
  it("has a call that stops it, whose one argument is the stream", function()
    local count = 0
    each_row(function(row, name)
      if row.streams then
        count = count + 1
        local stop = endpoints.find(row.resource, row.streams)
        assert.is_table(stop, name)
        assert.equal("POST", stop.http)
        assert.matches("^[^{]*{stream_id}$", stop.path)
      end
    end)
    assert.equal(2, count)
  end)
end)

describe("finding a row", function()
  it("goes by resource and name", function()
    each_row(function(row)
      assert.equal(row, endpoints.find(row.resource, row.name))
    end)
    assert.is_nil(endpoints.find("chat", "list"))
    assert.is_nil(endpoints.find("models", "create"))
  end)
end)

describe("parameters of providers", function()
  it("are names, each once", function()
    local seen = {}
    for _, name in ipairs(endpoints.provider_params) do
      assert.matches("^%l[%l%d_]*$", name)
      assert.is_nil(seen[name], name)
      seen[name] = true
    end
  end)

  it("hold those whose names are close to ours, and the usual ones", function()
    local known = set_of(endpoints.provider_params)
    for _, name in ipairs { "top_k", "seed", "stop", "tools", "tool_choice",
      "response_format", "session_id", "fps" } do
      assert.is_true(known[name], name)
    end
  end)

  it("are never fields of the API wherever they could be sent", function()
    for _, name in ipairs(endpoints.provider_params) do
      local useful = false
      each_row(function(row)
        local is_field = false
        for _, param in ipairs(row.params or {}) do
          is_field = is_field or param[1] == name
        end
        useful = useful or row.extra ~= nil and not is_field
      end)
      assert.is_true(useful, name)
    end
  end)
end)
