--- What a stream does in a task, while its reader waits or looks now and then:
--- the reader may be one that cannot wait, and another may close the stream
--- meanwhile.

local ending = require "indoxhub.stream.ending"
local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"
local task = require "indoxhub.loop.task"

local waiting = {}

--- Begins to do something in a task, or goes on with it.
---@param self indoxhub.Stream
---@param fn fun(self: indoxhub.Stream) the same until it has ended
---@param patient boolean whether the reader waits for it
---@param failure? indoxhub.Error how the stream ends when it raises
---@return boolean over false while that goes on
function waiting.on(self, fn, patient, failure)
  local doing = self._doing or task.spawn(fn, self)
  self._doing = doing
  if patient and doing:status() ~= "failed" then
    local _, err = doing:await()
    if err and not self._ended then
      ending.close(self) -- the reader was cancelled
    end
  elseif loop.is_blocking() then
    loop.adapter().turn() -- nobody else might
  end
  local status = doing:status()
  if status ~= "pending" and self._doing == doing then
    self._doing = nil
  end
  if status == "failed" and not self._ended then
    -- What it raised is told elsewhere.
    ending.fail(self, failure
      or errors.cancelled("a function of the program raised an error"))
  end
  return self._ended or status ~= "pending"
end

return waiting
