--- What an answer says, gathered from its events or from its body: the one
--- place where text, calls, usage, the reason of its end and its failure meet.
--
-- The dialects hand over what they find; nothing here knows how it was framed.

local halves = require "indoxhub.api.reading.halves"
local strand = require "indoxhub.api.reading.strand"
local usage = require "indoxhub.api.reading.usage"
local values = require "indoxhub.api.reading.values"

local reading = {}

---@class indoxhub.Reading
---@field facts table what was told of the answer itself, for the reply
---@field complete boolean whether it said that it is whole
---@field failure? {body?: table, message?: string}
---@field pieces string[] what the last event said: kind and piece in turn
---@field count integer how many entries of `pieces` count
---@field is_plain boolean whether the last event said nothing but one text
---@field table? table data that is no text
---@field outputs? indoxhub.Outputs of a Responses object; only for its dialect
local reading_methods = {}
local reading_mt = { __index = reading_methods }

---@param store? indoxhub.TextStore where the text is kept, if not here
---@param is_body? boolean all comes at once, and from several places
---@return indoxhub.Reading
function reading.new(store, is_body)
  local self = setmetatable({ facts = {}, complete = false, failure = nil,
    pieces = {}, count = 0, is_plain = true, table = nil, outputs = nil,
    _is_body = is_body or false, _ids = {}, _used = {}, _has_choices = false,
    _has_halves = false, _strands = {}, _main = nil }, reading_mt)
  self._main = strand.new(function(kind, piece)
    self.pieces[self.count + 1], self.pieces[self.count + 2] = kind, piece
    self.count = self.count + 2
    self.is_plain = self.is_plain and kind == "text" and self.count == 2
  end, store)
  self._strands[0] = self._main
  return self
end

--- Begins the next event.
---@param has_halves boolean whether it has halves of characters
function reading_methods:begin(has_halves)
  self.count, self.is_plain = 0, not has_halves and not self._main:is_waiting()
  self._has_halves = self._has_halves or has_halves
end

--- Whether the next piece has to be looked at: a half of a character waits.
---@return boolean
function reading_methods:is_waiting()
  return self._main:is_waiting()
end

---------------------------------------------------------------------------
-- what dialects find

--- Keeps an id by who told it; see stream_id.
---@param from "response"|"frame"|"chunk"
---@param id any
function reading_methods:id(from, id)
  id = values.text_or_nil(id)
  self._ids[from] = self._ids[from] or id and halves.mend(id)
end

--- Keeps a fact the first time it is told. Placeholders are none.
---@param name string
---@param value any
function reading_methods:fact(name, value)
  if self.facts[name] == nil and values.says_something(value) then
    self.facts[name] = value
  end
end

--- Adds figures.
---@param told any as the server says them
---@param by? "start"|"final"|"response" who tells them, if not an event in the
--- course of the answer
function reading_methods:use(told, by)
  by = by or "event"
  if type(told) == "table" then
    self._used[by] = usage.add(self._used[by], told)
  end
end

local function is_silent(said)
  return not (said.reasoning or said.refusal or said.calls or said.images
    or said.function_call or said.echo)
end

--- Hears what an event says; of a choice other than the first when that is
--- named.
---@param said indoxhub.Said
---@param source string the dialect
---@param index? integer default 0
function reading_methods:hear(said, source, index)
  local choice = self:strand(index)
  if not is_silent(said) or choice ~= self._main and said.text then
    self.is_plain = false
  end
  if self._is_body then
    choice:fill(said, self._has_halves)
  else
    choice:hear(said, source, self._has_halves)
  end
end

--- Hears what is said as a whole.
---@param said indoxhub.Said
---@param index? integer
function reading_methods:hear_whole(said, index)
  local choice = self:strand(index)
  if self._is_body then
    choice:fill(said, self._has_halves)
  else
    choice:hear_whole(said)
  end
end

--- The choice with a number.
---@param index? integer default 0
---@return indoxhub.Strand
function reading_methods:strand(index)
  index = index or 0
  if not self._strands[index] then
    self._strands[index] = strand.new(function() end)
  end
  return self._strands[index]
end

--- That the answer has choices in OpenAI's form.
function reading_methods:has_choices()
  self._has_choices = true
end

-- Words that stand for none, and one that tells of a failure.
local NO_REASON = { [""] = true, null = true, error = true }

--- Keeps the reason of an end, which makes the answer a whole one.
---@param reason any
---@param index? integer
function reading_methods:finish(reason, index)
  if type(reason) ~= "string" or NO_REASON[reason:lower()] then
    return
  end
  local choice = self:strand(index)
  choice.finish_reason = choice.finish_reason or reason
  if choice == self._main then
    self.complete = true
  end
end

--- That the answer failed.
---@param body table what tells of it
function reading_methods:fail(body)
  if self._has_halves then
    halves.mend(body)
  end
  self:use(body.usage)
  self.failure = self.failure or { body = body }
end

--- That what came is none of what it should be.
---@param why string
function reading_methods:break_off(why)
  self.failure = self.failure or { message = why }
end

---------------------------------------------------------------------------
-- the end

-- The first choice of an answer that has none with number 0 is the first.
local function take_other_main(self)
  local least
  for index in pairs(self._strands) do
    if index ~= 0 and (not least or index < least) then
      least = index
    end
  end
  local other = least and self._strands[least]
  if not other or self._main:has_any() or self._main.finish_reason then
    return
  end
  local said = { calls = {}, text = other:so_far "text",
    reasoning = other:words "reasoning", refusal = other:words "refusal",
    images = other:images() }
  said.text = values.text_or_nil(said.text)
  for i, call in ipairs(other:choice(0, "").message.tool_calls or {}) do
    said.calls[i] = call
  end
  self._main:hear(said, "choices")
  self._main.finish_reason = other.finish_reason
  self.complete = self.complete or other.finish_reason ~= nil
end

--- What is left to be handed out when nothing more comes: `pieces`.
function reading_methods:settle()
  self.count = 0
  for _, choice in pairs(self._strands) do
    choice:settle(self._has_halves)
  end
  take_other_main(self)
end

--- Whether anything of an answer was said.
---@return boolean
function reading_methods:has_any()
  return self.table ~= nil or self._main:has_any()
end

--- The id for the stop call. No document says which it is: the likeliest first.
---@param header? string the id of the request, from the headers
---@return string?
function reading_methods:stream_id(header)
  local ids = self._ids
  return ids.response or ids.frame or header or ids.chunk
end

--- Drops what was told of the answer, in which a server may echo the request.
function reading_methods:forget()
  self.facts, self._used = {}, {}
end

-- Who tells figures, best first.
local TELLERS = { "response", "final", "event", "start" }

--- What was used, as far as it was told.
---@return table?
function reading_methods:used()
  local used
  for i = 1, #TELLERS do
    local told = self._used[TELLERS[i]]
    used = told and usage.fill(used, told) or used
  end
  return used
end

local function choices_of(self, text)
  local indexes, list = {}, {}
  for index in pairs(self._strands) do
    indexes[#indexes + 1] = index
  end
  table.sort(indexes)
  for i, index in ipairs(indexes) do
    local choice = self._strands[index]
    list[i] = choice:choice(index,
      index == 0 and text or choice:so_far "text")
  end
  return list
end

-- Reply -> what its server wants to see again, for conversations.
local echoes = setmetatable({}, { __mode = "k" })

---@class indoxhub.ToEcho
---@field message table<string, any> fields of the message
---@field calls table<string, any>[] fields of each call

--- What a server wants to see again when its calls of tools are answered, by
--- its own names and in its own bytes; nil when it called none.
---@param reply table
---@return indoxhub.ToEcho?
function reading.echo(reply)
  return echoes[reply]
end

--- All text so far.
---@return string
function reading_methods:text()
  return self._main:so_far "text"
end

--- The reply that the answer amounts to.
---@param request_id? string from the headers
---@return table
function reading_methods:reply(request_id)
  local body, main = self.facts, self._main
  local data = self:text()
  self:fact("request_id", body.id or request_id)
  body.success, body.usage = true, self:used()
  body.finish_reason = main.finish_reason
  body.reasoning_content = main:words "reasoning"
  body.refusal = main:words "refusal"
  local calls, again = main:tool_calls()
  body.images, body.tool_calls = main:images(), calls
  body.data = data == "" and self.table or data
  if main.function_call and calls then
    body.function_call = { name = calls[1].name,
      arguments = calls[1].arguments }
  end
  body.reasoning_details = main.echo.values.reasoning_details
  if self._has_choices then
    body.choices = choices_of(self, data)
  end
  echoes[body] = calls and { message = main.echo:to_send(), calls = again }
  if self._has_halves then
    halves.mend(body)
  end
  return body
end

-- What fields of a body mean is told under these names.
local MEANT = { "data", "finish_reason", "reasoning_content", "refusal",
  "images", "tool_calls", "function_call", "reasoning_details", "usage" }

--- The same for an answer that came as one body: its fields stay beside what
--- they mean.
---@param body table
---@return table body
function reading_methods:fill(body)
  local made = self:reply()
  for i = 1, #MEANT do
    body[MEANT[i]] = made[MEANT[i]]
  end
  echoes[body] = echoes[made]
  if self._has_halves then
    halves.mend(body)
  end
  return body
end

return reading
