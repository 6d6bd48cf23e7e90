-- A Responses object, as a body.
local items = require "spec.meaning.render.items"
local message = require "spec.meaning.render.message"
local source = require "spec.meaning.source"

local object, list, text = source.object, source.list, source.text

local function has_base64(answer)
  for _, image in ipairs(answer.images) do
    if image.b64 then
      return true
    end
  end
end

local function ending(self, r)
  local answer = self.answer
  local kind = answer.finish.kind
  if kind == "cancelled" then
    return { { "status", text "cancelled" } }
  elseif kind == "failed" then
    self.told.message = true
    return { { "status", text(r:chance(70) and "failed" or "completed") },
      { "error", message.error(answer.finish, r) } }
  end
  return items.ending(answer, { with_reason = r:chance(30) }, self.told)
end

--- Renders an answer. Returns { body, told }.
return function(answer, r)
  local self = { answer = answer, told = { request_id = true, model = true,
    provider = r:chance(50) or nil, data = true, reasoning_content = true,
    refusal = true, tool_calls = true, finish_reason = "absent",
    images = not has_base64(answer) or nil } }
  local nodes = {}
  local messages = items.messages(answer, { images = self.told.images,
    split = r:chance(50) })
  for i, item in ipairs(items.all(answer, { messages = messages })) do
    nodes[i] = item.node
  end
  local body = { { "id", text(answer.id) }, { "object", text "response" },
    { "created_at", source.number(1700000000) },
    { "model", text(answer.model) },
    { "provider", self.told.provider and text(answer.provider) },
    { "output", list(nodes) } }
  for _, member in ipairs(ending(self, r)) do
    body[#body + 1] = member
  end
  if answer.finish.kind ~= "failed" and answer.finish.kind ~= "cancelled"
    and r:chance(50) then
    body[#body + 1] = { "error", source.null }
  end
  body[#body + 1] = items.usage(answer, self.told, r)
  self.body = object(body)
  return self
end
