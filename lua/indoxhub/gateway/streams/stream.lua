--- An answer while it is written: its events, and who waits for them.
--
-- The writer adds events, readers of the same worker take them out of its
-- buffer and wait on its semaphore, the flusher appends them to the store.
-- `how` is how it has ended: "done", "failed" (its last event tells why),
-- "cancelled" or "interrupted".

local buffer = require "indoxhub.gateway.streams.buffer"
local framing = require "indoxhub.gateway.streams.framing"
local semaphore = require "ngx.semaphore"

local stream = {}

---@class indoxhub.gateway.Stream
---@field id string
---@field owner string the key that it was made with
---@field writer string the worker that writes it
---@field buffer indoxhub.gateway.Buffer
---@field how? string
---@field is_open boolean whether the model has begun to answer
---@field refusal? table why it did not
---@field readers integer in this worker
---@field idle_since? number when the last of them has left
---@field linger number seconds that it goes on without readers
---@field is_begun boolean whether the store has it
---@field is_unsure boolean whether the store may have more than is known here
---@field is_settled boolean whether the store knows its end
---@field flushed integer number of the last event that the store has
local methods = {}
methods.__index = methods

--- Makes one. `options.changed(stream)` is called when there is something to
--- append, `options.over(stream)` once, when its source is to be closed.
---@param options table
---@return indoxhub.gateway.Stream
function stream.new(options)
  return setmetatable({ id = options.id, owner = options.owner,
    writer = options.writer, source = options.source, linger = options.linger,
    changed = options.changed, over = options.over,
    buffer = buffer.new(options.bytes), semaphore = semaphore.new(),
    is_open = false, readers = 0, is_begun = false, is_unsure = false,
    is_settled = false, flushed = 0, renewed = 0 }, methods)
end

-- Wakes all who wait. Who is not there any more is not counted by nginx.
local function wake(self)
  local waiting = -self.semaphore:count()
  if waiting > 0 then
    self.semaphore:post(waiting)
  end
end

--- Tells that the model has begun to answer.
function methods:open()
  self.is_open = true
  self:changed()
  wake(self)
end

--- Tells that it does not, and what the request is to be ended with.
function methods:refuse(refusal)
  self.refusal, self.how, self.is_settled = refusal, "failed", true
  wake(self)
end

--- Adds an event of this data, or of three strings that are its data and have
--- no line ends. Nil when the stream has ended.
---@param data string
---@param text? string
---@param tail? string
---@return boolean? added
function methods:write(data, text, tail)
  if self.how then
    return nil
  end
  local number = self.buffer.last + 1
  self.buffer:push(text and framing.piece(number, data, text, tail)
    or framing.event(number, data))
  self:changed()
  wake(self)
  return true
end

--- Ends it, unless it has ended. Returns how it has.
---@param how string
---@return string
function methods:finish(how)
  if not self.how then
    self.how = how
    self:changed()
    wake(self)
    self:over()
  end
  return self.how
end

--- Ends it as another has ended it in the store.
---@param how string
function methods:overrule(how)
  self.is_settled, self.is_unsure = true, false
  self:finish(how)
end

--- Waits until there is more, or for so many seconds.
function methods:wait(seconds)
  return self.semaphore:wait(seconds)
end

return stream
