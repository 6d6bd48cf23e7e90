-- What is sent after tools is what the API takes, however they ended.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local tool_answers = require "spec.support.tool_answers"

local CITY, says, calls = tool_answers.CITY, tool_answers.says,
  tool_answers.calls
local as_body = tool_answers.as_body

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
