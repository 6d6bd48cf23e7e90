-- Answers that are data: what is sent, what is checked, what is asked again.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local BOOK = { type = "object", title = "A book", required = { "title" },
  properties = { title = { type = "string" },
    pages = { type = "integer" } } }

local function body(text, calls)
  return servers.json(json.encode { id = "r", usage = { prompt_tokens = 1,
    completion_tokens = 2, total_tokens = 3 }, choices = { { index = 0,
    finish_reason = calls and "tool_calls" or "stop", message = {
      role = "assistant", content = text, tool_calls = calls } } } })
end

local function stream(...)
  local frames = { servers.EVENTS_HEAD }
  for _, piece in ipairs { ... } do
    frames[#frames + 1] = "data: " .. json.encode { id = "r", choices = { {
      index = 0, delta = { content = piece } } } } .. "\n\n"
  end
  frames[#frames + 1] = 'data: {"choices":[{"index":0,"delta":{},' ..
    '"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
  return table.concat(frames)
end

describe("an answer that is data", function()
  local raw = during_tests(servers.raw)
  local sandbox = during_tests(servers.sandbox, "--pace 0")

  local function client_of(...)
    local client, name = raw:client { ... }
    return client, function()
      local bodies = {}
      for text in (raw:got(name) .. "POST "):gmatch "\r\n\r\n(.-)POST " do
        bodies[#bodies + 1] = assert(json.decode(text))
      end
      return bodies
    end
  end

  local function fields()
    return { messages = { { role = "user", content = "A book?" } } }
  end

  it("is checked and decoded", function()
    local client, sent = client_of(body '{"title":"Kon-Tiki","pages":null}')
    local reply = indoxhub.assert(client.chat:create(fields(),
      { schema = { type = "object", required = { "title" } } }))
    assert.same({ title = "Kon-Tiki" }, reply.parsed)
    assert.equal('{"title":"Kon-Tiki","pages":null}', reply.data)
    assert.same({ type = "json_schema", json_schema = { name = "answer",
      schema = { type = "object", required = { "title" } } } },
      sent()[1].additional_params.response_format)
  end)

  it("is asked for in other ways, too", function()
    local client, sent = client_of(body '{"title":"a"}')
    for _, mode in ipairs { "json_schema", "json_object", "prompt" } do
      local given = fields()
      table.insert(given.messages, 1, { role = "system", content = "Be kind" })
      indoxhub.assert(client.chat:create(given, { schema = BOOK,
        schema_mode = mode }))
      assert.equal("Be kind", given.messages[1].content)
    end
    local bodies = sent()
    local extra = bodies[1].additional_params
    assert.equal("A_book", extra.response_format.json_schema.name)
    assert.equal("Be kind", bodies[1].messages[1].content)
    assert.same({ type = "json_object" },
      bodies[2].additional_params.response_format)
    assert.is_nil((bodies[3].additional_params or {}).response_format)
    for i = 2, 3 do
      local system = bodies[i].messages[1].content
      assert.equal(1, (system:find("Be kind\n\nAnswer with JSON", 1, true)))
      assert.same(BOOK, json.decode(system:match "(%b{})$"))
    end
  end)

  it("comes as the arguments of a tool", function()
    local client, sent = client_of(body(nil, { { id = "c1", type = "function",
      ["function"] = { name = "give_answer", arguments = '{"title":"a"}' } } }))
    local reply = indoxhub.assert(client.chat:create(fields(),
      { schema = BOOK, schema_mode = "tool" }))
    assert.same({ title = "a" }, reply.parsed)
    assert.is_nil(reply.tool_calls)
    assert.equal("stop", reply.finish_reason)
    local extra = sent()[1].additional_params
    assert.same(BOOK, extra.tools[1]["function"].parameters)
    assert.equal("give_answer", extra.tool_choice["function"].name)
  end)

  it("may stand in a fence", function()
    local client = client_of(body 'Here:\n```json\n{"title":"a"}\n```')
    assert.same({ title = "a" }, indoxhub.assert(client.chat:create(fields(),
      { schema = BOOK })).parsed)
  end)

  it("is asked for once more when it does not fit", function()
    local client, sent = client_of(body '{"title":5}', body '{"title":"a"}')
    local reply = indoxhub.assert(client.chat:create(fields(),
      { schema = BOOK }))
    assert.same({ title = "a" }, reply.parsed)
    assert.equal(6, reply.usage.tokens_total)
    local messages = sent()[2].messages
    assert.equal(3, #messages)
    assert.equal('{"title":5}', messages[2].content)
    assert.equal("This answer does not fit the JSON Schema: /title must be " ..
      "a text, and is a whole number. Answer again, with JSON only.",
      messages[3].content)
  end)

  it("is an error when it never fits", function()
    local client, sent = client_of(body '{"title":5}')
    local reply, err = client.chat:create(fields(), { schema = BOOK,
      repairs = 2 })
    assert.is_nil(reply)
    assert.equal("schema", err.kind)
    assert.equal("title", err.path)
    assert.equal('{"title":5}', err.partial)
    assert.equal(9, err.usage.tokens_total)
    assert.equal("chat.create", err.operation)
    assert.equal(3, #sent())
    client, sent = client_of(body "Sorry.")
    reply, err = client.chat:create(fields(), { schema = BOOK, repairs = 0 })
    assert.is_nil(reply)
    assert.equal(1, (err.message:find("the answer is no JSON: ", 1, true)))
    assert.equal("", err.path)
    assert.equal("Sorry.", err.partial)
    assert.equal(1, #sent())
  end)

  it("fails as any call does", function()
    local client = client_of(body '{"title":5}',
      servers.reply("500 Server Error", "application/json", "{}"))
    local reply, err = client.chat:create(fields(), { schema = BOOK })
    assert.is_nil(reply)
    assert.equal("server", err.kind)
    assert.equal(3, err.usage.tokens_total)
  end)

  it("is refused before it is asked for when that makes no sense", function()
    local client = client_of(body "{}")
    for message, options in pairs {
      ["option schema.pattern is a keyword that is not checked here"] =
        { schema = { pattern = "x" } },
      ["option schema must be a JSON Schema, a table"] = { schema = "text" },
      ["option schema_mode means nothing without schema"] =
        { schema_mode = "prompt" },
      ["option repairs means nothing without schema"] = { repairs = 1 },
      ["option schema_mode"] = { schema = BOOK, schema_mode = "xml" },
      ['schema_mode "tool" needs a schema whose type is "object"'] =
        { schema = { type = "array" }, schema_mode = "tool" },
      ["option schema cannot be sent: "] = { schema = { default = print } },
    } do
      for _, way in ipairs { "create", "stream" } do
        if way == "create" or not options.repairs then
          local ok, why = pcall(client.chat[way], client.chat, fields(),
            options)
          assert.is_false(ok)
          assert.truthy(tostring(why):find(message, 1, true), tostring(why))
        end
      end
    end
    local given = fields()
    given.response_format = { type = "json_object" }
    local ok, why = pcall(client.chat.create, client.chat, given,
      { schema = BOOK })
    assert.is_false(ok)
    assert.truthy(why:find("response_format is made from the option schema"))
  end)

  it("streams, and is told at the end", function()
    local client = client_of(stream('{"tit', 'le":"a"}'),
      stream('{"tit', 'le":5}'))
    local one = indoxhub.assert(client.chat:stream(fields(),
      { schema = BOOK }))
    assert.equal('{"tit', one:next())
    assert.same({ title = "a" }, indoxhub.assert(one:reply()).parsed)
    local other = indoxhub.assert(client.chat:stream(fields(),
      { schema = BOOK }))
    assert.equal('{"tit', other:next())
    assert.equal('le":5}', other:next())
    local piece, err = other:next()
    assert.is_nil(piece)
    assert.equal("schema", err.kind)
    assert.equal("title", err.path)
    assert.equal(err, select(2, other:reply()))
  end)

  describe("in a conversation", function()
    it("is asked for again outside the history", function()
      local client, sent = client_of(body '{"title":5}', body '{"title":"a"}',
        body "Fine.")
      local talk = client:conversation { system = "Be kind" }
      local reply = indoxhub.assert(talk:send("A book?", { schema = BOOK }))
      assert.same({ title = "a" }, reply.parsed)
      assert.equal(2, #talk:messages())
      assert.equal('{"title":"a"}', talk:messages()[2].content)
      assert.equal(6, talk:totals().tokens_total)
      indoxhub.assert(talk:send "Thanks")
      local last = sent()[3]
      assert.equal(4, #last.messages)
      assert.is_nil((last.additional_params or {}).response_format)
    end)

    it("leaves the history as it was when it never fits", function()
      local client = client_of(body '{"title":5}')
      local talk = client:conversation()
      local _, err = talk:send("A book?", { schema = BOOK })
      assert.equal("schema", err.kind)
      assert.equal("conversation.send", err.operation)
      assert.equal(0, #talk:messages())
      assert.equal(6, talk:totals().tokens_total)
    end)

    it("may need tools first", function()
      for _, mode in ipairs { "json_schema", "tool" } do
        local answer = mode == "tool" and body(nil, { { id = "c2",
          type = "function", ["function"] = { name = "give_answer",
            arguments = '{"title":"a"}' } } }) or body '{"title":"a"}'
        local client, sent = client_of(body(nil, { { id = "c1",
          type = "function", ["function"] = { name = "look",
            arguments = "{}" } } }), answer)
        local talk = client:conversation { tools = { indoxhub.tool {
          name = "look", run = function()
            return "a shelf"
          end } } }
        local reply = indoxhub.assert(talk:send("A book?", { schema = BOOK,
          schema_mode = mode }))
        assert.same({ title = "a" }, reply.parsed)
        assert.equal(4, #talk:messages())
        assert.equal('{"title":"a"}', talk:messages()[4].content)
        assert.is_nil(talk:messages()[4].tool_calls)
        assert.equal(mode == "tool" and 2 or 1,
          #sent()[1].additional_params.tools)
      end
    end)

    it("streams", function()
      local client = client_of(stream '{"title":"a"}', stream "No.")
      local talk = client:conversation()
      assert.same({ title = "a" }, indoxhub.assert(indoxhub.assert(
        talk:stream("A book?", { schema = BOOK })):reply()).parsed)
      local _, err = indoxhub.assert(talk:stream("Another?",
        { schema = BOOK })):reply()
      assert.equal("schema", err.kind)
      assert.equal(2, #talk:messages())
    end)
  end)

  describe("in a list", function()
    local ORDERS = { type = "object", properties = { orders = {
      type = "array", items = { ["$ref"] = "#/$defs/order" } } },
      ["$defs"] = { order = { type = "object", required = { "unit" },
        properties = { unit = { enum = { "tank", "ship" } } } } } }

    it("is handed out item by item, as it comes", function()
      local client = client_of { { "body" }, { "send", servers.EVENTS_HEAD
        .. 'data: {"choices":[{"index":0,"delta":{"content":"{\\"orders\\":'
        .. '[{\\"unit\\":\\"tank\\"},"}}]}\n\n' }, { "hold" } }
      local one = indoxhub.assert(client.chat:stream(fields(),
        { schema = ORDERS }))
      assert.same({ unit = "tank" }, one:next_element "orders")
      one:close()
      local element, err = one:next_element "orders"
      assert.is_nil(element)
      assert.equal("cancelled", err.kind)
    end)

    it("is checked item by item", function()
      local client = client_of(stream('{"orders":[{"unit":"tank"},{"un',
        'it":"jet"},{"unit":"ship"}]}'))
      local one = indoxhub.assert(client.chat:stream(fields(),
        { schema = ORDERS }))
      assert.same({ unit = "tank" }, one:next_element "orders")
      local element, err = one:next_element "orders"
      assert.is_nil(element)
      assert.equal("schema", err.kind)
      assert.equal("orders[2].unit", err.path)
      assert.equal("/orders/1/unit must be one of \"tank\", \"ship\", and " ..
        'is "jet"', err.message)
      assert.same({ unit = "ship" }, one:next_element "orders")
      assert.is_nil(one:next_element "orders")
      assert.equal("schema", select(2, one:reply()).kind)
    end)

    if not (_VERSION == "Lua 5.1" and not rawget(_G, "jit")) then
      it("is iterated over", function()
        local client = client_of(stream('[1,2', '2,3]'))
        local list = {}
        for element in indoxhub.assert(client.chat:stream(fields()))
          :elements "" do
          list[#list + 1] = element
        end
        assert.same({ 1, 22, 3 }, list)
      end)
    end

    it("is missed when there is none", function()
      local client = client_of(stream "No orders today.")
      local one = indoxhub.assert(client.chat:stream(fields()))
      local element, err = one:next_element "orders"
      assert.is_nil(element)
      assert.equal("schema", err.kind)
      assert.equal("orders", err.path)
      assert.equal("/orders is no list", err.message)
      assert.has_error(function()
        one:next_element()
      end)
    end)
  end)

  it("can be tried with the sandbox, in every way", function()
    local client = indoxhub.new { api_key = "k", base_url = sandbox.url }
    for _, dialect in ipairs { "responses", "gateway", "openai", "legacy" } do
      for _, mode in ipairs { "json_schema", "json_object", "prompt",
        "tool" } do
        local options = { schema = BOOK, schema_mode = mode,
          headers = { ["X-Sandbox-Dialect"] = dialect } }
        local given = { messages = { { role = "user",
          content = "The book about Nansen, with 320 pages" } } }
        assert.same({ title = "Nansen", pages = 320 },
          indoxhub.assert(client.chat:create(given, options)).parsed)
        assert.equal("Nansen", indoxhub.assert(indoxhub.assert(
          client.chat:stream(given, options)):reply()).parsed.title)
      end
    end
  end)
end)
