--- A stream whose answer is followed by another: when a model has called tools,
--- say, and is asked again with their results. To its reader it is one stream.

local ending = require "indoxhub.stream.ending"
local state = require "indoxhub.stream.state"
local waiting = require "indoxhub.stream.waiting"

local following = {}

-- Has what comes between the answers done, and begins to read the next one.
local function follow(self)
  local other, err = self._following()
  self._following = nil
  if self._ended then -- closed meanwhile
    if other then
      other:close()
    end
  elseif not other then
    ending.give_up(self, err)
  else
    local made = state.adopt(self, other)
    if made then -- which came as a whole
      ending.conclude(self, made)
    end
  end
end

--- Goes on to the next answer.
---@param self indoxhub.Stream
---@param patient boolean whether the reader waits for it
---@return boolean over false while that goes on
function following.go_on(self, patient)
  return waiting.on(self, follow, patient)
end

return following
