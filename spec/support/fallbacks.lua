-- Calls that may ask several models: what was asked of whom. Called in a
-- describe block; waits between tries take no time and are written down.
local busted = require "busted"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local retries = require "spec.support.retries"
local servers = require "spec.support.servers"

local fallbacks = {}

fallbacks.MESSAGES = { { role = "user", content = "go" } }

--- An answer that says who gave it, and what it used.
function fallbacks.fine(model, used)
  return fallbacks.body { request_id = "q", data = "fine", model = model,
    usage = used }
end

--- What an answer says it used.
function fallbacks.used(cost, tokens)
  return { cost = cost, tokens_total = tokens }
end

--- An answer of "one" that used so much.
function fallbacks.fine_for(cost, tokens)
  return fallbacks.fine("one", fallbacks.used(cost, tokens))
end

--- An answer that is this as JSON.
function fallbacks.body(value)
  return servers.last_reply("200 OK", json.encode(value))
end

--- A refusal of a failing status.
fallbacks.refusal = retries.refusal

---@return table scene of spec/support/retries.lua with more in it
function fallbacks.scene()
  local scene = retries.scene()
  local events

  busted.before_each(function()
    events = {}
  end)

  --- The bodies of the requests that a script got, decoded.
  function scene.bodies(name)
    local list = {}
    for body in (scene.raw:got(name) .. "POST "):gmatch(
      "\r\n\r\n(.-)POST ") do
      list[#list + 1] = assert(json.decode(body))
    end
    return list
  end

  --- The models that were asked, "-" for none, in one line.
  function scene.asked(name)
    local models = {}
    for i, body in ipairs(scene.bodies(name)) do
      models[i] = body.model or "-"
    end
    return table.concat(models, " ")
  end

  --- The models of the tries of an error, in one line.
  function scene.tried(err)
    local models = {}
    for i, try in ipairs(err.attempts) do
      models[i] = try.model or "-"
    end
    return table.concat(models, " ")
  end

  --- A client that falls back to b/two and c/three, without tries beside.
  function scene.client(answers, options)
    local given = { fallback = { "b/two", "c/three" }, max_retries = 0,
      log = function(event)
        if event.name == "fallback" then
          events[#events + 1] = ("%s > %s: %s"):format(
            tostring(event.failed_model), event.model, event.kind)
        end
      end }
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    return scene.client_with(answers, given)
  end

  --- What the log was told of fallbacks.
  function scene.events()
    return events
  end

  return scene
end

--- What a stream brings: its text and reply; or nil and the error.
function fallbacks.read(stream)
  local reply, err = stream:reply()
  return reply and reply.data, reply or err
end

fallbacks.meta = indoxhub.meta

return fallbacks
