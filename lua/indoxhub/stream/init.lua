--- A streamed answer: pulls events out of a transfer and hands out their text.
--
-- Most events of a stream differ only in their text. The transfer recognises
-- those by itself (see csrc/core/delta.h) and gives strings, many at a time;
-- any other event is decoded here and, if it carried text, shown to the
-- transfer as the next pattern.

local answers = require "indoxhub.api.reading.answer"
local answer_errors = require "indoxhub.api.errors.answer"
local calls = require "indoxhub.call"
local dialects = require "indoxhub.api.dialects"
local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"
local replies = require "indoxhub.api.replies"
local reply = require "indoxhub.api.replies.reply"
local task = require "indoxhub.loop.task"
local transfer_errors = require "indoxhub.api.errors.transfer"
local transfers = require "indoxhub.call.transfer"

local stream = {}

-- Events taken from the transfer at a time: a reader gives way between batches,
-- and decoding a whole event costs four times as much as a recognised one.
local BATCH, WHOLE_BATCH = 256, 16

-- Seconds for the end of a finished stream to arrive, so that its connection
-- can be used again.
local LINGER = 1

---@alias indoxhub.PieceKind "text"|"reasoning"|"refusal"

---@class indoxhub.Stream
---@field id? string the stream's id, for the stop call
---@overload fun(): string?, indoxhub.PieceKind?
local stream_methods = {}
local stream_mt = { __name = "indoxhub.stream" }

-- Stream -> the call it belongs to, which holds the key. It is kept out of the
-- stream so that nothing that prints a stream shows it.
local sources = setmetatable({}, { __mode = "k" })

-- `id` is known only after the first events, and belongs to the decoder.
function stream_mt.__index(self, name)
  if name == "id" then
    return self._decoder.reading:stream_id(
      self._answer.headers["x-request-id"])
  end
  return stream_methods[name]
end

function stream_mt.__tostring(self)
  return ("indoxhub.stream (%s)"):format(self._failure and "broken"
    or self._ended and "ended" or "running")
end

-- Tells the call, and who else asked to know.
local function tell_end(self)
  sources[self]:done(self._failure)
  if self._on_end then
    self._on_end(self._reply, self._failure)
  end
end

-- Keeps a piece until it is handed out.
local function queue(self, kind, piece)
  if kind ~= "reasoning" or sources[self].options.reasoning then
    local last = self._queued + 1
    self._queue[last], self._queued = { kind, piece }, last
  end
end

-- Takes a reply that came as a whole.
local function adopt_whole(self, made, pieces)
  for i = 1, #pieces, 2 do
    queue(self, pieces[i], pieces[i + 1])
  end
  self._reply, self._ended = made, true
  tell_end(self)
end

-- Begins to read what was opened.
local function adopt(self, opened)
  self._transfer, self._answer = opened.transfer, opened.answer
  self._after_end = opened.after_end
  self._decoder = dialects.new(opened.transfer)
  self._batch, self._next, self._last = {}, 1, 0
  self._queue, self._queued, self._given_out = {}, 0, 0
  self._form = nil
  if opened.whole then
    adopt_whole(self, opened.whole, opened.pieces)
  end
end

-- A stream over what a call has opened.
local function new(opened, source)
  local self = setmetatable({ _whole = false, _ended = false, _given = false,
    _transfer = nil, _answer = nil, _decoder = nil, _batch = nil, _next = 1,
    _last = 0, _told = 0, _queue = nil, _queued = 0, _given_out = 0,
    _form = nil, _after_end = nil, _reply = nil, _failure = nil, _on_end = nil,
    _owes_turn = false, _refusal = nil, _reopening = nil }, stream_mt)
  sources[self] = source
  adopt(self, opened)
  return self
end

--- Opens a stream. From a server that answers without streaming it has one
--- piece.
---@param caller indoxhub.Caller
---@param operation indoxhub.Operation
---@param options table
---@param kind table a reply kind of api/replies
---@param stop? fun(id: string) sends the stop call
---@return indoxhub.Stream? stream, indoxhub.Error? err
function stream.open(caller, operation, options, kind, stop)
  local opened, source = calls.open(caller, operation, options, kind)
  if not opened then
    return nil, source
  end
  source.stop = stop
  return new(opened, source)
end

--- Has a function called once, when the stream has ended: with its reply, or
--- with nil and its error. It must neither wait nor raise. A stream that is
--- collected before has no end.
---@param self indoxhub.Stream
---@param fn fun(reply?: table, err?: indoxhub.Error)
function stream.on_end(self, fn)
  if self._ended then
    fn(self._reply, self._failure)
  else
    self._on_end = fn
  end
end

---------------------------------------------------------------------------
-- the end

-- Ends with an error of the call.
local function break_off(self, err)
  err.partial = err.partial or self._transfer:text()
  err.usage = answer_errors.usage(self._decoder.reading:used(),
    self._answer.hide) or err.usage
  self._decoder.reading:forget()
  self._failure, self._ended = err, true
  self._transfer:cancel()
  tell_end(self)
end

-- Ends with an error of the stream, which the call does not know yet.
local function fail(self, err)
  break_off(self, sources[self]:describe(err))
end

local function succeed(self)
  local transfer, answer = self._transfer, self._answer
  self._ended = true
  self._reply = self._decoder.reading:reply(answer.headers["x-request-id"])
  answer.result = transfer:result()
  reply.remember(self._reply, answer)
  loop.leave(transfer, LINGER)
  tell_end(self)
end

local function truncated(self, result)
  local err = transfer_errors.from_result(result, self._answer.hide)
  if err and err.kind ~= "truncated" then
    return err
  end
  return errors.new("truncated", "the stream ended before the answer did",
    { code = err and err.code or "closed" })
end

-- Keeps what the last event said until it is handed out.
local function queue_pieces(self)
  local one = self._decoder.reading
  for i = 1, one.count, 2 do
    queue(self, one.pieces[i], one.pieces[i + 1])
  end
  self._given = self._given or one.count > 0
end

-- Takes what was told as a whole, now that nothing more comes.
local function settle(self)
  self._decoder.reading:settle()
  queue_pieces(self)
end

local function no_answer(self)
  return answer_errors.protocol("the stream ended without an answer",
    self._answer, "empty")
end

-- The transfer is over and everything it brought was read.
local function close_up(self, result)
  settle(self)
  if self._decoder.reading.complete then
    succeed(self)
  elseif not self._decoder.told and result.ended == "complete"
    and not answers.is_stream(self._answer) then
    fail(self, answer_errors.protocol("the answer is no stream of events " ..
      "but of type " .. (self._answer.headers["content-type"] or "unknown"),
      self._answer, "stream"))
  else
    fail(self, truncated(self, result))
  end
end

---------------------------------------------------------------------------
-- a failure before the first piece

local WORTH_REOPENING = { rate_limit = true, unavailable = true }

-- A stream that was refused before any text came is like a call that was.
-- `events` has handed out what cannot be taken back.
local function fail_or_reopen(self, err)
  if self._given or self._whole or not WORTH_REOPENING[err.kind] then
    fail(self, err)
  else
    self._refusal = err
    self._transfer:cancel()
  end
end

local function reopen(self)
  local opened, err = sources[self]:reopen(self._refusal)
  self._refusal, self._reopening = nil, nil
  if self._ended then -- closed meanwhile
    if opened and opened.transfer then
      opened.transfer:cancel()
    end
  elseif opened then
    adopt(self, opened)
  else
    break_off(self, err)
  end
end

-- Opens a refused stream again, in a task: the reader may be one that cannot
-- wait, and another may close the stream meanwhile. False when that goes on.
local function come_back(self, patient)
  local reopening = self._reopening or task.spawn(reopen, self)
  self._reopening = reopening
  if patient then
    local _, err = reopening:await()
    if err and not self._ended then
      self:close() -- the reader was cancelled
    end
  elseif loop.is_blocking() then
    loop.adapter().turn() -- nobody else might
  end
  if reopening:status() == "failed" and not self._ended then
    fail(self, self._refusal) -- what it raised is told elsewhere
  end
  return self._ended or reopening:status() ~= "pending"
end

---------------------------------------------------------------------------
-- reading

-- What came after the end does not count.
local function drop_rest(self)
  self._batch, self._last = {}, 0
end

-- The events have told of the end, or of a failure.
local function conclude(self)
  local decoder = self._decoder
  local one = decoder.reading
  settle(self)
  if one.failure then
    local failure = one.failure
    one.failure = nil -- may hold what the error hides
    fail_or_reopen(self, answer_errors.from_failure(failure, self._answer))
  elseif decoder:is_whole() then
    succeed(self)
  else
    fail(self, no_answer(self))
  end
  drop_rest(self)
end

-- Decodes one event and keeps what it says until that is handed out. Returns
-- the event.
local function decode(self, item)
  local decoder, transfer = self._decoder, self._transfer
  local event = decoder:take(item.event, item.data)
  local one = decoder.reading
  queue_pieces(self)
  if decoder.meant then
    transfer:heard()
  end
  if decoder.holes > 0 then
    transfer:learn(item.event, item.data, one.pieces[2], decoder.holes)
  end
  if one.failure or decoder.finished then
    conclude(self)
  elseif one.complete and decoder.meant then
    transfer:linger(self._after_end)
  end
  return event
end

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
    adopt_whole(self, made, pieces)
  else
    fail_or_reopen(self, err)
  end
  return true
end

-- Fetches what has arrived of the events.
local function fetch_events(self)
  local transfer, one = self._transfer, self._decoder.reading
  local is_whole = self._whole or one:is_waiting()
  local count, why = transfer:take(self._batch,
    is_whole and WHOLE_BATCH or BATCH, is_whole)
  self._next, self._last = 1, count or 0
  if not count then
    fail(self, errors.new("limit", why == "limit"
      and "an event of the stream is larger than max_event_bytes"
      or "out of memory", { code = why == "limit" and "event" or "memory" }))
    return true
  elseif count > 0 then
    if one.complete then
      transfer:linger(self._after_end)
    end
    return true
  end
  local result = transfer:result()
  if result then
    close_up(self, result)
  end
  return result ~= nil
end

-- Fetches what has arrived. True when there is something to look at or the
-- stream has ended; false when it must be waited for.
local function fetch(self)
  local transfer = self._transfer
  self._told = transfer:told()
  self._form = self._form or transfers.look_at_form(transfer, self._answer)
  if self._form == "whole" then
    return fetch_whole(self)
  end
  return self._form == "events" and fetch_events(self)
end

local function wait(self)
  local ok, err = transfers.wait(self._transfer, self._told)
  if not ok then
    fail(self, err)
  end
end

local function next_queued(self)
  if self._given_out < self._queued then
    local at = self._given_out + 1
    local item = self._queue[at]
    self._queue[at], self._given_out = nil, at
    return item[2], item[1]
  end
end

-- Looks through the batch for the next piece.
local function next_of_batch(self)
  while self._next <= self._last do
    local item = self._batch[self._next]
    self._next = self._next + 1
    if type(item) == "string" then
      return item, "text"
    end
    decode(self, item)
    local piece, kind = next_queued(self)
    if piece then
      return piece, kind
    end
  end
end

-- The next piece. A patient caller waits for it, another gets nil, "pending".
local function advance(self, patient)
  while true do
    local piece, kind = next_queued(self)
    if not piece then
      piece, kind = next_of_batch(self)
    end
    if piece then
      return piece, kind
    elseif self._ended then
      return nil, self._failure
    elseif self._refusal then
      if not come_back(self, patient) then
        return nil, "pending"
      end
    elseif not (patient and loop.give_way()) and not fetch(self) then
      if not patient then
        return nil, "pending"
      end
      wait(self)
    end
  end
end

-- Every way to read begins with what the transfer recognised; this is the hot
-- path of the library.
local function recognised(self)
  local at = self._next
  if at <= self._last then
    local item = self._batch[at]
    if type(item) == "string" then
      self._next = at + 1
      return item
    end
  end
end

-- Who takes what has come with try_next does not give way meanwhile, and might
-- find a batch each time it could.
local function give_turn(self)
  self._owes_turn = false
  loop.give_way()
end

--- Waits for the next piece of the answer. Returns it and its kind ("text",
--- "refusal", or "reasoning" when that was asked for), nil at the end, or nil
--- and the error of a broken stream, whose `partial` holds the text so far.
---@return string? delta, indoxhub.PieceKind|indoxhub.Error? kind
function stream_methods:next()
  if self._owes_turn then
    give_turn(self)
  end
  local item = recognised(self)
  if item then
    return item, "text"
  end
  return advance(self, true)
end

--- The same without waiting: nil and "pending" when nothing is there yet.
---@return string? delta, indoxhub.PieceKind|"pending"|indoxhub.Error?
function stream_methods:try_next()
  self._owes_turn = true
  local piece, kind = advance(self, false)
  if kind ~= "pending" then
    return piece, kind
  end
  loop.look()
  return advance(self, false)
end

-- Inside `for` on PUC 5.1, where a task would be stuck.
local function check_can_wait(what)
  if loop.is_stuck_in_for() then
    error(("Lua 5.1 cannot wait inside `for` in a task: use " ..
      "`while true do local %s = ...` with stream:next()"):format(what), 3)
  end
end

--- For `for delta, kind in stream do`: raises the error of a broken stream.
function stream_mt.__call(self)
  if self._owes_turn then
    give_turn(self)
  end
  local item = recognised(self)
  if item then
    return item, "text"
  end
  check_can_wait("delta")
  local piece, kind = advance(self, true)
  if piece then
    return piece, kind
  elseif kind then
    errors.raise(kind)
  end
end

--- Iterates over every event of the stream, decoded, whether it has text or
--- not. A broken stream raises.
---@return fun(): table?
function stream_methods:events()
  self._whole = true
  return function()
    check_can_wait("event")
    while true do
      while self._next <= self._last do
        local item = self._batch[self._next]
        self._next = self._next + 1
        if type(item) == "string" then
          return { type = "text", data = item }
        end
        local event = decode(self, item)
        self._queue, self._queued, self._given_out = {}, 0, 0
        if event and not self._failure then
          return event
        end
      end
      if self._failure then
        errors.raise(self._failure)
      elseif self._ended then
        return nil
      elseif self._refusal then
        come_back(self, true)
      elseif not loop.give_way() and not fetch(self) then
        wait(self)
      end
    end
  end
end

--- Reads to the end and returns the reply that `create` would have returned, or
--- nil and the error of a broken stream.
---@return indoxhub.ChatResponse? reply, indoxhub.Error? err
function stream_methods:reply()
  repeat
    local piece = self:next()
  until not piece
  if self._failure then
    return nil, self._failure
  end
  return self._reply
end

--- A coroutine for code that resumes by hand, such as a frame loop. Each resume
--- gives `true, delta, kind`; with `wait = false` also `true, nil, "pending"`
--- when nothing is there yet, else it waits. At the end `true, reply`, and the
--- coroutine is dead; a broken stream gives `false, err`.
---@param options? {wait?: boolean} default true
---@return thread
function stream_methods:coroutine(options)
  for name in pairs(options or {}) do
    if name ~= "wait" then
      error("unknown option of coroutine: " .. tostring(name), 2)
    end
  end
  local read = (options or {}).wait == false and self.try_next or self.next
  return coroutine.create(function()
    while true do
      local piece, kind = read(self)
      if piece or kind == "pending" then
        coroutine.yield(piece, kind)
      elseif kind then
        error(kind, 0)
      else
        return self._reply
      end
    end
  end)
end

--- Ends the transfer at once. When the stream's id is known, the server is told
--- to stop, without waiting for its answer. Does nothing when it has ended.
function stream_methods:close()
  if self._ended then
    return
  end
  local id = not self._refusal and self.id
  fail(self, errors.cancelled("the stream was closed"))
  self._next, self._last, self._queued = 1, 0, self._given_out
  if self._reopening then
    self._reopening:cancel()
  elseif id and sources[self].stop then
    sources[self].stop(id)
  end
end

stream_mt.__close = stream_methods.close

return stream
