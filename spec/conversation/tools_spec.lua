-- Conversations that run tools: what goes to the model, what stays in the
-- history, and that the next request is right whatever happened.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local CITY = { type = "object", properties = { city = { type = "string" },
  days = { type = "integer", minimum = 1 } }, required = { "city" } }

-- An answer of a server, in OpenAI's form: what the message says, and why it
-- ends there.
local function says(text)
  return { message = { role = "assistant", content = text }, reason = "stop" }
end

local function calls(...)
  local list = {}
  for i, call in ipairs { ... } do
    list[i] = { id = call.id or "c" .. i, type = "function",
      ["function"] = { name = call[1], arguments = call[2] } }
  end
  return { message = { role = "assistant", tool_calls = list },
    reason = "tool_calls" }
end

local USAGE = { prompt_tokens = 10, completion_tokens = 5, total_tokens = 15,
  cost = 0.5 }

local function as_body(answer)
  return servers.json(json.encode { id = "r", usage = USAGE, choices = { {
    index = 0, message = answer.message, finish_reason = answer.reason } } })
end

local function as_stream(answer)
  local message, frames = answer.message, { servers.EVENTS_HEAD }
  local function add(payload)
    frames[#frames + 1] = "data: " .. json.encode(payload) .. "\n\n"
  end
  local function delta(fields)
    add { id = "r", choices = { { index = 0, delta = fields } } }
  end
  for i, call in ipairs(message.tool_calls or {}) do
    local text = call["function"].arguments
    local half = math.floor(#text / 2)
    delta { tool_calls = { { index = i - 1, id = call.id, type = "function",
      ["function"] = { name = call["function"].name,
        arguments = text:sub(1, half) } } } }
    delta { tool_calls = { { index = i - 1, ["function"] = {
      arguments = text:sub(half + 1) } } } }
  end
  for piece in (message.content or ""):gmatch "%s*%S+" do
    delta { content = piece }
  end
  add { id = "r", usage = USAGE, choices = { { index = 0, delta = {},
    finish_reason = answer.reason } } }
  frames[#frames + 1] = "data: [DONE]\n\n"
  return table.concat(frames)
end

local WAYS = { send = as_body, stream = as_stream }

for way, render in pairs(WAYS) do
  describe("a conversation with tools, by " .. way .. ",", function()
    local raw = during_tests(servers.raw)

    -- A conversation whose server gives these answers in turn, and a function
    -- that returns the bodies that were sent.
    local function talk_of(answers, given)
      local list = {}
      for i, answer in ipairs(answers) do
        list[i] = type(answer) == "string" and answer or render(answer)
      end
      local client, name = raw:client(list)
      return client:conversation(given), function()
        local bodies = {}
        for body in (raw:got(name) .. "POST "):gmatch "\r\n\r\n(.-)POST " do
          bodies[#bodies + 1] = assert(json.decode(body))
        end
        return bodies
      end
    end

    local function ask(talk, question, options)
      local got, err = talk[way](talk, question, options)
      if way == "stream" and got then
        return got:reply()
      end
      return got, err
    end

    local function weather(run, more)
      local tool = { name = "get_weather", parameters = CITY,
        description = "The weather of a city.", run = run
          or function(arguments)
            return arguments.city .. ": 17 degrees"
          end }
      for name, value in pairs(more or {}) do
        tool[name] = value
      end
      return indoxhub.tool(tool)
    end

    -- "u:Hi a:[c1] t:c1=17 a:Warm."
    local function line(messages)
      local shown = {}
      for i, message in ipairs(messages) do
        local ids = {}
        for j, call in ipairs(message.tool_calls or {}) do
          ids[j] = call.id
        end
        shown[i] = message.role:sub(1, 1) .. ":"
          .. (ids[1] and "[" .. table.concat(ids, " ") .. "]"
            or (message.tool_call_id and message.tool_call_id .. "=" or "")
              .. tostring(message.content))
      end
      return table.concat(shown, " ")
    end

    it("runs them, and tells of each step", function()
      local talk, sent = talk_of({ calls({ "get_weather", '{"city":"Oslo"}' },
        { "get_weather", '{"city":"Rome","days":2}' }), says "Both warm." },
        { tools = { weather() } })
      local reply = indoxhub.assert(ask(talk, "Where is it warm?"))
      assert.equal("Both warm.", reply.data)
      assert.equal("u:Where is it warm? a:[c1 c2] t:c1=Oslo: 17 degrees " ..
        "t:c2=Rome: 17 degrees a:Both warm.", line(talk:messages()))
      local bodies = sent()
      assert.equal(2, #bodies)
      assert.equal("u:Where is it warm? a:[c1 c2] t:c1=Oslo: 17 degrees " ..
        "t:c2=Rome: 17 degrees", line(bodies[2].messages))
      local tool = bodies[1].additional_params.tools[1]
      assert.equal("get_weather", tool["function"].name)
      assert.same(CITY, tool["function"].parameters)
      assert.equal(30, reply.usage.tokens_total)
      assert.equal(1, reply.usage.cost)
      assert.equal(2, talk:totals().requests)
      assert.equal(1, #reply.steps)
      local call = reply.steps[1].calls[2]
      assert.equal("c2", call.id)
      assert.same({ city = "Rome", days = 2 }, call.arguments)
      assert.equal("Rome: 17 degrees", call.result)
      assert.is_number(call.seconds)
      assert.is_nil(call.error)
    end)

    it("runs the calls of a step side by side", function()
      indoxhub.run(function()
        local running, most = 0, 0
        local talk = talk_of({ calls({ "get_weather", '{"city":"A"}' },
          { "get_weather", '{"city":"B"}' },
          { "get_weather", '{"city":"C"}' }), says "Done." },
          { tools = { weather(function(arguments)
            running = running + 1
            most = math.max(most, running)
            -- The first goes on when all have begun.
            while most < 3 do
              indoxhub.assert(indoxhub.sleep(0.001))
            end
            running = running - 1
            return arguments.city
          end) } })
        indoxhub.assert(ask(talk, "Go"))
        assert.equal(3, most)
        assert.equal("u:Go a:[c1 c2 c3] t:c1=A t:c2=B t:c3=C a:Done.",
          line(talk:messages()))
      end)
    end)

    it("lets a tool ask the same server", function()
      local client = raw:client { render(says "inner") }
      local talk = talk_of({ calls { "get_weather", '{"city":"Oslo"}' },
        says "outer" }, { tools = { weather(function()
          return indoxhub.assert(client.chat:create { messages = { {
            role = "user", content = "x" } } }).data
        end) } })
      if way == "stream" then
        client = raw:client { as_body(says "inner") }
      end
      assert.equal("outer", indoxhub.assert(ask(talk, "Go")).data)
      assert.equal("u:Go a:[c1] t:c1=inner a:outer", line(talk:messages()))
    end)

    it("sends tables, numbers and nothing as JSON", function()
      for expected, value in pairs {
        ['{"a":[1,2]}'] = { a = { 1, 2 } }, ["17.5"] = 17.5, ["false"] = false,
        ["text"] = "text", ["caf\239\191\189"] = "caf\233" } do
        local talk = talk_of({ calls { "get_weather", '{"city":"x"}' },
          says "Done." }, { tools = { weather(function()
            return value
          end) } })
        indoxhub.assert(ask(talk, "Go"))
        assert.equal(expected, talk:messages()[3].content)
      end
      local talk = talk_of({ calls { "get_weather", '{"city":"x"}' },
        says "Done." }, { tools = { weather(function() end) } })
      indoxhub.assert(ask(talk, "Go"))
      assert.equal("null", talk:messages()[3].content)
    end)

    describe("goes on after a tool that failed, and tells the model:",
      function()
        local cases = {
          ["returned nil and a message"] = { run = function()
            return nil, "no such city"
          end, says = "^Error: no such city$" },
          ["raised"] = { run = function()
            error("out of fog", 0)
          end, says = "^Error: out of fog$" },
          ["raised a table"] = { run = function()
            error(setmetatable({}, { __tostring = function()
              return "a table"
            end }))
          end, says = "^Error: a table$" },
          ["returned what cannot be sent"] = { run = function()
            return { f = print }
          end, says = "^Error: the tool returned what JSON cannot hold: " },
          ["got no JSON"] = { arguments = '{"city":',
            says = "^Error: the arguments are not valid JSON: " },
          ["got no object"] = { arguments = '["Oslo"]',
            says = "^Error: the arguments must be a JSON object$" },
          ["got too little"] = { arguments = "{}",
            says = "^Error: the arguments do not fit the schema: /city is " ..
              "missing$" },
          ["got the wrong things"] = { arguments = '{"city":5,"days":0}',
            says = "/city must be a text, and is a whole number" },
          ["is not known"] = { name = "get_whether",
            says = "^Error: there is no tool of this name$" },
        }
        for name, case in pairs(cases) do
          it(name, function()
            local told, ran = {}, false
            local talk, sent = talk_of({ calls {
              case.name or "get_weather", case.arguments or '{"city":"x"}' },
              says "Sorry." }, { tools = { weather(function(...)
                ran = true
                return (case.run or error)(...)
              end) }, on_tool_error = function(call, message)
                told[#told + 1] = call.name .. ": " .. message
              end })
            local reply = indoxhub.assert(ask(talk, "Go"))
            assert.equal("Sorry.", reply.data)
            local content = talk:messages()[3].content
            assert.truthy(content:find(case.says), content)
            assert.equal(content, sent()[2].messages[3].content)
            assert.same({ (case.name or "get_weather") .. ": "
              .. content:gsub("^Error: ", "") }, told)
            assert.equal(case.run ~= nil, ran)
            assert.equal("Error: " .. reply.steps[1].calls[1].error, content)
          end)
        end
      end)

    it("asks for approval, which may wait, before each call", function()
      indoxhub.run(function()
        local asked, ran, mistakes = {}, {}, 0
        local talk = talk_of({ calls({ "get_weather", '{"city":"A"}' },
          { "get_weather", '{"city":"B"}' }), says "One." }, {
          tools = { weather(function(arguments)
            ran[#ran + 1] = arguments.city
            return "ok"
          end) },
          approve = function(call)
            asked[#asked + 1] = call.arguments.city
            indoxhub.assert(indoxhub.sleep(0.001))
            return call.arguments.city == "A", "not there"
          end,
          on_tool_error = function()
            mistakes = mistakes + 1
          end })
        indoxhub.assert(ask(talk, "Go"))
        assert.same({ "A", "B" }, asked)
        assert.same({ "A" }, ran)
        assert.equal(0, mistakes)
        assert.equal("Error: the call was denied: not there",
          talk:messages()[4].content)
      end)
    end)

    it("does not run what approval raised about", function()
      local ran = false
      local talk = talk_of({ calls { "get_weather", '{"city":"A"}' },
        says "No." }, { tools = { weather(function()
          ran = true
        end) }, approve = function()
          error("no screen", 0)
        end })
      indoxhub.assert(ask(talk, "Go"))
      assert.is_false(ran)
      assert.equal("Error: no screen", talk:messages()[3].content)
    end)

    it("tells live of calls and results", function()
      local told = {}
      local talk = talk_of({ calls { "get_weather", '{"city":"A"}' },
        says "Done." }, { tools = { weather() },
          on_call = function(call)
            told[#told + 1] = "call " .. call.arguments.city
          end,
          on_result = function(call)
            told[#told + 1] = "result " .. call.result
          end })
      indoxhub.assert(ask(talk, "Go"))
      assert.same({ "call A", "result A: 17 degrees" }, told)
    end)

    it("ends after max_steps, and what was done stays", function()
      local again = calls { "get_weather", '{"city":"A"}' }
      local talk = talk_of({ again, again, again, says "At last." },
        { tools = { weather() }, max_steps = 3 })
      local reply, err = ask(talk, "Go")
      assert.is_nil(reply)
      assert.equal("steps", err.kind)
      assert.equal("conversation." .. way, err.operation)
      assert.equal(2, #err.steps)
      assert.equal(45, err.usage.tokens_total)
      assert.equal("u:Go a:[c1] t:c1=A: 17 degrees a:[c1] " ..
        "t:c1=A: 17 degrees", line(talk:messages()))
      assert.equal("At last.", indoxhub.assert(ask(talk)).data)
    end)

    it("hands calls of tools without a function to the program", function()
      local plain = { type = "function", ["function"] = { name = "plain" } }
      local ran = false
      local talk = talk_of({ calls({ "get_weather", '{"city":"A"}' },
        { "bare", "{}" }), says "Done." }, { tools = { weather(function()
          ran = true
        end), plain, indoxhub.tool { name = "bare" } } })
      local reply = indoxhub.assert(ask(talk, "Go"))
      assert.equal(2, #reply.tool_calls)
      assert.is_false(ran)
      for _, call in ipairs(reply.tool_calls) do
        talk:add { role = "tool", tool_call_id = call.id, content = "x" }
      end
      assert.equal("Done.", indoxhub.assert(ask(talk)).data)
    end)

    it("keeps what tools did when the next answer fails", function()
      local talk = talk_of({ calls { "get_weather", '{"city":"A"}' },
        servers.reply("500 Server Error", "application/json", "{}"),
        says "Warm." }, { tools = { weather() } })
      local reply, err = ask(talk, "Go")
      assert.is_nil(reply)
      assert.equal("server", err.kind)
      assert.equal(1, #err.steps)
      assert.equal(15, err.usage.tokens_total)
      assert.equal("u:Go a:[c1] t:c1=A: 17 degrees", line(talk:messages()))
      assert.equal("Warm.", indoxhub.assert(ask(talk)).data)
      assert.equal("u:Go a:[c1] t:c1=A: 17 degrees a:Warm.",
        line(talk:messages()))
    end)

    it("gives every call a result when it is cancelled", function()
      indoxhub.run(function()
        local began, ended
        local talk = talk_of({ calls({ "get_weather", '{"city":"A"}' },
          { "get_weather", '{"city":"B"}' }), says "Never mind." },
          { tools = { weather(function(arguments)
            if arguments.city == "A" then
              return "quick"
            end
            began = true
            local ok, err = indoxhub.sleep(60)
            ended = ok and "slept" or err.kind
            return "slow"
          end) } })
        local asking = indoxhub.spawn(function()
          return ask(talk, "Go")
        end)
        while not began do
          indoxhub.assert(indoxhub.sleep(0.001))
        end
        asking:cancel()
        local reply, err = asking:await()
        assert.is_nil(reply)
        assert.equal("cancelled", err.kind)
        while not ended do
          indoxhub.assert(indoxhub.sleep(0.001))
        end
        assert.equal("cancelled", ended)
        assert.equal("u:Go a:[c1 c2] t:c1=quick " ..
          "t:c2=Error: the call was cancelled", line(talk:messages()))
        assert.equal("Never mind.", indoxhub.assert(ask(talk, "Well?")).data)
      end)
    end)

    it("takes fields for one turn", function()
      local talk, sent = talk_of({ says "One.", says "Two." },
        { tools = { weather() }, temperature = 1 })
      indoxhub.assert(ask(talk, "Go", { fields = { tool_choice = "none",
        temperature = 0.5 } }))
      indoxhub.assert(ask(talk, "Go"))
      local bodies = sent()
      assert.equal("none", bodies[1].additional_params.tool_choice)
      assert.equal(0.5, bodies[1].temperature)
      assert.is_nil(bodies[2].additional_params.tool_choice)
      assert.equal(1, bodies[2].temperature)
      for fields, message in pairs { [{ max_steps = 2 }] =
          "fields.max_steps is a setting of the conversation, and not sent",
        [{ messages = {} }] = "messages are not given at once",
        [5] = "fields must be a table of what is sent",
        [{ temperature = "x" }] = "temperature" } do
        local ok, why = pcall(ask, talk, "Go", { fields = fields })
        assert.is_false(ok)
        assert.truthy(tostring(why):find(message, 1, true), tostring(why))
      end
    end)

    it("forces a call for the first answer only", function()
      for _, choice in ipairs { "required", { type = "function",
        ["function"] = { name = "get_weather" } } } do
        local talk, sent = talk_of({ calls { "get_weather", '{"city":"A"}' },
          says "Done." }, { tools = { weather() }, tool_choice = choice })
        indoxhub.assert(ask(talk, "Go"))
        local bodies = sent()
        assert.same(choice, bodies[1].additional_params.tool_choice)
        assert.is_nil(bodies[2].additional_params.tool_choice)
        assert.same(choice, talk.tool_choice)
      end
    end)

    it("takes null arguments for absent ones", function()
      local seen
      local schema = { type = "object", properties = { city = {
        type = { "string", "null" } } } }
      local talk = talk_of({ calls { "get_weather", '{"city":null}' },
        says "Done." }, { tools = { weather(function(arguments)
          seen = arguments
        end, { parameters = schema }) } })
      indoxhub.assert(ask(talk, "Go"))
      assert.same({}, seen)
    end)
  end)
end

describe("a stream of a conversation with tools", function()
  local raw = during_tests(servers.raw)

  local function talk_of(answers, given)
    local list = {}
    for i, answer in ipairs(answers) do
      list[i] = as_stream(answer)
    end
    return raw:client(list):conversation(given)
  end

  local function weather(run)
    return indoxhub.tool { name = "get_weather", parameters = CITY,
      run = run or function()
        return "17 degrees"
      end }
  end

  local function both()
    local first = calls { "get_weather", '{"city":"A"}' }
    first.message.content = "Let me see. "
    return { first, says "It is warm." }
  end

  it("hands out the pieces of all steps", function()
    local talk = talk_of(both(), { tools = { weather() } })
    local pieces = {}
    local stream = indoxhub.assert(talk:stream "Go")
    for delta in stream do
      pieces[#pieces + 1] = delta
    end
    assert.equal("Let me see. It is warm.", (table.concat(pieces)
      :gsub("see%.It", "see. It")))
    assert.equal("It is warm.", stream:reply().data)
    assert.equal("Let me see.", (stream:reply().steps[1].data
      :gsub("%s+$", "")))
  end)

  it("can be read without waiting, while tools run", function()
    local go = false
    local talk = talk_of(both(), { tools = { weather(function()
      while not go do
        indoxhub.assert(indoxhub.sleep(0.001))
      end
      return "17"
    end) } })
    local stream = indoxhub.assert(talk:stream "Go")
    local text, looks = "", 0
    while true do
      local piece, kind = stream:try_next()
      if piece then
        text = text .. piece
      elseif kind ~= "pending" then
        assert.is_nil(kind)
        break
      elseif text:find "see" then
        looks = looks + 1
        go = looks > 20
      end
    end
    assert.is_true(looks > 20)
    assert.truthy(text:find "It is warm%.$")
  end)

  it("gives its events, and works as a coroutine", function()
    local talk = talk_of(both(), { tools = { weather() } })
    local count = 0
    if not (_VERSION == "Lua 5.1" and not rawget(_G, "jit")) then
      for event in indoxhub.assert(talk:stream "Go"):events() do
        count = count + (event.type or event.choices and 1 or 1)
      end
      assert.is_true(count > 6)
      assert.equal(4, #talk:messages())
    end
    talk = talk_of(both(), { tools = { weather() } })
    local thread = indoxhub.assert(talk:stream "Go"):coroutine()
    local text, ok, piece = "", coroutine.resume(thread)
    while coroutine.status(thread) ~= "dead" do
      text = text .. piece
      ok, piece = coroutine.resume(thread)
    end
    assert.is_true(ok)
    assert.equal("It is warm.", piece.data)
    assert.truthy(text:find "It is warm%.$")
  end)

  it("can be closed while tools run, and the history is whole at once",
    function()
      indoxhub.run(function()
        local began, ended
        local talk = talk_of({ both()[1], says "Again." }, { tools = {
          weather(function()
            began = true
            local _, err = indoxhub.sleep(60)
            ended = err.kind
          end) } })
        local stream = indoxhub.assert(talk:stream "Go")
        local reading = indoxhub.spawn(function()
          return stream:reply()
        end)
        while not began do
          indoxhub.assert(indoxhub.sleep(0.001))
        end
        stream:close()
        local roles = {}
        for i, message in ipairs(talk:messages()) do
          roles[i] = message.role
        end
        assert.equal("user assistant tool", table.concat(roles, " "))
        assert.equal("Error: the call was cancelled",
          talk:messages()[3].content)
        local reply = indoxhub.assert(talk:send "And now?")
        assert.equal("Again.", reply.data)
        local _, err = reading:await()
        assert.equal("cancelled", err.kind)
        while not ended do
          indoxhub.assert(indoxhub.sleep(0.001))
        end
        assert.equal("cancelled", ended)
        assert.equal(5, #talk:messages())
      end)
    end)
end)

describe("what is sent after tools", function()
  local raw = during_tests(servers.raw)
  local validator = during_tests(servers.validator)

  -- What a tool does, and the setting that goes with it.
  local WAYS_TO_END = {
    ["that answered"] = { run = function()
      return "17"
    end },
    ["that raised"] = { run = error },
    ["that were denied"] = { settings = { approve = function() end } },
    ["that are not known"] = { call = { "other", "{}" } },
    ["that got wrong arguments"] = { call = { "get_weather", '{"city":' } },
    ["that were one too many"] = { settings = { max_steps = 2 },
      again = true },
    ["that were cancelled"] = { run = function()
      indoxhub.sleep(60)
    end, cancels = true },
  }

  for name, case in pairs(WAYS_TO_END) do
    it("is what the API takes: after tools " .. name, function()
      indoxhub.run(function()
        local first = calls(case.call or { "get_weather", '{"city":"A"}' },
          { "get_weather", '{"city":"B"}' })
        local began = 0
        local given = { tools = { indoxhub.tool { name = "get_weather",
          parameters = CITY, run = function(...)
            began = began + 1
            return (case.run or tostring)(...)
          end } } }
        for key, value in pairs(case.settings or {}) do
          given[key] = value
        end
        local talk = raw:client { as_body(first),
          as_body(case.again and first or says "Done.") }:conversation(given)
        local asking = indoxhub.spawn(function()
          return talk:send "Go"
        end)
        if case.cancels then
          while began < 2 do
            indoxhub.assert(indoxhub.sleep(0.001))
          end
          asking:cancel()
        end
        asking:await()
        validator:ask("/__seen", "DELETE")
        local other = indoxhub.new { api_key = "indox-test", max_retries = 0,
          base_url = validator.url }:conversation(given)
        for _, message in ipairs(talk:messages()) do
          other:add(message)
        end
        assert.is_true(#talk:messages() >= 4)
        indoxhub.assert(other:send "And now?")
        local requests = validator:ask("/__seen").requests
        assert.equal(1, #requests)
        assert.same({}, requests[1].violations)
      end)
    end)
  end
end)
