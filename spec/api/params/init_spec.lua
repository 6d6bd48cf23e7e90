local endpoints = require "indoxhub.api.endpoints"
local json = require "indoxhub.base.json"
local params = require "indoxhub.api.params"

local CHAT = endpoints.find("chat", "create")
local HELLO = { { role = "user", content = "Hello" } }

-- A row with one param of each type, which refuses what it does not know.
local ROW = { resource = "things", params = {
  { "name", "string", required = true, about = "what to call it" },
  { "size", "number", about = "how large" },
  { "count", "integer", about = "how many" },
  { "shiny", "boolean", about = "whether it shines" },
  { "extras", "object", about = "whatever else" },
  { "colour", "string", one_of = { "red", "green" }, about = "its colour" },
} }

-- The body of a chat call; messages need not be given.
local function chat(fields, flat)
  fields.messages = fields.messages or HELLO
  local placed, wrong = params.place(CHAT, fields, flat or false)
  assert.is_nil(wrong)
  return placed.json
end

-- What is wrong with the fields of a call.
local function wrong_with(row, fields, flat)
  local placed, wrong = params.place(row, fields, flat or false)
  assert.is_nil(placed)
  assert.is_string(wrong)
  return wrong
end

local function wrong_messages(messages)
  return wrong_with(CHAT, { messages = messages })
end

describe("the body of a call", function()
  it("has the fields that were given, as they were given", function()
    local given = { name = "n", size = 1.5, count = 3, shiny = false,
      extras = { a = 1 }, colour = "red" }
    local body = params.place(ROW, given, false).json
    assert.same(given, body)
    assert.not_equal(given, body)
    assert.equal(given.extras, body.extras)
  end)

  it("has nothing that was not given", function()
    assert.same({ name = "n" }, params.place(ROW, { name = "n" }, false).json)
  end)

  it("sends null for an optional field that is json.null", function()
    local body = params.place(ROW, { name = "n", size = json.null }, false).json
    assert.equal(json.null, body.size)
  end)

  it("is made of a table", function()
    assert.equal("expects a table of request fields, not a string; " ..
      "name is required: what to call it", wrong_with(ROW, "text"))
    assert.matches("^expects a table of request fields", wrong_with(ROW, nil))
  end)
end)

describe("a field that is wrong", function()
  it("is named with what is required", function()
    assert.equal("name is required: what to call it", wrong_with(ROW, {}))
    assert.matches("^messages is required: list of", wrong_with(CHAT, {}))
  end)

  it("is named with what was given instead", function()
    local expected = {
      name = { 42, "name must be a string, not 42" },
      size = { "9", 'size must be a number, not "9"' },
      count = { 1.5, "count must be a whole number, not 1.5" },
      shiny = { 1, "shiny must be true or false, not 1" },
      extras = { "a", 'extras must be a table of named fields, not "a"' },
      colour = { "blue", 'colour must be one of "red", "green", not "blue"' },
    }
    for name, case in pairs(expected) do
      local fields = { name = "n" }
      fields[name] = case[1]
      assert.equal(case[2], wrong_with(ROW, fields))
    end
  end)

  it("may be of a type that cannot be shown", function()
    assert.equal("size must be a number, not a function",
      wrong_with(ROW, { name = "n", size = print }))
    assert.equal("count must be a whole number, not a table",
      wrong_with(ROW, { name = "n", count = {} }))
    assert.equal("shiny must be true or false, not a table",
      wrong_with(ROW, { name = "n", shiny = {} }))
  end)

  it("is shown no longer than a line", function()
    local text = wrong_with(ROW, { name = "n", size = ("x"):rep(500) })
    assert.is_true(#text < 100, text)
    assert.matches("%.%.%.\"$", text)
  end)

  it("may be a number that is no count", function()
    for _, value in ipairs { 0 / 0, math.huge, -math.huge, 0.1 } do
      assert.matches("^count must be a whole number",
        wrong_with(ROW, { name = "n", count = value }))
    end
  end)

  it("may be a list where named fields are expected", function()
    assert.matches("^extras must be a table of named fields",
      wrong_with(ROW, { name = "n", extras = { "a" } }))
  end)

  it("may be a null that is required", function()
    assert.matches("^name must be a string",
      wrong_with(ROW, { name = json.null }))
  end)
end)

describe("messages", function()
  it("are a list that is not empty", function()
    assert.matches("^messages must be a list of messages, not \"Hello\"",
      wrong_messages("Hello"))
    assert.matches("^messages must not be empty", wrong_messages {})
    assert.matches("^messages must not be empty", wrong_messages(json.array {}))
  end)

  it("are in a list, also when there is only one", function()
    assert.matches("^messages must be a list: put the message in braces",
      wrong_messages { role = "user", content = "Hello" })
  end)

  it("are said to be empty, and not to be no table", function()
    assert.is_nil(wrong_messages({}):find("not a table"))
  end)

  it("are tables with a role", function()
    assert.equal('messages[2] must be a table like { role = "user", '
      .. "content = ... }", wrong_messages { HELLO[1], "Hello" })
    assert.equal('messages[1].role must be a string, such as "user"; '
      .. "it is nil", wrong_messages { { content = "Hello" } })
    assert.matches("^messages%[2%]%.role must be a string.*it is 7$",
      wrong_messages { HELLO[1], { role = 7, content = "x" } })
  end)

  it("have a role that is no misspelt one", function()
    local expected = { assistent = "assistant", Assistant = "assistant",
      asistant = "assistant", User = "user", users = "user", ["usre"] = "user",
      SYSTEM = "system", sytem = "system", tools = "tool",
      functions = "function", develper = "developer" }
    for role, meant in pairs(expected) do
      assert.equal(('messages[2].role %q is misspelt: did you mean %q? Known '
        .. 'are system, user, assistant, tool, function, developer')
        :format(role, meant),
        wrong_messages { HELLO[1], { role = role, content = "x" } })
    end
    for _, role in ipairs { "system", "user", "assistant", "tool", "function",
      "developer", "model", "ipython", "human", "critic" } do
      local given = { { role = role, content = "x" } }
      assert.same(given, params.place(CHAT, { messages = given }, false)
        .json.messages)
    end
  end)

  it("may have any role, any content and further fields", function()
    local messages = { { role = "tool", tool_call_id = "c1", content = "7" },
      { role = "assistant", tool_calls = {} },
      { role = "user", content = { { type = "text", text = "x" } } } }
    assert.equal(messages, chat({ messages = messages }).messages)
  end)
end)

describe("a field that the API does not know", function()
  it("goes to the provider", function()
    assert.same({ seed = 7, tools = { "t" } },
      chat({ seed = 7, tools = { "t" } }).additional_params)
  end)

  it("stays at the top where the base is compatible with OpenAI", function()
    local body = chat({ seed = 7, model = "m" }, true)
    assert.same({ messages = HELLO, model = "m", seed = 7 }, body)
  end)

  it("joins those that were put together by hand", function()
    local given = { min_p = 0.1 }
    local body = chat { seed = 7, additional_params = given }
    assert.same({ seed = 7, min_p = 0.1 }, body.additional_params)
    assert.same({ min_p = 0.1 }, given)
  end)

  it("is lifted to the top from those on a compatible base", function()
    local given = { min_p = 0.1 }
    local body = chat({ seed = 7, additional_params = given }, true)
    assert.same({ messages = HELLO, seed = 7, min_p = 0.1 }, body)
    assert.same({ min_p = 0.1 }, given)
  end)

  it("may not be given twice", function()
    assert.equal("seed is given twice: as a field and in additional_params",
      wrong_with(CHAT, { messages = HELLO, seed = 7,
        additional_params = { seed = 8 } }))
    for _, name in ipairs { "seed", "model" } do
      assert.equal(name .. " is given twice: as a field and in "
        .. "additional_params", wrong_with(CHAT, { messages = HELLO, seed = 7,
          model = "m", additional_params = { [name] = 8 } }, true))
    end
  end)

  it("may be false", function()
    assert.same({ store = false }, chat({ store = false }).additional_params)
  end)

  it("may be given beside a null in the place of the others", function()
    assert.same({ seed = 7 }, chat({ seed = 7,
      additional_params = json.null }).additional_params)
    assert.same({ messages = HELLO, seed = 7 },
      chat({ seed = 7, additional_params = json.null }, true))
    assert.same({ messages = HELLO },
      chat({ additional_params = json.null }, true))
  end)

  it("is refused where no provider waits for it", function()
    assert.equal("unknown field weight; known: name, size, count, shiny, "
      .. "extras, colour", wrong_with(ROW, { name = "n", weight = 1 }))
  end)

  it("has a name", function()
    assert.equal("fields have names; 1 is not one",
      wrong_with(CHAT, { messages = HELLO, "gpt" }))
  end)

  it("is not stream, which is a method", function()
    assert.equal("stream is not a field: call chat:stream{...}",
      wrong_with(CHAT, { messages = HELLO, stream = true }))
  end)
end)

describe("a misspelt field", function()
  local function suggestion(name)
    return wrong_with(CHAT, { messages = HELLO, [name] = 1 })
      :match("^unknown field .*: did you mean ([%l_]+)%?")
  end

  it("is refused with the name that was meant", function()
    local expected = {
      temprature = "temperature", -- a letter is missing
      temperatture = "temperature", -- there is one too many
      temperatura = "temperature", -- one is another
      tempreature = "temperature", -- two have changed places
      maxtokens = "max_tokens", max_token = "max_tokens", top_q = "top_p",
      Model = "model", ["max-token"] = "max_tokens", MAX_TOKENS = "max_tokens",
      odel = "model", modell = "model", modle = "model",
    }
    for name, meant in pairs(expected) do
      assert.equal(meant, suggestion(name), name)
    end
  end)

  it("may be sent all the same, by hand", function()
    assert.same({ temprature = 1 },
      chat({ additional_params = { temprature = 1 } }).additional_params)
    assert.matches("put it into additional_params",
      wrong_with(CHAT, { messages = HELLO, temprature = 1 }))
  end)

  it("is no parameter of a provider, however close that is", function()
    assert.same({ top_k = 1, top_a = 2 },
      chat({ top_k = 1, top_a = 2 }).additional_params)
  end)

  it("is not a name two changes away", function()
    assert.same({ tempratur = 1 }, chat({ tempratur = 1 }).additional_params)
    assert.same({ xyz = 1 }, chat({ xyz = 1 }).additional_params)
  end)

  it("is refused as misspelt also where nothing else is taken", function()
    assert.matches("^unknown field sise: did you mean size",
      wrong_with(ROW, { name = "n", sise = 1 }))
  end)
end)

describe("arguments of a path", function()
  local row = { path = "models/{provider}/{model}" }

  it("are taken by position", function()
    assert.same({ provider = "openai", model = "gpt" },
      params.path(row, { "openai", "gpt" }))
    assert.same({}, params.path({ path = "models/" }, {}))
  end)

  it("may be whole numbers", function()
    assert.same({ id = "17" }, params.path({ path = "jobs/{id}" }, { 17.0 }))
  end)

  it("are named when they are missing or wrong", function()
    local function wrong(...)
      local values, message = params.path(row, { ... })
      assert.is_nil(values)
      return message
    end
    assert.equal("expects provider, a string that is not empty; it is nil",
      wrong())
    assert.equal("expects model, a string that is not empty; it is \"\"",
      wrong("openai", ""))
    assert.matches("^expects model.*it is 1.5$", wrong("openai", 1.5))
    assert.matches("^expects provider.*it is 1e%+300$", wrong(1e300, "x"))
    assert.matches("^expects provider.*it is a table$", wrong({}, "x"))
    assert.matches("^expects provider.*it is true$", wrong(true, "x"))
  end)

  it("never lead out of their place in the path", function()
    for _, dots in ipairs { ".", ".." } do
      local values = params.path({ path = "jobs/{id}" }, { dots })
      assert.is_nil(values, dots)
    end
    assert.is_table(params.path({ path = "jobs/{id}" }, { "..." }))
  end)
end)
