-- What a tool is, and what is refused as one.
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"

describe("a tool", function()
  it("is refused when something is wrong with it", function()
    for message, given in pairs {
      ["expects a table with name"] = "text",
      ["name must be letters, digits"] = { name = "two words" },
      ["name must be letters"] = {},
      ["unknown field descripton: did you mean description?"] =
        { name = "a", descripton = "x" },
      ["description must be a text"] = { name = "a", description = 5 },
      ["run must be a function"] = { name = "a", run = "x" },
      ["strict must be true or false"] = { name = "a", strict = 1 },
      ["parameters must be a JSON Schema"] = { name = "a", parameters = "x" },
      ['parameters.type must be "object"'] =
        { name = "a", parameters = { type = "array" } },
      ["parameters.properties.x.pattern is a keyword that is not checked"] =
        { name = "a", parameters = { type = "object", properties = {
          x = { pattern = "^x" } } } },
      ["parameters cannot be sent"] = { name = "a", parameters = {
        default = print } },
    } do
      local ok, why = pcall(indoxhub.tool, given)
      assert.is_false(ok)
      assert.truthy(why:find("indoxhub.tool: ", 1, true), why)
      assert.truthy(why:find(message, 1, true), why)
    end
  end)

  it("is refused beside another of its name", function()
    local client = indoxhub.new { api_key = "k" }
    local tool = indoxhub.tool { name = "a" }
    local server = indoxhub.mcp { command = { "cat" } }
    for message, list in pairs {
      ["tools[1] and tools[2] are both called a"] = { tool, tool },
      ["tools[1] is a plain table; make it with indoxhub.tool{...}"] =
        { { name = "a", run = print } },
      ["tools must be a list of tools"] = { a = tool },
      ["tools is an MCP server; give what server:tools() returns"] = server,
      ["tools[1] is an MCP server; give what server:tools() returns"] =
        { server },
    } do
      local ok, why = pcall(client.conversation, client, { tools = list })
      assert.is_false(ok)
      assert.truthy(tostring(why):find(message, 1, true), why)
    end
  end)

  it("can be sent wherever a plain one can", function()
    local tool = indoxhub.tool { name = "a", description = "x",
      parameters = { type = "object", required = {} } }
    assert.same({ type = "function", ["function"] = { name = "a",
      description = "x", parameters = { type = "object", required = {} } } },
      json.decode(json.encode(tool)))
    assert.truthy(json.encode(tool):find('"required":[]', 1, true))
  end)
end)
