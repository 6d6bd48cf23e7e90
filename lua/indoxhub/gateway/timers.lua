--- Whether nginx runs as many timers as a gateway needs.
--
-- nginx has two limits: where too many timers wait it refuses one more, and
-- where too many run it drops what should begin, with a line in the log. It
-- tells nobody what they are, so each worker tries them out when it begins.

local ngx = rawget(_G, "ngx")

local timers = {}

local PENDING, RUNNING = "lua_max_pending_timers", "lua_max_running_timers"

-- What a worker needs: its loops, the library's, short errands, and timers of
-- 500 streams each, of which some wait for their last one.
local ALWAYS, STREAMS_EACH = 16, 100

-- Seconds after which a timer of no delay has run, or never will.
local SOON, LATE = 0.001, 1

---@class indoxhub.gateway.Timers
---@field needed integer
---@field asked number when the trial was begun
---@field has_begun boolean whether nginx has run it
---@field lacking? string the name of the limit that is too low

-- How many of the timers that are needed may wait at the same time. They are
-- all made before the first of them runs.
local function try_waiting(count)
  for i = 1, count do
    if not ngx.timer.at(0, function() end) then
      return i - 1
    end
  end
  return count
end

-- How many may run at the same time. One after the other, so that nginx logs
-- no more than one that it has dropped.
local function try_running(count)
  local running, is_over = 0, false
  local function stay()
    running = running + 1
    while not is_over and not ngx.worker.exiting() do
      ngx.sleep(SOON)
    end
  end
  for i = 1, count do
    local ok = ngx.timer.at(0, stay)
    ngx.sleep(SOON)
    if not ok or running < i then
      break
    end
  end
  is_over = true
  return running
end

-- Notes that a limit is too low, and logs what to do.
local function lack(gateway, name)
  local state = gateway.timers
  if not state.lacking then
    state.lacking = name
    gateway.report(("nginx runs too few timers for %d streams in each worker; "
      .. "write `%s %d;`, or more, into the block http"):format(
      gateway.options.most_streams, name, 2 * state.needed))
  end
end

local function try(_, gateway)
  local state = gateway.timers
  state.has_begun = true
  local waiting = state.needed - ngx.timer.pending_count()
  if try_waiting(waiting) < waiting and not ngx.worker.exiting() then
    return lack(gateway, PENDING)
  end
  ngx.sleep(SOON)
  local running = state.needed - ngx.timer.running_count()
  if try_running(running) < running and not ngx.worker.exiting() then
    lack(gateway, RUNNING)
  end
end

--- Tries them out, in init_worker_by_lua.
---@param gateway table
function timers.init_worker(gateway)
  gateway.timers = { has_begun = false, asked = ngx.now(), needed = ALWAYS
    + math.ceil(gateway.options.most_streams / STREAMS_EACH) }
  if not ngx.timer.at(0, try, gateway) then
    lack(gateway, PENDING)
  end
end

--- Starts a timer that a worker has for good, in init_worker_by_lua.
---@param gateway table
---@param start fun(delay: number, fn: fun(is_leaving: boolean, ...), ...): any
function timers.start(gateway, start, ...)
  if not start(...) then
    lack(gateway, PENDING)
  end
end

--- The limit that is too low; nil for none, or where nobody has tried.
---@param gateway table
---@return string?
function timers.lacking(gateway)
  local state = gateway.timers
  if not state then
    return nil
  elseif not state.has_begun and ngx.now() - state.asked > LATE then
    lack(gateway, RUNNING)
  end
  return state.lacking
end

return timers
