--- What the files of a stream share: its fields, and the call it belongs to.

local state = {}

---@class indoxhub.StreamState
---@field package _transfer? indoxhub.core.Transfer brings the answer; none when
--- that came as a whole before there was a stream
---@field package _answer indoxhub.Answer whose events or body are read
---@field package _after_end? number seconds that a finished answer waits for
--- more
---@field package _form? "events"|"whole" of the body, once that is known
---@field package _told integer transfer:told() before the last look
---@field package _batch (string|table)[] of events, as transfer:take gave them:
--- strings that were recognised, and whole events
---@field package _next integer the first of the batch that was not looked at
---@field package _last integer the last of the batch
---@field package _texts integer the last of the strings, which come first
---@field package _joined? integer events whose text the first string has, if
--- it has that of many
---@field package _decoder indoxhub.Decoder of whole events
---@field package _pieces indoxhub.Pieces that wait to be handed out
---@field package _any_piece boolean whether whole events brought any piece
---@field package _by_event boolean whether it is read with `events`
---@field package _build? fun(text: string): table an event like the last that
--- was learned, with another text
---@field package _tries? number how many more of those may be made
---@field package _owes_turn boolean whether it was read without giving way
---@field package _refusal? indoxhub.Error after which it is opened again
---@field package _follow? fun(reply: table): function? what to do before the
--- next answer, if another follows that reply
---@field package _following? function that which is to be done
---@field package _schema? table what its elements are to fit
---@field package _elements? indoxhub.Elements finds them in the text
---@field package _doing? indoxhub.Task that opens it again, or does that
---@field package _ended boolean
---@field package _reply? table when it ended well
---@field package _failure? indoxhub.Error when it broke
---@field package _on_end? fun(reply?: table, err?: indoxhub.Error)

-- Stream -> its call, which holds the key. It is kept out of the stream so that
-- nothing that prints a stream shows it.
local calls = setmetatable({}, { __mode = "k" })

--- A stream that reads nothing yet.
---@param mt table its metatable
---@param call indoxhub.Call
---@return indoxhub.Stream
function state.new(mt, call)
  local self = setmetatable({ _transfer = nil, _answer = nil, _after_end = nil,
    _form = nil, _told = 0, _batch = nil, _next = 1, _last = 0, _texts = 0,
    _joined = nil, _decoder = nil, _pieces = nil, _any_piece = false,
    _by_event = false, _owes_turn = false, _refusal = nil, _follow = nil,
    _following = nil, _schema = nil, _elements = nil, _doing = nil,
    _ended = false, _reply = nil, _failure = nil, _on_end = nil }, mt)
  calls[self] = call
  return self
end

--- The call that a stream belongs to.
---@param self indoxhub.Stream
---@return indoxhub.Call
function state.call_of(self)
  return calls[self]
end

-- What a stream reads, which another can take over.
local READ = { "_transfer", "_answer", "_after_end", "_form", "_told", "_batch",
  "_next", "_last", "_texts", "_joined", "_build",
  "_decoder", "_pieces", "_refusal" }

--- Has a stream read what another was opened for, which nobody has read yet.
--- Returns the reply of that one if it came as a whole.
---@param self indoxhub.Stream
---@param other indoxhub.Stream
---@return table? reply
function state.adopt(self, other)
  for _, name in ipairs(READ) do
    self[name] = other[name]
  end
  calls[self], self._any_piece, self._elements = calls[other], false, nil
  return other._reply
end

--- Empties the batch.
---@param self indoxhub.Stream
function state.drop_batch(self)
  self._batch, self._next, self._last, self._texts = {}, 1, 0, 0
  self._joined = nil
end

return state
