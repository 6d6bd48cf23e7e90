--- What one worker of nginx knows of streams, and the timer in which it sees to
--- them.
--
-- Three loops run there: `tending` ends what nobody reads, `flushing` appends
-- to the store, `following` reads from it what readers here want of streams
-- that are written elsewhere. A loop looks whether there is something to do
-- before it waits; nothing happens in between. Writers run in timers of their
-- own: see crew.lua.

local contact = require "indoxhub.gateway.streams.contact"
local core = require "indoxhub.core"
local crews = require "indoxhub.gateway.streams.crew"
local flushing = require "indoxhub.gateway.streams.flushing"
local following = require "indoxhub.gateway.streams.following"
local id = require "indoxhub.gateway.streams.id"
local semaphore = require "ngx.semaphore"
local stream = require "indoxhub.gateway.streams.stream"
local tending = require "indoxhub.gateway.streams.tending"

local ngx = rawget(_G, "ngx")

local worker = {}

-- Seconds after which the timer of the loops is asked for again: nginx drops
-- one where too many run.
local AGAIN = 1

---@class indoxhub.gateway.StreamWorker
---@field name string of the writer
---@field streams table<string, indoxhub.gateway.Stream> by id
---@field running integer how many of them have not ended
---@field dirty table<indoxhub.gateway.Stream, boolean> with something to append
---@field waits table<table, boolean> what readers wait for
---@field store table of its loops
---@field asked table the same for requests
---@field crew indoxhub.gateway.Crew that runs the writers
local methods = {}
methods.__index = methods

---@param options { store: table, bytes: integer, linger: number }
---@return indoxhub.gateway.StreamWorker
function worker.new(options)
  return setmetatable({ name = id.new(), store = options.store,
    bytes = options.bytes, linger = options.linger, contact = contact.new(),
    streams = {}, running = 0, dirty = {}, waits = {}, crew = crews.new(),
    to_tend = semaphore.new(), to_flush = semaphore.new(),
    to_follow = semaphore.new() }, methods)
end

local function post(sema)
  if sema:count() < 0 then
    sema:post(1)
  end
end

---------------------------------------------------------------------------
-- the timer

-- Whether nothing is left to do in a worker that leaves.
function methods:is_over()
  return ngx.worker.exiting() and not next(self.streams)
    and not next(self.waits) and self.crew.busy == 0
end

local function loop(self, name, step)
  while not self:is_over() do
    local ok, message = xpcall(step, debug.traceback, self)
    if not ok then
      ngx.log(ngx.ERR, "indoxhub: ", name, " streams: ", message)
      ngx.sleep(1)
    end
  end
end

local function run(_, self)
  if self.runs then
    return -- it was asked for twice
  end
  self.runs, self.began = true, nil
  local threads = {
    ngx.thread.spawn(loop, self, "flushing", flushing.step),
    ngx.thread.spawn(loop, self, "following", following.step),
  }
  loop(self, "tending", tending.step)
  for _, thread in ipairs(threads) do
    ngx.thread.wait(thread)
  end
  self.runs = false
end

--- Begins, in a worker, unless it has. False when nginx has no timer left.
---@return boolean
function methods:begin()
  local now = core.now()
  if self.runs or self.began and now - self.began < AGAIN then
    return true
  end
  self.began = ngx.timer.at(0, run, self) and now or nil
  return self.began ~= nil
end

--- Has lingering streams looked at now.
function methods:hurry()
  self.is_urgent = true
  post(self.to_tend)
end

---------------------------------------------------------------------------
-- streams

--- Has a worker's stream appended to the store.
function methods:append(one)
  if not self.dirty[one] then
    self.dirty[one] = true
    post(self.to_flush)
  end
end

--- Begins to write a stream.
---@param options { owner: string, source: table, linger: number }
---@return indoxhub.gateway.Stream
function methods:write(options)
  local one
  one = stream.new { id = id.new(), owner = options.owner, writer = self.name,
    source = options.source, linger = options.linger,
    bytes = self.bytes,
    changed = function()
      self:append(one)
    end,
    over = function()
      self.running = self.running - 1
      tending.close(self, one)
    end }
  self.streams[one.id] = one
  self.running = self.running + 1
  tending.write(self, one)
  return one
end

--- Forgets a stream that has ended.
function methods:forget(one)
  self.streams[one.id] = nil
  self.dirty[one] = nil
end

--- A reader comes to a stream of this worker. Returns what is to be called,
--- once, when it leaves, however it does.
---@param one indoxhub.gateway.Stream
---@return fun()
function methods:attend(one)
  one.readers, one.idle_since = one.readers + 1, nil
  local has_left = false
  return function()
    if has_left then
      return
    end
    has_left = true
    one.readers = one.readers - 1
    if one.readers == 0 and not one.how then
      one.idle_since = core.now()
      if one.linger == 0 or not one.is_open then
        self:hurry()
      end
    end
  end
end

--- Waits until there is something for a reader, or for so many seconds.
---@param wait table see redis_store.lua; `semaphore` as well
---@return boolean is_ready
function methods:follow(wait, seconds)
  wait.is_ready = false
  self.waits[wait] = true
  post(self.to_follow)
  wait.semaphore:wait(seconds)
  return wait.is_ready
end

--- Gives a reader what it waits for.
function methods:give(wait)
  wait.is_ready = true
  self.waits[wait] = nil
  post(wait.semaphore)
end

--- Returns what is to be called when a reader has gone, so that nothing is
--- looked for that it waited for.
function methods:watch(wait)
  return function()
    self.waits[wait] = nil
  end
end

return worker
