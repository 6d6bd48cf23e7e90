--- Fills the batch with what the transfer has brought, or waits for it.

local decoding = require "indoxhub.stream.decoding"
local dialects = require "indoxhub.api.dialects"
local ending = require "indoxhub.stream.ending"
local errors = require "indoxhub.base.errors"
local following = require "indoxhub.stream.following"
local loop = require "indoxhub.loop"
local opening = require "indoxhub.stream.opening"
local replies = require "indoxhub.api.replies"
local state = require "indoxhub.stream.state"
local transfer_errors = require "indoxhub.api.errors.transfer"
local transfers = require "indoxhub.call.transfer"

local fetching = {}

-- Events taken from the transfer at a time: a reader gives way between batches,
-- and decoding a whole event costs four times as much as a recognised one.
local BATCH, WHOLE_BATCH, JOINED_BATCH = 256, 16, 1024

-- A body that is no stream, though it is called one, is read when it is there.
local function fetch_whole(self)
  local transfer, answer = self._transfer, self._answer
  transfer:whole()
  local result = transfer:result()
  if not result then
    return false
  end
  answer.text, answer.result = transfer:read(), result
  local err = transfer_errors.from_result(result, answer.hide)
  local made, pieces
  if not err then
    made, pieces = replies.of_text(answer)
    err = not made and pieces or nil
  end
  if made then
    ending.succeed_whole(self, made, pieces)
  else
    opening.refuse(self, err)
  end
  return true
end

-- The event that ends an answer which came whole, when only its blank line is
-- missing.
local function fetch_rest(self, result)
  local rest = result.ended == "complete" and self._transfer:rest()
  if not rest or not dialects.ends_answer(rest) then
    return false
  end
  self._batch[1], self._next, self._last, self._texts = rest, 1, 1, 0
  return true
end

-- Fetches what has arrived of the events.
local function fetch_events(self, joined)
  local transfer, one = self._transfer, self._decoder.reading
  local waits, most = one:is_waiting(), joined and JOINED_BATCH or BATCH
  local is_whole = waits or self._by_event and not decoding.builds(self)
  if is_whole then
    most = waits and self._by_event and 1 or WHOLE_BATCH
  end
  local count, texts, events = transfer:take(self._batch, most, is_whole,
    joined, self._by_event)
  self._next, self._last, self._texts = 1, count or 0, count and texts or 0
  self._joined = joined and events or nil
  if not count then
    ending.fail(self, errors.new("limit", texts == "limit"
      and "an event of the stream is larger than max_event_bytes"
      or "out of memory", { code = texts == "limit" and "event" or "memory" }))
    return true
  elseif count > 0 then
    if one.complete then
      transfer:linger(self._after_end)
    end
    return true
  end
  local result = transfer:result()
  if result and not fetch_rest(self, result) then
    decoding.close_up(self, result)
  end
  return result ~= nil
end

-- Fetches what has arrived. True when there is something to look at or the
-- stream has ended; false when it must be waited for.
local function fetch(self, joined)
  local transfer = self._transfer
  self._told = transfer:told()
  self._form = self._form or transfers.look_at_form(transfer, self._answer)
  if self._form == "whole" then
    return fetch_whole(self)
  end
  return self._form == "events" and fetch_events(self, joined)
end

local function wait(self)
  local ok, err = transfers.wait(self._transfer, self._told,
    state.call_of(self).operation.name)
  if not ok then
    ending.fail(self, err)
  end
end

--- Goes on when the batch is read: fetches the next one, or the stream ends.
---@param self indoxhub.Stream
---@param patient boolean whether the reader waits for it
---@param joined? boolean texts that are recognised as one string
---@return boolean on false when that has to be waited for
function fetching.go_on(self, patient, joined)
  if self._refusal then
    return opening.again(self, patient)
  elseif self._following then
    return following.go_on(self, patient)
  elseif patient and loop.give_way() or fetch(self, joined) then
    return true
  elseif patient then
    wait(self)
  end
  return patient
end

return fetching
