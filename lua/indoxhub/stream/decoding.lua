--- What whole events say: their pieces are kept, and what they tell of the end
--- decides how the stream ends.

local answers = require "indoxhub.api.reading.answer"
local answer_errors = require "indoxhub.api.errors.answer"
local ending = require "indoxhub.stream.ending"
local errors = require "indoxhub.base.errors"
local later = require "indoxhub.base.later"
local opening = require "indoxhub.stream.opening"
local state = require "indoxhub.stream.state"
local transfer_errors = require "indoxhub.api.errors.transfer"

local cloning = later.get "indoxhub.stream.cloning"

local decoding = {}

-- Keeps what the last event said until it is handed out.
local function keep_pieces(self)
  local one = self._decoder.reading
  self._pieces:add(one.pieces, one.count)
  if not self._any_piece and one.count > 0 then
    self._any_piece = true
    state.call_of(self):stays()
  end
end

-- Takes what was told as a whole, now that nothing more comes.
local function settle(self)
  self._decoder.reading:settle()
  keep_pieces(self)
end

-- The events have told of the end, or of a failure.
local function conclude(self)
  local decoder = self._decoder
  local one = decoder.reading
  settle(self)
  if one.failure then
    local failure = one.failure
    one.failure = nil -- may hold what the error hides
    opening.refuse(self, answer_errors.from_failure(failure, self._answer))
  elseif decoder:is_whole() then
    ending.succeed(self)
  else
    ending.fail(self, answer_errors.protocol(
      "the stream ended without an answer", self._answer, "empty"))
  end
  state.drop_batch(self) -- what came after the end does not count
end

-- How many patterns are tried before it is known whether they help, and events
-- that have to be recognised for each one more.
local TRIES, WORTH = 4, 32

--- Has the transfer recognise nothing, until it learns again.
---@param self indoxhub.Stream
function decoding.unlearn(self)
  self._build = nil
  self._transfer:learn("", "", "", 1)
end

--- Whether events are built, or may be soon.
---@param self indoxhub.Stream
---@return boolean
function decoding.builds(self)
  return self._build ~= nil or (self._tries or TRIES) >= 1
end

-- Has events like this one recognised, and built from their text.
local function learn_to_build(self, item, event)
  local text, holes = self._decoder.reading.pieces[2], self._decoder.holes
  local had_one, tries = self._build, self._tries or TRIES
  self._build = nil
  if tries >= 1 then
    self._tries = tries - 1
    if self._transfer:learn(item.event, item.data, text, holes) then
      self._build = cloning().builder(event, text, holes)
    end
  end
  if not self._build and (had_one or tries >= 1) then
    decoding.unlearn(self)
  end
end

--- The event of a text that was recognised.
---@param self indoxhub.Stream
---@param text string
---@return table event
function decoding.build(self, text)
  if not self._build then
    return { type = "text", data = text } -- was not read as an event
  end
  self._tries = self._tries + 1 / WORTH
  return self._build(text)
end

--- Decodes one event and keeps what it says until that is handed out.
---@param self indoxhub.Stream
---@param item table an event as transfer:take gives it
---@return table? event decoded
function decoding.hear(self, item)
  local decoder, transfer = self._decoder, self._transfer
  local event = decoder:take(item.event, item.data)
  local one = decoder.reading
  keep_pieces(self)
  if decoder.meant then
    transfer:heard()
  end
  if decoder.holes > 0 and self._by_event then
    learn_to_build(self, item, event)
  elseif decoder.holes > 0 then
    transfer:learn(item.event, item.data, one.pieces[2], decoder.holes)
  end
  if one.failure or decoder.finished then
    conclude(self)
  elseif one.complete and decoder.meant then
    transfer:linger(self._after_end)
  end
  return event
end

local function truncated(self, result)
  local err = transfer_errors.from_result(result, self._answer.hide)
  if err and err.kind ~= "truncated" then
    return err
  end
  return errors.new("truncated", "the stream ended before the answer did",
    { code = err and err.code or "closed" })
end

--- The transfer is over and every event it brought was heard.
---@param self indoxhub.Stream
---@param result table of the transfer
function decoding.close_up(self, result)
  settle(self)
  if self._decoder.reading.complete then
    ending.succeed(self)
  elseif not self._decoder.told and result.ended == "complete"
    and not answers.is_stream(self._answer) then
    ending.fail(self, answer_errors.protocol("the answer is no stream of " ..
      "events but of type " ..
      (self._answer.headers["content-type"] or "unknown"),
      self._answer, "stream"))
  else
    opening.fail(self, truncated(self, result))
  end
end

return decoding
