-- OpenAI's object with choices, as a body.
local calls = require "spec.meaning.render.calls"
local message = require "spec.meaning.render.message"
local source = require "spec.meaning.source"

local object, list, text = source.object, source.list, source.text

local function other_choice(self)
  return object { { "index", source.number(1) }, { "message", object {
    { "role", text "assistant" },
    { "content", source.spelled(table.concat(self.answer.other)) } } },
    { "finish_reason", text "stop" } }
end

-- Members of the choice that tell of a failure, and those beside `choices`.
local function failure(self, r)
  local finish = self.answer.finish
  self.told.message = true
  if not finish.number and not finish.name and r:chance(50) then
    self.told.message = nil
    return { { "finish_reason", text "error" } }, {}
  end
  local err = { "error", message.error(finish, r) }
  if r:chance(50) then
    return { { "finish_reason", r:chance(50) and text "error" or source.null },
      err }, {}
  end
  return { { "finish_reason", r:chance(50) and text "stop" or source.null } },
    { err }
end

local function ending(self, r)
  local finish = self.answer.finish
  if finish.kind == "failed" then
    return failure(self, r)
  end
  local reason = finish.reason and text(finish.reason) or r:pick { source.null,
    text "null", text "" }
  return { { "finish_reason", reason } }, {}
end

-- Puts usage into one of the objects that may have it.
local function add_usage(self, whole, choice, body, r, in_delta)
  local usage = { "usage", message.usage(message.tell_usage(self.answer,
    self.told), message.CHUNK_NAMES, r) }
  local place = r:int(6)
  if place == 1 then
    table.insert(choice, usage)
  elseif place == 2 then
    table.insert(body, { "x_groq", object { { "id", text "q1" }, usage } })
  elseif place == 3 and not in_delta then
    table.insert(whole.members, usage)
  else
    table.insert(body, usage)
  end
end

--- Renders an answer. Returns { body, told }; nil where this dialect has no
--- word for its end.
return function(answer, r)
  if answer.finish.kind == "cancelled" then
    return nil
  end
  local self = { answer = answer, told = { request_id = true, model = true,
    provider = r:chance(50) or nil, data = true, reasoning_content = true,
    refusal = true, tool_calls = true, images = true, finish_reason = true } }
  local style = message.style(answer, r)
  style.call = style.call == "function_call" and style.call
    or calls.way(answer, r)
  local whole = message.whole(answer, style, r)
  local choice, beside = ending(self, r)
  local in_delta = r:chance(5)
  table.insert(choice, 1, { in_delta and "delta" or "message", whole })
  table.insert(choice, 1, { "index", source.number(0) })
  if answer.usage then
    add_usage(self, whole, choice, beside, r, in_delta)
  end
  local choices = { object(choice) }
  if answer.other and answer.is_whole then
    choices[2], self.told.other = other_choice(self), true
  end
  local body = { { "id", text(answer.id) }, { "object",
    text "chat.completion" }, { "created", source.number(1700000000) },
    { "model", text(answer.model) },
    { "provider", self.told.provider and text(answer.provider) },
    { "choices", list(choices) } }
  for _, member in ipairs(beside) do
    body[#body + 1] = member
  end
  self.body = object(body)
  return self
end
