-- Conversations of the specs, with a server that says what a test wants and
-- keeps what it was sent.
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local talks = {}

local USAGE = { tokens_prompt = 3, tokens_completion = 4, tokens_total = 7,
  cost = 0.25 }

--- A reply with a text; `fields` are added to it.
function talks.reply(text, fields)
  local body = { success = true, data = text, usage = USAGE }
  for name, value in pairs(fields or {}) do
    body[name] = value
  end
  return servers.reply("200 OK", "application/json", json.encode(body))
end

--- A refusal.
function talks.refusal(status)
  return servers.last_reply(status, '{"detail":"no"}')
end

--- A reply that calls tools, in the form of OpenAI's replies: { id, name,
--- arguments } each.
function talks.calls(...)
  local calls = {}
  for i, call in ipairs { ... } do
    calls[i] = { id = call[1], type = "function", ["function"] = {
      name = call[2], arguments = call[3] } }
  end
  return servers.reply("200 OK", "application/json", json.encode {
    id = "c", choices = { { index = 0, finish_reason = "tool_calls",
      message = { role = "assistant", content = json.null,
        tool_calls = calls } } } })
end

local count = 0

--- A conversation with a script of a raw server, and a scene with the functions
--- answer(reply), which says what comes next (bytes, or the steps of a script),
--- and sent(), which returns the bodies of all requests, decoded. `scene.name`
--- is the script's.
function talks.new(raw, name, settings, options)
  count = count + 1
  name = name .. count
  local scene = { name = name }
  function scene.answer(reply)
    return raw:script(name, reply)
  end
  function scene.sent()
    local got, bodies, at = raw:got(name), {}, 1
    while true do
      local _, stop, length = got:find(
        "\r\nContent%-Length: (%d+).-\r\n\r\n", at)
      if not stop or #got < stop + tonumber(length) then -- it is on its way
        return bodies
      end
      at = stop + 1 + tonumber(length)
      if length ~= "0" then -- that of a stop call
        bodies[#bodies + 1] = assert(json.decode(got:sub(stop + 1, at - 1)))
      end
    end
  end
  local given = { api_key = "indox-test", max_retries = 0,
    base_url = scene.answer(talks.reply("yes")) }
  for option, value in pairs(options or {}) do
    given[option] = value
  end
  scene.client = indoxhub.new(given)
  scene.talk = scene.client:conversation(settings)
  return scene.talk, scene
end

--- Waits for what must not fail.
talks.must = indoxhub.assert

--- The contents of messages, each behind the first letter of its role.
function talks.line(messages)
  local pieces = {}
  for i, message in ipairs(messages) do
    pieces[i] = message.role:sub(1, 1) .. ":" .. tostring(message.content)
  end
  return table.concat(pieces, " ")
end

return talks
