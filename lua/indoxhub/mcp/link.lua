--- A program that is an MCP server, while it runs: what it says is taken
-- whenever the loop turns, and wakes who waits for it.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"

local links = {}

-- Seconds that a program whose output has ended is given to end, too.
local TO_END = 0.5

--- Seconds for what a program that has ended has left to say.
links.TO_FINISH = 0.25

-- Where nothing tells that a program has ended it is looked at so often.
local LOOK = 0.05

--- How much of what it says an error shows. Bytes.
links.LONGEST_SHOWN = 300

---@class indoxhub.mcp.Link
---@field session indoxhub.mcp.Session
---@field child indoxhub.core.Child
---@field engine indoxhub.core.Engine
---@field wants integer how many wait for it
---@field waiting table[] slots of those that wait for anything of it
---@field over? boolean it says nothing more
---@field ended_at? number
---@field failure? indoxhub.Error what is wrong with what it says
---@field last_line? string of what it says on stderr
---@field strange? string what it said that is no message
---@field line? string that is being taken
local link_methods = {}
local link_mt = { __index = link_methods }

local function wake_all(link)
  local waiting = link.waiting
  link.waiting = {}
  for _, slot in ipairs(waiting) do
    loop.wake(slot)
  end
end

local function take_output(link)
  local session = link.session
  local why
  if not link.line then
    link.line, why = link.child:line "out"
  end
  while link.line do
    local line = link.line
    if line:find "%S" and not session:take(line) then
      link.strange = line
      session:note("stdout", line)
    end
    link.line = nil -- when this raises, for want of memory, it is taken again
    link.line, why = link.child:line "out"
  end
  if why and not link.failure then
    link.failure = errors.new("limit", "the server's message is larger than "
      .. "max_response_bytes", { code = "response" })
  end
end

local function take_errors(link)
  local line = link.child:line "err"
  while line do
    if line:find "%S" then
      link.last_line = line
      link.session:note("stderr", line)
    end
    line = link.child:line "err"
  end
end

--- Takes what the program has said; called by the loop.
function link_methods:on_news()
  take_output(self)
  take_errors(self)
  self.over = self.over or self.failure ~= nil or self.child:over "out"
  if not self.ended_at and self.child:ended() then
    self.ended_at = core.now()
  end
  if self.over or self.ended_at then
    self.session.connected = self.session.current ~= self
      and self.session.connected
    for _, entry in pairs(self.session.pending) do
      loop.wake(entry.slot)
    end
  end
  wake_all(self)
end

--- One more waits for it, or with -1 one less: that decides whether the loop
--- has anything to do.
---@param link indoxhub.mcp.Link
---@param more integer 1 or -1
function links.want(link, more)
  link.wants = link.wants + more
  link.child:want(link.wants > 0)
  if link.wants > 0 then
    loop.watch()
  else
    loop.rest()
  end
end

--- Waits for some news, for so many seconds; false when the task is cancelled.
--- Where Lua cannot suspend, it raises, and nobody waits any more.
---@param link indoxhub.mcp.Link
---@param slot {ready: boolean}
---@param seconds number
---@return boolean
function links.pause(link, slot, seconds)
  local what = link.session.what
  if not loop.YIELDS_IN_PCALL then
    return loop.wait(slot, seconds, what) -- session.lua has looked before
  end
  local ok, went_on = pcall(loop.wait, slot, seconds, what)
  if not ok then
    links.want(link, -1)
    error(went_on, 0)
  end
  return went_on
end

--- Waits until a condition holds, for so many seconds at most, or the task is
--- cancelled.
---@param link indoxhub.mcp.Link
---@param condition fun(link: indoxhub.mcp.Link): boolean
---@param seconds number
function links.wait_until(link, condition, seconds)
  local ends, go_on = core.now() + seconds, true
  links.want(link, 1)
  link:on_news()
  while go_on and not condition(link) and core.now() < ends do
    local slot = { ready = false }
    table.insert(link.waiting, slot)
    go_on = links.pause(link, slot, math.min(LOOK, ends - core.now()))
    link:on_news()
  end
  links.want(link, -1)
end

--- Whether it has ended, or was dropped.
---@param link indoxhub.mcp.Link
---@return boolean
function links.has_ended(link)
  return link.session.current ~= link or link.child:ended() ~= nil
end

local function has_finished(link)
  return link.child:over "err" and links.has_ended(link)
end

local function end_of(link)
  local how, number = link.child:ended()
  if how == "exit" then
    return ("ended with exit code %d"):format(number)
  elseif how == "signal" then
    return ("was ended by signal %d"):format(number)
  end
  return "closed its output"
end

--- The error of a program that says nothing more.
---@param link indoxhub.mcp.Link
---@return indoxhub.Error
function links.describe_end(link)
  if link.failure then
    return errors.copy(link.failure)
  end
  links.wait_until(link, links.has_ended, TO_END)
  links.wait_until(link, has_finished, links.TO_FINISH)
  local line = link.last_line or link.strange
  return errors.new("network", "the MCP server " .. end_of(link)
    .. (line and ": " .. link.session.hide(line, links.LONGEST_SHOWN) or ""),
    { code = "exit", retryable = false,
      hint = "run the command by hand to see what it says" })
end

--- Takes up a program that was started.
---@param session indoxhub.mcp.Session
---@param child indoxhub.core.Child
---@param engine indoxhub.core.Engine
---@return indoxhub.mcp.Link
function links.new(session, child, engine)
  local link = setmetatable({ session = session, child = child,
    engine = engine, wants = 0, waiting = {} }, link_mt)
  loop.listen(child:token(), link)
  return link
end

return links
