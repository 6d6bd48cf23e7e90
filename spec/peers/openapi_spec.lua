-- spec/vectors/openapi.json: the facts of the vendor's document, and of our own
-- endpoint table.
-- On two interpreters: it compares documents with tables.
local endpoints = require "indoxhub.api.endpoints"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"

local SOURCE = "../shared/spec/openapi.yaml"

local ours = files.read "spec/vectors/openapi.json"
local document = assert(json.decode(ours))

-- Operation -> { method, path, entry }.
local operations = {}
for path, item in pairs(document.paths) do
  for method, entry in pairs(item) do
    operations[entry.operationId] = { method = method:upper(),
      path = path:sub(2), entry = entry }
  end
end

local function schema_of(body)
  local _, content = next(body.content)
  return document.components.schemas[content.schema["$ref"]:match("[^/]+$")]
end

-- Name -> whether it is required, for all that a request may say.
local function fields_of(entry)
  local fields = {}
  for _, parameter in ipairs(entry.parameters or {}) do
    if parameter["in"] == "query" then
      fields[parameter.name] = parameter.required
    end
  end
  if entry.requestBody then
    local schema = schema_of(entry.requestBody)
    for name in pairs(schema.properties) do
      fields[name] = false
    end
    for _, name in ipairs(schema.required or {}) do
      fields[name] = true
    end
  end
  fields.stream = nil -- not a field of ours: there is a method for it
  return fields
end

-- The first line in which two texts differ; "" when none does.
local function first_difference(one, other)
  local lines, number = other:gmatch("[^\n]*\n"), 0
  for line in one:gmatch("[^\n]*\n") do
    local beside = lines()
    number = number + 1
    if line ~= beside then
      return ("line %d: %s where the vendor's has %s"):format(number, line,
        tostring(beside))
    end
  end
  return lines() or ""
end

describe("the API's document", function()
  if io.open(SOURCE) then
    it("says what the vendor's says", function()
      local packages = files.output("sh spec/support/peers/install.sh path")
        :gsub("\n", "")
      local theirs = files.output(("NODE_PATH='%s' node %s %s"):format(
        packages, "spec/support/peers/openapi.js", SOURCE))
      assert.equal("", first_difference(ours, theirs))
    end)
  end

  it("has as many operations as the vendor names", function()
    local count = 0
    for _ in pairs(operations) do
      count = count + 1
    end
    assert.equal(36, count)
  end)

  it("is what our endpoint table says", function()
    local seen = {}
    for _, row in ipairs(endpoints.rows) do
      local operation = assert(operations[row.operation], row.operation)
      seen[row.operation] = true
      assert.equal(operation.method, row.http, row.operation)
      assert.equal(operation.path, row.path, row.operation)
      local fields = {}
      for _, param in ipairs(row.params or {}) do
        if not param.unsent then
          fields[param[1]] = param.required == true
        end
      end
      assert.same(fields_of(operation.entry), fields)
    end
    for operation in pairs(operations) do
      assert.is_true(seen[operation], "no row for " .. operation)
    end
  end)
end)
