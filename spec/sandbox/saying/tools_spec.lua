-- Which tools are called, with what.
-- On two interpreters: the sandbox runs on lua5.4, and this is a part of it.
local tools = require "indoxhub.sandbox.saying.tools"

local function tool(name, description, properties, required)
  return { type = "function", ["function"] = { name = name,
    description = description, parameters = { type = "object",
      properties = properties or {}, required = required } } }
end

local TEXT = { type = "string" }

local LIST = tools.read {
  tool("get_weather", "The weather of a city", { city = TEXT }, { "city" }),
  tool("search_notes", "Finds notes about a subject", { query = TEXT },
    { "query" }),
  tool("calculate", "Works out an expression", { expression = TEXT },
    { "expression" }),
}

describe("tools", function()
  -- What is called, as "name(arguments)".
  local function called(question, options)
    options = options or {}
    local made = tools.calls(options.list or LIST,
      assert(tools.read_choice(options.choice, options.list or LIST)), question,
      { text = "said", is_general = not options.is_known },
      options.may_be_many ~= false)
    local texts = {}
    for i, call in ipairs(made or {}) do
      texts[i] = ("%s(%s)"):format(call.name, call.arguments)
    end
    return texts
  end

  it("are called when the question is for them", function()
    assert.same({ 'get_weather({"city":"Oslo"})' },
      called "How is the weather in Oslo?")
    assert.same({ 'search_notes({"query":"Any note on herons?"})' },
      called "Any note on herons?")
    assert.same({ 'calculate({"expression":"2 + 3"})' },
      called("What is 2+3?", { is_known = true }))
  end)

  it("are not called for what the sandbox knows", function()
    assert.same({}, called("Hello!", { is_known = true }))
    assert.same({}, called("How is the weather?", { choice = "none" }))
    assert.same({}, called("Anything", { list = {} }))
  end)

  it("are called for what nobody else knows: the first", function()
    assert.same({ 'get_weather({"city":"one fits"})' },
      called "Which one fits?")
  end)

  it("are called for each of several names", function()
    local both = { 'get_weather({"city":"Oslo"})',
      'get_weather({"city":"Rome"})' }
    assert.same(both, called "The weather in Oslo, Rome and Oslo")
    assert.same({ both[1] }, called("The weather in Oslo and Rome",
      { may_be_many = false }))
  end)

  it("are called as they are chosen", function()
    assert.same({ 'calculate({"expression":"Oslo"})' },
      called("The weather in Oslo", { choice = { type = "function",
        ["function"] = { name = "calculate" } } }))
    assert.same({ 'calculate({"expression":"Oslo"})' },
      called("The weather in Oslo", { choice = { type = "function",
        name = "calculate" } }))
    for choice, message in pairs { maybe = "must be auto, none, required",
      [{ name = "x" }] = "names x, which is not among" } do
      local read, wrong = tools.read_choice(choice, LIST)
      assert.is_nil(read)
      assert.equal(1, (wrong:find(message, 1, true)))
    end
    assert.equal("is required, but no tools were sent",
      select(2, tools.read_choice("required", {})))
  end)

  it("are read in any form, and what is none is left out", function()
    local list = tools.read { { name = "a", input_schema = { x = 1 } },
      { type = "function", name = "b", parameters = { y = 1 } }, 5, "c",
      { type = "web_search" }, { ["function"] = { name = 7 } },
      { ["function"] = { name = "d" } } }
    assert.same({ { name = "a", description = "", parameters = { x = 1 } },
      { name = "b", description = "", parameters = { y = 1 } },
      { name = "d", description = "", parameters = { type = "object" } } },
      list)
    assert.same({}, tools.read("text"))
    assert.same({}, tools.read(nil))
  end)

  it("are quoted when they have answered", function()
    assert.equal("a says: 1\nb says: 2", tools.tell {
      { name = "a", text = "1" }, { name = "b", text = "2" } })
  end)
end)
