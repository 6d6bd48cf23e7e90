-- The vendor's envelope, as a body.
local answers = require "spec.meaning.answers"
local calls = require "spec.meaning.render.calls"
local message = require "spec.meaning.render.message"
local source = require "spec.meaning.source"

local object, list, text = source.object, source.list, source.text

local function spelled_or_nil(answer, kind)
  local spelling = answers.joined(answer, kind)
  return spelling ~= "" and source.spelled(spelling) or nil
end

-- The text; alone in an object, or as a message, it means the same.
local function data(answer, r, has_calls)
  local said = source.spelled(answers.joined(answer, "text"))
  local dice = r:int(10)
  if not answer.is_whole or dice > 3 then
    return said
  elseif dice == 1 then
    return object { { r:pick { "text", "content" }, said } }
  end
  return object { { "role", text "assistant" }, { "content", said },
    { "tool_calls", has_calls } }, true
end

local function images(answer, r)
  local nodes = {}
  for _, step in ipairs(answer.steps) do
    if step.kind == "image" then
      nodes[#nodes + 1] = message.image_item(step.image, r)
    end
  end
  return nodes[1] and list(nodes)
end

local function add_reasoning(answer, body, r)
  local spelling = answers.joined(answer, "reasoning")
  local style = { reasoning = r:pick(message.PLAIN_REASONING) }
  for _, member in ipairs(spelling ~= ""
    and message.reasoning(spelling, style) or {}) do
    body[#body + 1] = member
  end
end

local function add_failure(self, body, r)
  local finish = self.answer.finish
  self.told.message = true
  if r:chance(50) then
    body[#body + 1] = { "error", message.error(finish, r) }
  else
    body[#body + 1] = { "message", text(finish.message) }
    body[#body + 1] = finish.name and { "code", text(finish.name) }
      or finish.number and { "status_code", source.number(finish.number) }
      or nil
  end
end

--- Renders an answer. Returns { body, told }; nil where this dialect has no
--- word for its end.
return function(answer, r)
  local finish = answer.finish
  if finish.kind == "cancelled" then
    return nil
  end
  local self = { answer = answer, told = { request_id = true, model = true,
    provider = true, data = true, reasoning_content = true, refusal = true,
    tool_calls = true, images = true, finish_reason = true } }
  local has_calls = answer.is_whole and calls.all(answer, r) or nil
  local said, is_message = data(answer, r, has_calls)
  local body = { { "request_id", text(answer.id) },
    { "created_at", text "2026-01-02T03:04:05Z" },
    { "provider", text(answer.provider) }, { "model", text(answer.model) },
    { "success", finish.kind == "failed" and source.no or source.yes },
    { "data", said },
    { "refusal", spelled_or_nil(answer, "refusal") },
    { "images", images(answer, r) },
    { "tool_calls", not is_message and has_calls or nil },
    { "finish_reason", finish.reason and text(finish.reason) or r:chance(50)
      and source.null or nil } }
  add_reasoning(answer, body, r)
  if answer.usage then
    body[#body + 1] = { "usage", message.usage(message.tell_usage(answer,
      self.told), message.ENVELOPE_NAMES, r) }
  end
  if finish.kind == "failed" then
    add_failure(self, body, r)
  end
  self.body = object(body)
  return self
end
