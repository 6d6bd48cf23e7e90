--- How a stream ends: with a reply, with an error, or closed by its reader.

local answer_errors = require "indoxhub.api.errors.answer"
local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"
local remains = require "indoxhub.stream.remains"
local reply = require "indoxhub.api.replies.reply"
local state = require "indoxhub.stream.state"

local ending = {}

-- Seconds for the end of a finished stream to arrive, so that its connection
-- can be used again.
local LINGER = 1

-- Tells the call, and who else asked to know.
local function tell(self)
  state.call_of(self):done(self._failure)
  if self._on_end then
    self._on_end(self._reply, self._failure)
  end
end

--- Ends with an error that is none of an answer under way.
---@param self indoxhub.Stream
---@param err indoxhub.Error
function ending.give_up(self, err)
  self._failure, self._ended = err, true
  tell(self)
end

--- Ends with a reply, unless another answer follows it, or it will not do.
---@param self indoxhub.Stream
---@param made table
function ending.conclude(self, made)
  local err
  state.call_of(self):came()
  if self._follow then
    self._following, err = self._follow(made)
  end
  if err then
    ending.give_up(self, state.call_of(self):describe(err))
  elseif self._following then
    state.call_of(self):done()
  else
    self._reply, self._ended = made, true
    tell(self)
  end
end

-- Ends with the reply of an answer.
local function succeed(self, made)
  local call = state.call_of(self)
  call:count(self._answer, made)
  ending.conclude(self, call:name_model(made))
end

--- Ends with the reply that the events amount to.
---@param self indoxhub.Stream
function ending.succeed(self)
  local transfer, answer = self._transfer, self._answer
  local made = self._decoder.reading:reply(answer.headers["x-request-id"])
  answer.result = transfer:result()
  reply.remember(made, answer)
  loop.leave(transfer, LINGER)
  succeed(self, made)
end

--- Ends with a reply that came as a whole.
---@param self indoxhub.Stream
---@param made table
---@param pieces string[] kind and piece in turn
function ending.succeed_whole(self, made, pieces)
  self._pieces:add(pieces, #pieces)
  succeed(self, made)
end

--- Counts what an answer that failed has used, as far as it told.
---@param self indoxhub.Stream
---@param err indoxhub.Error
function ending.count(self, err)
  state.call_of(self):count(self._answer,
    { usage = self._decoder.reading:used() or err.usage })
end

--- Ends with an error of the call.
---@param self indoxhub.Stream
---@param err indoxhub.Error
function ending.break_off(self, err)
  local transfer = self._transfer
  err.partial = err.partial or transfer and transfer:text()
  err.usage = answer_errors.usage(self._decoder.reading:used(),
    self._answer.hide) or err.usage
  self._decoder.reading:forget()
  if transfer then
    transfer:cancel()
  end
  ending.give_up(self, err)
end

--- Ends with an error of the stream, which the call does not know yet.
---@param self indoxhub.Stream
---@param err indoxhub.Error
function ending.fail(self, err)
  if not self._refusal then -- which was counted
    ending.count(self, err)
  end
  ending.break_off(self, state.call_of(self):describe(err))
end

--- Ends the transfer at once, and has the server told to stop.
---@param self indoxhub.Stream
function ending.close(self)
  if self._ended then
    return
  end
  local closed = errors.cancelled("the stream was closed")
  local id = not self._refusal and not self._following and self.id
  if self._following then
    ending.give_up(self, state.call_of(self):describe(closed))
  else
    if not self._refusal then
      closed.partial = self._transfer:text() -- as far as it was read
      remains.hear(self)
    end
    ending.fail(self, closed)
  end
  state.drop_batch(self)
  self._pieces:clear()
  local stop = state.call_of(self).stop
  if self._doing then
    self._doing:cancel()
  elseif id and stop then
    stop(id)
  end
end

return ending
