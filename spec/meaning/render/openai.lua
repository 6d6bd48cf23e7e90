-- Streams of chunks, as OpenAI and most others send them.
local deltas = require "spec.meaning.render.deltas"
local message = require "spec.meaning.render.message"
local source = require "spec.meaning.source"

local object, list, text = source.object, source.list, source.text

-- One chunk. `o` may have choices, reason, error, usage, x_groq.
local function chunk(self, choices, more)
  local answer = self.answer
  local members = { { "id", text(answer.id) },
    { "object", text "chat.completion.chunk" },
    { "created", source.number(1700000000) }, { "model", text(answer.model) },
    { "provider", self.told.provider and text(answer.provider) },
    { "choices", list(choices) } }
  for _, member in ipairs(more or {}) do
    members[#members + 1] = member
  end
  if self.usage_at == "every" then
    members[#members + 1] = { "usage", self.usage }
    self.usage_told = true
  end
  self.events[#self.events + 1] = { data = object(members) }
end

local function choice(self, delta, reason, more, index)
  local members = { { "index", source.number(index or 0) },
    { "delta", delta },
    { "finish_reason", reason and text(reason) or self.no_reason } }
  for _, member in ipairs(more or {}) do
    members[#members + 1] = member
  end
  return object(members)
end

-- The second choice of an answer that has one, beside the first or alone.
local function other_choice(self)
  local spelling = self.other and table.remove(self.other, 1)
  return spelling and choice(self, object { { "content",
    source.spelled(spelling) } }, nil, nil, 1)
end

-- A server that repeats in every chunk what it has said so far.
local function growing_message(self, one)
  self.so_far = self.so_far .. (one.spelling or "")
  return { { "message", object { { "role", text "assistant" },
    { "content", source.spelled(self.so_far) } } } }
end

local function add_deltas(self, chunks, r)
  if r:chance(60) then
    chunk(self, { choice(self, object { { "role", text "assistant" },
      { "content", message.nothing(r) } }) })
  end
  for _, one in ipairs(chunks) do
    local choices = { choice(self, object(one.members), nil,
      self.so_far and growing_message(self, one)) }
    local other = other_choice(self)
    if other and r:chance(50) then
      chunk(self, { other })
    else
      choices[2] = other
    end
    chunk(self, choices)
  end
  local other = other_choice(self)
  while other do
    chunk(self, { other })
    other = other_choice(self)
  end
end

local function add_usage_chunk(self)
  chunk(self, {}, { { "usage", self.usage } })
end

-- The last chunks of an answer that is whole.
local function add_finish(self, whole, r)
  local at, more = self.usage_at, {}
  local reason = self.answer.finish.reason
  local last = { at == "choice" and { "usage", self.usage } or { "logprobs",
    source.null }, whole and { "message", whole } or nil }
  more[1] = at == "finish" and { "usage", self.usage }
    or at == "x_groq" and { "x_groq", object { { "id", text "q1" },
      { "usage", self.usage } } } or nil
  if reason or whole or more[1] or at == "choice" then
    local delta = (not whole or r:chance(50)) and object {} or nil
    local choices = { choice(self, delta, reason, last) }
    if self.told.other then
      choices[2] = choice(self, object {}, reason and "stop", nil, 1)
    end
    chunk(self, choices, more)
  end
  if at == "after" or at == "zeros" then
    add_usage_chunk(self)
  end
  if at == "zeros" then
    chunk(self, {}, { { "usage", object {
      { "prompt_tokens", source.number(0) },
      { "completion_tokens", source.number(0) },
      { "total_tokens", source.number(0) } } } })
  end
end

local failures = {}

function failures.event(self, r)
  local node = object { { "error", message.error(self.answer.finish, r) } }
  table.insert(self.events, { data = node, name = r:chance(25) and "error"
    or nil })
end

-- The delta of a choice that fails may bring text, too.
local function last_delta(self)
  local last = self.last
  self.last = nil
  return object(last and last.members or { { "content", text "" } })
end

function failures.choice(self, r)
  chunk(self, { choice(self, last_delta(self), "error",
    { { "error", message.error(self.answer.finish, r) } }) })
end

function failures.beside(self, r)
  chunk(self, { choice(self, object {}) },
    { { "error", message.error(self.answer.finish, r) } })
end

function failures.object(self)
  local finish = self.answer.finish
  table.insert(self.events, { data = object { { "object", text "error" },
    { "message", text(finish.message) }, { "type", text "ServerError" },
    { "code", source.number(finish.number) } } })
end

function failures.status(self)
  local finish = self.answer.finish
  table.insert(self.events, { data = object {
    { "status_code", source.number(finish.number) },
    { "message", text(finish.message) } } })
end

function failures.word(self)
  self.told.message = nil
  chunk(self, { choice(self, last_delta(self), "error") })
end

local function add_failure(self, r)
  local finish = self.answer.finish
  local ways = { "event", "event", "choice", "beside" }
  if finish.number then
    ways[5], ways[6] = "object", "status"
  elseif not finish.name then
    ways[5] = "word"
  end
  self.told.message = true
  local way = r:pick(ways)
  if self.last and way ~= "choice" and way ~= "word" then
    add_deltas(self, { self.last }, r)
  end
  failures[way](self, r)
end

local function pick_usage(self, r)
  local answer = self.answer
  if answer.usage and answer.is_whole then
    self.usage_at = r:pick { "after", "after", "finish", "every", "choice",
      "x_groq", "zeros" }
  elseif answer.usage then
    self.usage_at = r:chance(60) and "every" or "never"
  end
  self.usage = answer.usage and message.usage(answer.usage,
    message.CHUNK_NAMES, r)
end

-- Whether all of an answer is text that stands in strings.
local function is_plain(chunks)
  for _, one in ipairs(chunks) do
    if not one.spelling or #one.members > 1 then
      return false
    end
  end
  return true
end

-- Some servers send their last piece late, after the word or with the error.
local function add_body(self, chunks, whole, r)
  local last = chunks[#chunks]
  if last and last.kind == "text" and not whole and not self.other
    and r:chance(15) then
    self.last = table.remove(chunks)
  elseif self.answer.is_whole and is_plain(chunks) and r:chance(15) then
    self.so_far = ""
  end
  add_deltas(self, chunks, r)
  if self.answer.finish.kind == "failed" then
    add_failure(self, r)
    return
  elseif self.answer.is_whole then
    add_finish(self, whole, r)
  end
  if self.last then
    chunk(self, { choice(self, object(self.last.members)) })
  end
end

--- Renders an answer. Returns { events, told }; nil where this dialect has no
--- word for its end.
return function(answer, r)
  if answer.finish.kind == "cancelled" then
    return nil
  end
  local self = { answer = answer, events = {}, told = { request_id = true,
    model = true, provider = r:chance(50) or nil, data = true,
    reasoning_content = true, refusal = true, tool_calls = true, images = true,
    finish_reason = true } }
  self.no_reason = r:pick { source.null, source.null, text "null", text "",
    false }
  local style = message.style(answer, r)
  local chunks, whole = deltas.list(answer, style, r)
  if answer.other and answer.is_whole and not whole then
    self.other, self.told.other = { "B", "\\u00e9", "b" }, true
  end
  pick_usage(self, r)
  if r:chance(10) then
    self.events[1] = { data = object { { "choices", list {} },
      { "created", source.number(0) }, { "id", text "" }, { "model", text "" },
      { "object", text "" } } }
  end
  add_body(self, chunks, whole, r)
  if self.usage and (answer.is_whole or self.usage_told) then
    message.tell_usage(answer, self.told)
  end
  local kind = answer.finish.kind
  if kind == "done" or kind ~= "truncated" and r:chance(85) then
    table.insert(self.events, { data = "[DONE]" })
  end
  return self
end
