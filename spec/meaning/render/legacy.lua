-- Streams of the old kind: each event is an envelope with a piece of the
-- answer.
local calls = require "spec.meaning.render.calls"
local message = require "spec.meaning.render.message"
local source = require "spec.meaning.source"

local object, list, text = source.object, source.list, source.text

local function event(self, members)
  local node = object(members)
  table.insert(node.members, 1, { "success", source.yes })
  table.insert(self.events, { data = node })
end

local function facts(answer)
  return { "request_id", text(answer.id) }, { "provider",
    text(answer.provider) }, { "model", text(answer.model) }
end

local steps = {}

function steps.text(step)
  return { { "data", source.spelled(step.spelling) } }
end

function steps.reasoning(step, r, self)
  local members = message.reasoning(step.spelling, self.style)
  if r:chance(80) then
    table.insert(members, 1, { "data", text "" })
  end
  return members
end

function steps.refusal(step)
  return { { "data", text "" }, { "refusal", source.spelled(step.spelling) } }
end

function steps.image(step, r)
  return { { "data", r:chance(50) and text "" or nil },
    { "images", list { message.image_item(step.image, r) } } }
end

-- Whole calls, all at once or one in each event, or fragments as in deltas.
function steps.call(step, r, self)
  local answer = self.answer
  if self.calls_in == "fragments" then
    local member = calls.member(answer, self.style.call, step, r)
    return member and { { "data", text "" }, member }
  elseif self.calls_in == "one" then
    local is_first = step.first and step.call == answer.calls[1]
    return is_first and { { "data", text "" },
      { "tool_calls", calls.all(answer, r) } } or nil
  end
  return step.first and { { "data", text "" },
    { "tool_calls", list { calls.whole(step.call) } } } or nil
end

local function add_steps(self, r)
  self.calls_in = r:pick { "one", "many", "fragments" }
  for i, step in ipairs(self.answer.steps) do
    local members = steps[step.kind](step, r, self)
    if members then
      local fields = members
      if self.facts_in == "all" or self.facts_in == "first" and i == 1 then
        local id, provider, model = facts(self.answer)
        fields = { id, provider, model }
        for _, member in ipairs(members) do
          fields[#fields + 1] = member
        end
      end
      if self.usage_at == "every" then
        fields[#fields + 1] = { "usage", self.usage }
        self.usage_told = true
      end
      if self.no_reason then
        fields[#fields + 1] = { "finish_reason", self.no_reason }
      end
      event(self, fields)
    end
  end
end

local function add_finish(self, r)
  local reason = self.answer.finish.reason
  local id, provider, model = facts(self.answer)
  local last = { id, provider, model }
  if r:chance(70) then
    last[#last + 1] = { "data", text "" }
  end
  if self.usage then
    last[#last + 1] = { "usage", self.usage }
    self.usage_told = true
  end
  last[#last + 1] = reason and { "finish_reason", text(reason) } or nil
  self.told.request_id, self.told.provider, self.told.model = true, true, true
  event(self, last)
end

local failures = {}

function failures.envelope(self, r)
  local finish = self.answer.finish
  table.insert(self.events, { data = object { { "success", source.no },
    { "message", text(finish.message) },
    { "status_code", finish.number and source.number(finish.number) },
    { "code", finish.name and text(finish.name) },
    { "data", r:chance(30) and source.null or nil } } })
end

function failures.error(self, r)
  table.insert(self.events, { data = object { { "error",
    message.error(self.answer.finish, r) } } })
end

function failures.both(self, r)
  table.insert(self.events, { data = object { { "success", source.no },
    { "error", message.error(self.answer.finish, r) } } })
end

--- Renders an answer. Returns { events, told }; nil where this dialect has no
--- word for its end.
return function(answer, r)
  if answer.finish.kind == "cancelled" then
    return nil
  end
  local self = { answer = answer, events = {}, told = { data = true,
    reasoning_content = true, refusal = true, tool_calls = true, images = true,
    finish_reason = true } }
  self.style = message.style(answer, r)
  self.style.reasoning = r:pick(message.PLAIN_REASONING)
  self.facts_in = r:pick { "all", "first", "last" }
  self.usage_at = answer.usage and r:pick { "every", "last" }
  self.no_reason = r:pick { false, source.null, text "null", text "" }
  self.usage = answer.usage and message.usage(answer.usage,
    message.ENVELOPE_NAMES, r)
  add_steps(self, r)
  if answer.is_whole then
    add_finish(self, r)
  elseif answer.finish.kind == "failed" then
    self.told.message = true
    failures[r:pick { "envelope", "error", "both" }](self, r)
  end
  if self.usage_told then
    message.tell_usage(answer, self.told)
  end
  local kind = answer.finish.kind
  if kind == "done" or kind ~= "truncated" and r:chance(85) then
    table.insert(self.events, { data = "[DONE]" })
  end
  return self
end
