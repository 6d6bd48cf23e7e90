--- A streamed answer, as a program reads it.
--
-- Most events of a stream differ only in their text. The transfer recognises
-- those by itself (see csrc/core/delta.h) and gives strings, many at a time,
-- which are handed out as they are. Any other event is decoded and, if it
-- carried text, shown to the transfer as the next pattern.
--
--     fetching   takes a batch of events out of the transfer
--     decoding   hears what a whole event of it says
--     pieces     keeps that until it is handed out
--     opening    begins to read, again after an early refusal
--     following  goes on with another answer
--     waiting    does in a task what these two wait for
--     batching   hands out all that has come as one string
--     elements   hands out a list of data item by item
--     ending     ends the stream
--     remains    hears what nobody reads of it

local batching = require "indoxhub.stream.batching"
local calls = require "indoxhub.call"
local decoding = require "indoxhub.stream.decoding"
local ending = require "indoxhub.stream.ending"
local errors = require "indoxhub.base.errors"
local fetching = require "indoxhub.stream.fetching"
local later = require "indoxhub.base.later"
local loop = require "indoxhub.loop"
local misnamed = require "indoxhub.base.misnamed"
local opening = require "indoxhub.stream.opening"
local state = require "indoxhub.stream.state"

local elements = later.get "indoxhub.stream.elements"

local stream = {}

--- An answer that is handed out while it is made.
---@class indoxhub.Stream: indoxhub.StreamState
---@field id? string The stream's id, for `client.chat:stop`, once it is known.
---@overload fun(): string?, indoxhub.PieceKind?
local stream_methods = {}
local stream_mt = { __name = "indoxhub.stream" }

-- `id` is known only after the first events, and belongs to the decoder.
function stream_mt.__index(self, name)
  if name == "id" then
    return self._decoder.reading:stream_id(
      self._answer.headers["x-request-id"])
  end
  local method = stream_methods[name]
  if method == nil then
    misnamed.check("stream", name, stream_methods)
  end
  return method
end

function stream_mt.__tostring(self)
  return ("indoxhub.stream (%s)"):format(self._failure and "broken"
    or self._ended and "ended" or "running")
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
  local opened, call = calls.open(caller, operation, options, kind)
  if not opened then
    return nil, call
  end
  call.stop = not call.recorded and stop or nil
  local self = state.new(stream_mt, call)
  opening.begin(self, opened)
  return self
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

--- Has a function called with each reply before the stream ends with it. When
--- it returns another, that is run in a task, where it may wait, and gives the
--- stream of an answer that follows, or nil and an error to end with. When it
--- returns nil and an error the stream ends with that. The first function must
--- neither wait nor raise.
---@param self indoxhub.Stream
---@param fn fun(reply: table): function?, indoxhub.Error?
function stream.follow(self, fn)
  self._follow = fn
  local made = self._reply
  if made then -- it came as a whole
    self._reply, self._ended = nil, false
    ending.conclude(self, made)
  end
end

-- A method called with a dot gets no stream.
local function refuse_dot(method)
  error(("call it with a colon, as stream:%s"):format(method), 3)
end

---------------------------------------------------------------------------
-- the next piece

-- The next piece of what is here. None waits while there is more in the batch,
-- which a whole event ends.
local function next_here(self)
  while self._next <= self._last do
    local at = self._next
    local item = self._batch[at]
    self._next = at + 1
    if at <= self._texts then
      return item, "text"
    end
    self._batch[at] = nil -- a slow stream would keep it for long
    decoding.hear(self, item)
  end
  return self._pieces:take()
end

-- Who takes what has come with try_next does not give way meanwhile, and might
-- find a batch each time it could.
local function settle_turn(self)
  if self._owes_turn then
    self._owes_turn = false
    loop.give_way()
  end
end

-- The next piece. A patient caller waits for it, another gets nil, "pending".
local function advance(self, patient)
  if patient then
    settle_turn(self)
  end
  while true do
    local piece, kind = next_here(self)
    if piece then
      return piece, kind
    elseif self._ended then
      return nil, self._failure
    elseif not fetching.go_on(self, patient) then
      return nil, "pending"
    end
  end
end

--- Waits for the next piece of the answer. Returns it and its kind ("text",
--- "refusal", or "reasoning" when that was asked for), nil at the end, or nil
--- and the error of a broken stream, whose `partial` holds the text so far.
---@return string? delta, indoxhub.PieceKind|indoxhub.Error? kind
function stream_methods:next()
  local batch = self and self._batch -- cheaper than to look at its metatable
  if not batch then
    refuse_dot "next()"
  end
  -- The hot path of the library, as is the one of `for`.
  local at = self._next
  if at <= self._texts and not self._owes_turn then
    self._next = at + 1
    return batch[at], "text"
  end
  return advance(self, true)
end

--- The same without waiting: nil and "pending" when nothing is there yet.
---@return string? delta, indoxhub.PieceKind|"pending"|indoxhub.Error? kind
function stream_methods:try_next()
  if getmetatable(self) ~= stream_mt then
    refuse_dot "try_next()"
  end
  self._owes_turn = true
  local piece, kind = advance(self, false)
  if kind ~= "pending" then
    return piece, kind
  end
  loop.look()
  return advance(self, false)
end

--- Waits for the next pieces of the answer and returns all that have come as
--- one string, as far as they are of one kind; how many pieces those are, and
--- their kind. Nil at the end, or nil and the error of a broken stream. For
--- relays, which need no single pieces: it costs less than `next` for each.
---@return string? text, integer|indoxhub.Error? count, indoxhub.PieceKind? kind
function stream_methods:next_batch()
  if getmetatable(self) ~= stream_mt then
    refuse_dot "next_batch()"
  end
  settle_turn(self)
  return batching.next(self)
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
  local at = self._next
  if at <= self._texts and not self._owes_turn then
    self._next = at + 1
    return self._batch[at], "text"
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
---@return fun(): table? iterator
function stream_methods:events()
  if getmetatable(self) ~= stream_mt then
    refuse_dot "events()"
  end
  if not self._by_event then
    self._by_event = true
    if self._transfer then
      decoding.unlearn(self)
    end
  end
  return function()
    check_can_wait("event")
    while true do
      while self._next <= self._last do
        local at = self._next
        local item = self._batch[at]
        self._next = at + 1
        if at <= self._texts then
          return decoding.build(self, item)
        end
        local event = decoding.hear(self, item)
        self._pieces:clear()
        if event and not self._failure then
          return event
        end
      end
      if self._failure then
        errors.raise(self._failure)
      elseif self._ended then
        return nil
      end
      fetching.go_on(self, true)
    end
  end
end

--- Reads to the end and returns the reply that `create` would have returned, or
--- nil and the error of a broken stream.
---@return indoxhub.ChatResponse? reply, indoxhub.Error? err
function stream_methods:reply()
  if getmetatable(self) ~= stream_mt then
    refuse_dot "reply()"
  end
  repeat
    local piece = self:next()
  until not piece
  if self._failure then
    return nil, self._failure
  end
  return self._reply
end

---------------------------------------------------------------------------
-- elements of a list

--- What the elements of a stream are to fit.
---@param self indoxhub.Stream
---@param schema? table JSON Schema of the whole answer
function stream.check_elements(self, schema)
  self._schema = schema
end

local function check_path(path)
  if type(path) ~= "string" then
    error("expects the name of the list, such as \"items\", not a "
      .. type(path), 3)
  end
end

--- Waits for the next element of a list in an answer that is JSON, which is
--- handed out as soon as it is complete, and checked when the stream has a
--- schema. Nil at the end of the list; nil and an error when the stream broke,
--- or of kind "schema" when an element does not fit. Pieces that were read
--- otherwise are not seen.
---@param path string The field with the list, as "a.items"; "": all of it.
---@return any element, indoxhub.Error? err
function stream_methods:next_element(path)
  if getmetatable(self) ~= stream_mt then
    refuse_dot "next_element(...)"
  end
  check_path(path)
  return elements().next(self, path)
end

--- Iterates over the elements of a list: see next_element. What is wrong
--- raises.
---@param path string The field with the list, as "a.items"; "": all of it.
---@return fun(): any
function stream_methods:elements(path)
  if getmetatable(self) ~= stream_mt then
    refuse_dot "elements(...)"
  end
  check_path(path)
  return function()
    check_can_wait "element"
    local element, err = elements().next(self, path)
    if err then
      errors.raise(err)
    end
    return element
  end
end

--- A coroutine for code that resumes by hand, such as a frame loop. Each resume
--- gives `true, delta, kind`; with `wait = false` also `true, nil, "pending"`
--- when nothing is there yet, else it waits. At the end `true, reply`, and the
--- coroutine is dead; a broken stream gives `false, err`.
---@param options? indoxhub.CoroutineOptions
---@return thread coroutine
function stream_methods:coroutine(options)
  if getmetatable(self) ~= stream_mt then
    refuse_dot "coroutine(...)"
  end
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
  if getmetatable(self) ~= stream_mt then
    refuse_dot "close()"
  end
  ending.close(self)
end

stream_mt.__close = stream_methods.close

return stream
