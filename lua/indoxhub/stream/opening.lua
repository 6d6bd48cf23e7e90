--- What a call has opened is read from its beginning. When the server refuses
--- it by an event before the first piece, the call opens it again.

local dialects = require "indoxhub.api.dialects"
local ending = require "indoxhub.stream.ending"
local pieces = require "indoxhub.stream.pieces"
local state = require "indoxhub.stream.state"
local waiting = require "indoxhub.stream.waiting"

local opening = {}

--- Begins to read what was opened.
---@param self indoxhub.Stream
---@param opened indoxhub.Opened
function opening.begin(self, opened)
  self._transfer, self._answer = opened.transfer, opened.answer
  self._after_end, self._form = opened.after_end, nil
  self._decoder = dialects.new(opened.transfer)
  self._pieces = pieces.new(state.call_of(self).options.reasoning)
  state.drop_batch(self)
  if opened.whole then
    ending.succeed_whole(self, opened.whole, opened.pieces)
  end
end

local WORTH_REOPENING = { rate_limit = true, unavailable = true }

--- Ends with an error, or keeps it as the refusal after which the stream is to
--- be opened again, if another model may answer: as long as no text came.
--- `events` has handed out what cannot be taken back.
---@param self indoxhub.Stream
---@param err indoxhub.Error
---@param is_told? boolean whether the server told of it
function opening.fail(self, err, is_told)
  local is_worth = is_told and WORTH_REOPENING[err.kind]
    or state.call_of(self):may_fall_back(err)
  if self._any_piece or self._by_event or not is_worth then
    ending.fail(self, err)
  else
    ending.count(self, err)
    self._refusal = err
    self._transfer:cancel()
  end
end

--- The same for what the server told of a failure: refused before any text
--- came, a stream is like a call that was.
---@param self indoxhub.Stream
---@param err indoxhub.Error
function opening.refuse(self, err)
  opening.fail(self, err, true)
end

local function reopen(self)
  local opened, err = state.call_of(self):reopen(self._refusal)
  self._refusal = nil
  if self._ended then -- closed meanwhile
    if opened and opened.transfer then
      opened.transfer:cancel()
    end
  elseif opened then
    opening.begin(self, opened)
  else
    ending.break_off(self, err)
  end
end

--- Opens a refused stream again.
---@param self indoxhub.Stream
---@param patient boolean whether the reader waits for it
---@return boolean over false while that goes on
function opening.again(self, patient)
  return waiting.on(self, reopen, patient, self._refusal)
end

return opening
