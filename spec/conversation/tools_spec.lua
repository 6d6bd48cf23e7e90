-- Conversations that run tools: what goes to the model, and what stays in the
-- history.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"
local tool_answers = require "spec.support.tool_answers"

local CITY, says, calls = tool_answers.CITY, tool_answers.says,
  tool_answers.calls

local WAYS = { send = tool_answers.as_body, stream = tool_answers.as_stream }

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

    it("says nothing of tools where there are none", function()
      local talk, sent = talk_of({ says "One.", says "Two." }, { tools = {},
        tool_choice = "auto", parallel_tool_calls = true })
      assert.equal("One.", indoxhub.assert(ask(talk, "Hi")).data)
      talk.tools = { weather() }
      assert.equal("Two.", indoxhub.assert(ask(talk, "And?",
        { fields = { tools = {} } })).data)
      for _, body in ipairs(sent()) do
        local more = body.additional_params or body
        assert.is_nil(more.tools)
        assert.is_nil(more.tool_choice)
        assert.is_nil(more.parallel_tool_calls)
      end
      assert.equal(2, #sent())
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
      local client = raw:client { WAYS.send(says "inner") }
      local talk = talk_of({ calls { "get_weather", '{"city":"Oslo"}' },
        says "outer" }, { tools = { weather(function()
          return indoxhub.assert(client.chat:create { messages = { {
            role = "user", content = "x" } } }).data
        end) } })
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
