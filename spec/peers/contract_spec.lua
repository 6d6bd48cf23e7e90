-- Every call of the client against a validator nobody here wrote: what arrives
-- is what the API's document allows, and what the caller gave.
local during_tests = require "spec.support.during_tests"
local endpoints = require "indoxhub.api.endpoints"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

-- Segments of paths that must be encoded.
local ARGUMENTS = { string = "a/b c?d#e\195\165:%41", integer = 12 }

-- A value of each type of field.
local VALUES = {
  string = "sk\195\165l \"\\\" \240\159\140\138", number = 0.5, integer = 2,
  boolean = true, object = { depth = { list = { 1, 2 } } },
  date = "2026-01-31", strings = { "word", "segment" },
  texts = { "one", "two" }, media = "https://media.test/a.png",
  media_list = { "https://media.test/a.png", "https://media.test/b.png" },
  messages = { { role = "system", content = "Be brief." },
    { role = "user", content = { { type = "text", text = "hi" } } } },
}

describe("what is sent by", function()
  local peer = during_tests(servers.validator)
  local client, wave

  setup(function()
    client = indoxhub.new { api_key = "indox-test", base_url = peer.url,
      max_retries = 0 }
    wave = files.write(os.tmpname(), "RIFF\0\1\2\3")
  end)

  teardown(function()
    client:close()
    os.remove(wave)
  end)

  local function value_of(param)
    if param[2] == "file" then
      return wave
    elseif param.one_of then
      return param.one_of[1]
    end
    return assert(VALUES[param[2]], "no value of type " .. param[2])
  end

  -- Fields of a row: all, or those that must be given.
  local function fields_of(row, only_required)
    local fields = {}
    for _, param in ipairs(row.params or {}) do
      if param.required or not only_required then
        fields[param[1]] = value_of(param)
      end
    end
    return fields
  end

  -- Calls a row's method; `name` may be another one of its resource.
  local function call(row, fields, name)
    local arguments = {}
    for _ in row.path:gmatch("{") do
      arguments[#arguments + 1] = ARGUMENTS[row.argument or "string"]
    end
    if row.params then
      arguments[#arguments + 1] = fields
    end
    local resource = client[row.resource]
    return resource[name or row.name](resource,
      (table.unpack or unpack)(arguments))
  end

  local function only_request(row)
    local requests = peer:ask("/__seen", "DELETE").requests
    assert.equal(1, #requests)
    assert.same({}, requests[1].violations)
    assert.equal(row.operation, requests[1].operationId)
    return requests[1]
  end

  -- A field as the validator shows it.
  local function shown(row, param, value)
    if param[2] == "file" then
      return { filename = wave:match("[^/]+$"), size = 8,
        mime_type = "application/octet-stream" }
    elseif row.place == "query" then
      return tostring(value)
    elseif row.place == "form" and type(value) == "table" then
      return '["word","segment"]'
    end
    return value
  end

  local function check_arrived(row, fields, request)
    local sent = row.place == "query" and request.query or request.body or {}
    local expected = {}
    for _, param in ipairs(row.params or {}) do
      if not param.unsent and fields[param[1]] ~= nil then
        expected[param[1]] = shown(row, param, fields[param[1]])
      end
    end
    assert.same(expected, sent)
  end

  for _, row in ipairs(endpoints.rows) do
    local name = row.resource .. ":" .. row.name

    it(name .. ", with every field", function()
      local fields = fields_of(row)
      call(row, fields)
      check_arrived(row, fields, only_request(row))
    end)

    it(name .. ", with what is required", function()
      local fields = fields_of(row, true)
      call(row, fields)
      check_arrived(row, fields, only_request(row))
    end)

    if row.extra then
      it(name .. ", with a field of the provider", function()
        local fields = fields_of(row, true)
        fields.top_k = 4
        call(row, fields)
        assert.same({ top_k = 4 }, only_request(row).body[row.extra])
      end)
    end

    if row.streams then
      it(row.resource .. ":stream", function()
        local stream = indoxhub.assert(call(row, fields_of(row), "stream"))
        assert.equal("Hello", indoxhub.assert(stream:reply()).data)
        assert.is_true(only_request(row).body.stream)
      end)
    end
  end
end)
