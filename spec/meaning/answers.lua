-- Answers that no dialect has spoken yet: what a server could mean to say, made
-- at random, and what a reader has to make of it.
--
-- An answer's `steps` are what it says one after the other:
--   { kind = "text" | "reasoning" | "refusal", spelling = ... }, see source.lua
--   { kind = "call", call = CALL, spelling = ..., first =, last = }
--   { kind = "image", image = IMAGE }
-- and `finish` is how it ends: its kind is "word" (with a `reason`), "done"
-- (whole, but for no reason), "failed", "cancelled" or "truncated".
local random = require "spec.meaning.random"
local source = require "spec.meaning.source"

local answers = {}

---------------------------------------------------------------------------
-- texts

local ATOMS = { "word", " ", "a", "the sea", ". ", "\\n", '\\"', "\\\\", "\\/",
  "\\t", "\\u00e9", "\195\169", "\230\151\165\230\156\172", "\\u65e5", "0",
  "42",
  "\240\159\152\128", "[DONE]", "data: x", '{\\"a\\":1}', "null", "\\u2028",
  ("long "):rep(40), "\194\171", "event: error", "\\u007f", "\\r\\n" }

-- Halves of pairs, alone: the server cut them off, or wrote nonsense.
local RARE = { "\\ud83d", "\\ude00", "\\u0000", "\255", "\\uD83D" }

-- A text as atoms, which are never cut. The halves of a pair are two.
local function atoms(r, most)
  local list = {}
  for _ = 1, r:int(most + 1) - 1 do
    local kind = r:int(40)
    if kind <= 3 then
      list[#list + 1] = "\\ud83d"
      list[#list + 1] = r:chance(50) and "\\ude00" or "\\uDE80"
    elseif kind == 4 then
      list[#list + 1] = r:pick(RARE)
    else
      list[#list + 1] = r:pick(ATOMS)
    end
  end
  return list
end

-- The same in pieces, as steps. Some pieces are empty.
local function text_steps(r, kind, most)
  local steps, list = {}, atoms(r, most)
  if #list > 0 then
    for _, part in ipairs(r:cut(list, r:int(#list + 2))) do
      steps[#steps + 1] = { kind = kind, spelling = table.concat(part) }
    end
  end
  return steps
end

---------------------------------------------------------------------------
-- tool calls

local VALUES = { "1", "-2.5", "true", "null", "[]", "{}", '"x"', '""', "[1, 2]",
  '"\195\169"', '"\240\159\152\128 b"', '"say \\"hi\\""', '"a\\\\b\\n"',
  '{"deep": {"n": 1}}', '"\\ud83d\\ude00"', "12345678901234567890", "0.70" }

local function arguments(r)
  if r:chance(15) then
    return ""
  end
  local blank, members = r:pick { "", " " }, {}
  for i = 1, r:int(4) - 1 do
    members[i] = ('"k%d":%s%s'):format(i, blank, r:pick(VALUES))
  end
  return "{" .. table.concat(members, "," .. blank) .. "}"
end

-- JSON text inside a JSON string, in atoms. Its smiling faces may be spelled as
-- pairs, which are then cut like any.
local function argument_atoms(r, text)
  local list = {}
  local as_pair = r:chance(60)
  text:gsub("[%z\1-\127\194-\247][\128-\191]*", function(c)
    if c == "\240\159\152\128" and as_pair then
      list[#list + 1] = "\\ud83d"
      list[#list + 1] = "\\ude00"
    else
      list[#list + 1] = source.spelling(c)
    end
  end)
  return list
end

local NAMES = { "weather", "clock", "sh", "read_file", "f", "g" }

local function new_call(r, number, ids)
  local call = { name = NAMES[ids == "none" and number or r:int(#NAMES)],
    text = arguments(r), steps = {} }
  if ids == "text" then
    call.id = ("call_%d_%d"):format(number, r:int(1000))
  elseif ids == "number" then
    call.id = ("%d"):format(100 * number + r:int(99))
    call.id_is_number = true
  end
  call.as_object = call.text ~= "" and r:chance(20)
  local list = argument_atoms(r, call.text)
  local parts = (call.as_object or r:chance(20)) and { list }
    or r:cut(list, r:int(5))
  for i, part in ipairs(parts) do
    call.steps[i] = { kind = "call", call = call,
      spelling = table.concat(part), first = i == 1, last = i == #parts }
  end
  return call
end

-- Takes lists apart and puts them together, each in its own order.
local function merge(r, lists)
  local merged, open = {}, {}
  for _, list in ipairs(lists) do
    if list[1] then
      open[#open + 1] = { list = list, at = 1 }
    end
  end
  while open[1] do
    local which = r:int(#open)
    local from = open[which]
    merged[#merged + 1] = from.list[from.at]
    from.at = from.at + 1
    if from.at > #from.list then
      table.remove(open, which)
    end
  end
  return merged
end

-- Calls one after the other, or all begun and then continued at random.
local function call_steps(r, self)
  local steps, rests = {}, {}
  self.interleaved = #self.calls > 1 and r:chance(30)
  for _, call in ipairs(self.calls) do
    local rest = {}
    for i, step in ipairs(call.steps) do
      table.insert(self.interleaved and i > 1 and rest or steps, step)
    end
    rests[#rests + 1] = rest
  end
  for _, step in ipairs(merge(r, rests)) do
    steps[#steps + 1] = step
  end
  return steps
end

---------------------------------------------------------------------------
-- ends

local WORDS = { "stop", "stop", "stop", "length", "content_filter", "STOP",
  "end_turn" }

local FAILURES = {
  { number = 429, kind = "rate_limit" }, { number = 503, kind = "unavailable" },
  { number = 500, kind = "server" }, { number = 502, kind = "server" },
  { number = 401, kind = "authentication" },
  { number = 400, kind = "invalid_request" },
  { number = 402, kind = "insufficient_credits" },
  { name = "rate_limit_exceeded", kind = "rate_limit" },
  { name = "server_error", kind = "server" },
  { name = "overloaded_error", kind = "unavailable" },
  { name = "insufficient_quota", kind = "insufficient_credits" },
  { kind = "server" }, -- the server says why and nothing more
}

local function pick_finish(r, self)
  local kind = r:int(100)
  if kind <= 55 then
    return { kind = "word", reason = self.calls[1] and "tool_calls"
      or r:pick(WORDS) }
  elseif kind <= 70 then
    return { kind = "done" }
  elseif kind <= 85 then
    local failure = r:pick(FAILURES)
    return { kind = "failed", number = failure.number, name = failure.name,
      error_kind = failure.kind,
      message = ("the worker %d crashed"):format(r:int(100)) }
  elseif kind <= 90 then
    return { kind = "cancelled" }
  end
  return { kind = "truncated" }
end

--- What all steps of a kind say together: a spelling. `self` may be anything
--- that has steps.
function answers.joined(self, kind)
  local pieces = {}
  for _, step in ipairs(self.steps) do
    if step.kind == kind then
      pieces[#pieces + 1] = step.spelling
    end
  end
  return table.concat(pieces)
end

--- Whether anything of an answer is said.
function answers.says_something(self)
  for _, step in ipairs(self.steps) do
    if step.kind == "call" or step.kind == "image" or step.spelling ~= "" then
      return true
    end
  end
  return false
end

-- What did not end well stopped somewhere.
local function stop_early(r, self)
  local kept = {}
  for i = 1, r:int(#self.steps + 1) - 1 do
    kept[i] = self.steps[i]
  end
  self.steps = kept
end

---------------------------------------------------------------------------

local function new_images(r)
  local images = {}
  for i = 1, r:chance(25) and r:int(2) or 0 do
    images[i] = r:chance(50) and { url = ("http://x/%d.png"):format(i) }
      or { b64 = ("QUJD"):rep(r:int(3)) .. "RE" .. i .. "=" }
    images[i].number = i
  end
  return images
end

local function add_steps(r, self)
  local images = {}
  for i, image in ipairs(self.images) do
    images[i] = { kind = "image", image = image }
  end
  local long = r:chance(10) and 40 or 8
  local lists = {
    text_steps(r, "reasoning", r:chance(40) and 6 or 0),
    text_steps(r, "text", r:chance(85) and long or 0),
    text_steps(r, "refusal", r:chance(15) and 5 or 0),
    images, call_steps(r, self),
  }
  self.steps = {}
  if r:chance(25) then
    self.steps = merge(r, lists)
  else
    for _, list in ipairs(lists) do
      for _, step in ipairs(list) do
        table.insert(self.steps, step)
      end
    end
  end
end

--- The answer of this seed.
function answers.new(seed)
  local r = random.new(seed)
  local self = { id = ("id-%d"):format(r:int(100000)), calls = {},
    model = r:pick { "m1", "gpt-4o", "a/b:c" },
    provider = r:pick { "p1", "p2" }, images = new_images(r) }
  self.ids = r:pick { "text", "text", "text", "number", "none" }
  for i = 1, r:chance(35) and r:int(4) or 0 do
    self.calls[i] = new_call(r, i, self.ids)
  end
  if r:chance(60) then
    self.usage = { prompt = r:int(500), completion = r:int(500) }
    self.usage.cached = r:chance(30) and r:int(9) or nil
    self.usage.thought = r:chance(30) and r:int(9) or nil
  end
  add_steps(r, self)
  self.finish = pick_finish(r, self)
  local kind = self.finish.kind
  self.is_whole = kind == "word" or kind == "done"
  if not self.is_whole then
    stop_early(r, self)
  elseif kind == "done" and not answers.says_something(self) then
    self.finish = { kind = "word", reason = "stop" }
  end
  self.other = r:chance(10) and { "B", "\\u00e9", "b" } or nil
  return self
end

---------------------------------------------------------------------------
-- what it means

local function text_or_nil(self, kind)
  local text = source.meaning(answers.joined(self, kind))
  return text ~= "" and text or nil
end

local function expected_calls(self)
  local calls = {}
  for i, call in ipairs(self.calls) do
    calls[i] = { id = call.id, name = call.name,
      arguments = call.text == "" and "{}" or call.text }
  end
  return calls[1] and calls
end

local function expected_usage(self)
  local usage = self.usage
  return usage and { tokens_prompt = usage.prompt,
    tokens_completion = usage.completion,
    tokens_total = usage.prompt + usage.completion,
    cache_read_tokens = usage.cached, reasoning_tokens = usage.thought } or {}
end

--- Fields of the reply of an answer that is whole, by name. What is nil must
--- not be there.
function answers.reply(self)
  local images = {}
  for i, image in ipairs(self.images) do
    images[i] = { url = image.url, b64_json = image.b64 }
  end
  local expected = {
    data = source.meaning(answers.joined(self, "text")),
    reasoning_content = text_or_nil(self, "reasoning"),
    refusal = text_or_nil(self, "refusal"),
    tool_calls = expected_calls(self), images = images[1] and images,
    finish_reason = self.finish.reason,
    request_id = self.id, model = self.model, provider = self.provider,
    other = self.other and source.meaning(table.concat(self.other)),
  }
  for name, value in pairs(expected_usage(self)) do
    expected[name] = value
  end
  return expected
end

--- The same of the error of one that is not.
function answers.error(self)
  local finish = self.finish
  local expected = expected_usage(self)
  expected.partial = source.meaning(answers.joined(self, "text"))
  expected.message = finish.message
  if finish.kind == "truncated" then
    expected.kind = "truncated"
  elseif finish.kind == "cancelled" then
    expected.kind, expected.code = "cancelled", "server"
  else
    expected.kind = finish.error_kind
  end
  return expected
end

return answers
