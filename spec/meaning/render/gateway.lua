-- Streams of the gateway: frames with types, some of them with a delta inside.
local deltas = require "spec.meaning.render.deltas"
local message = require "spec.meaning.render.message"
local source = require "spec.meaning.source"

local object, list, text = source.object, source.list, source.text

local function frame(self, kind, members, name)
  table.insert(members, 1, { "type", text(kind) })
  table.insert(self.events, { name = name, data = object(members) })
end

local function choices(delta, reason, more)
  local members = { { "delta", delta }, { "index", source.number(0) },
    { "finish_reason", reason or source.null } }
  for _, member in ipairs(more or {}) do
    members[#members + 1] = member
  end
  return { "choices", list { object(members) } }
end

local function content(self, data, delta, reason, more)
  frame(self, "content", { { "data", data },
    { "provider", text(self.answer.provider) },
    choices(delta, reason, more) })
end

local function add_start(self, r)
  local answer = self.answer
  local input = answer.usage and answer.usage.prompt or 0
  frame(self, "usage_start", { { "request_id", text(answer.id) },
    { "provider", text(answer.provider) }, { "model", text(answer.model) },
    { "input_tokens", source.number(input) } },
    r:chance(80) and "usage_start" or nil)
  self.told.tokens_prompt = answer.usage and true
end

-- The gateway may say its text in the vendor's words, too.
local function repeat_text(self, one)
  if one.spelling and one.spelling ~= "" then
    table.insert(self.events, { data = object {
      { "type", text "response.content_part.delta" },
      { "response_id", text(self.answer.id) },
      { "output_index", source.number(0) },
      { "content_index", source.number(0) },
      { "delta", source.spelled(one.spelling) } } })
  end
end

-- Text stands twice in a frame, or in one of its two places.
local function add_deltas(self, list_of, r)
  for _, one in ipairs(list_of) do
    if self.repeats == "before" then
      repeat_text(self, one)
    end
    local dice = r:int(10)
    if not one.spelling then
      content(self, r:chance(80) and text "" or nil, object(one.members))
    elseif dice == 1 then
      content(self, text "", object(one.members))
    elseif dice == 2 and #one.members == 1 then
      content(self, source.spelled(one.spelling), object {})
    else
      content(self, source.spelled(one.spelling), object(one.members))
    end
    if self.repeats == "after" then
      repeat_text(self, one)
    end
  end
end

-- Repeats text only where all of it is there to be repeated.
local function pick_repeats(answer, chunks, r)
  if answer.says_once then
    return nil
  end
  for _, one in ipairs(chunks) do
    if one.kind == "text" and not one.spelling then
      return nil
    end
  end
  return r:chance(10) and r:pick { "before", "after" } or nil
end

local function add_usage(self, r)
  local usage = self.answer.usage
  if usage and usage.cached == nil and usage.thought == nil then
    frame(self, "usage_final", {
      { "input_tokens", source.number(usage.prompt) },
      { "output_tokens", source.number(usage.completion) },
      { "cost_usd", source.number "0.001" },
      { "latency_ms", source.number(5) } },
      r:chance(80) and "usage_final" or nil)
    message.tell_usage(self.answer, self.told)
    self.ended = true
  end
end

local function add_finish(self, whole, r)
  local answer = self.answer
  local reason = answer.finish.reason and text(answer.finish.reason)
  local more = { whole and { "message", whole } or nil }
  if answer.usage and (answer.usage.cached or answer.usage.thought) then
    more[#more + 1] = { "usage", message.usage(answer.usage,
      message.CHUNK_NAMES, r) }
    message.tell_usage(answer, self.told)
  end
  if reason or more[1] or r:chance(60) then
    local in_choice = not reason or r:chance(60)
    frame(self, "finish", { { "provider", text(answer.provider) },
      { "finish_reason", r:chance(70) and reason or in_choice and source.null
        or reason },
      choices(object {}, in_choice and reason or nil, more) })
    self.ended = true
  end
end

local failures = {}

function failures.event(self, r)
  local error_node = message.error(self.answer.finish, r)
  frame(self, "error", { { "error", error_node } }, r:chance(60) and "error"
    or nil)
end

function failures.bare(self, r)
  local node = object { { "error", message.error(self.answer.finish, r) } }
  table.insert(self.events, { data = node })
end

function failures.choice(self, r)
  content(self, text "", object {}, text "error", { { "error",
    message.error(self.answer.finish, r) } })
end

function failures.word(self)
  self.told.message = nil
  frame(self, "finish", { { "provider", text(self.answer.provider) },
    { "finish_reason", text "error" },
    choices(object {}, text "error") })
end

local function add_failure(self, r)
  local finish = self.answer.finish
  local ways = { "event", "event", "bare", "choice" }
  if not finish.number and not finish.name then
    ways[5] = "word"
  end
  self.told.message = true
  failures[r:pick(ways)](self, r)
end

--- Renders an answer. Returns { events, told }; nil where this dialect has no
--- word for its end.
return function(answer, r)
  if answer.finish.kind == "cancelled" then
    return nil
  end
  local self = { answer = answer, events = {}, told = { request_id = true,
    model = true, provider = true, data = true, reasoning_content = true,
    refusal = true, tool_calls = true, images = true, finish_reason = true } }
  local style = message.style(answer, r)
  local chunks, whole = deltas.list(answer, style, r)
  self.repeats = not whole and pick_repeats(answer, chunks, r)
  add_start(self, r)
  add_deltas(self, chunks, r)
  if answer.is_whole then
    add_finish(self, whole, r)
    add_usage(self, r)
  elseif answer.finish.kind == "failed" then
    add_failure(self, r)
  end
  local kind = answer.finish.kind
  if kind == "done" and not self.ended
    or kind ~= "truncated" and r:chance(85) then
    table.insert(self.events, { data = "[DONE]" })
  end
  return self
end
