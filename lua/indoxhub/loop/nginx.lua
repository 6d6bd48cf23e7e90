--- The adapter for nginx's Lua module, as in OpenResty.
--
-- nginx lets Lua watch connections of its own making only. So one light thread
-- per worker reads from a unix socket on which the core tells, byte by byte,
-- that the engine has something to do (see csrc/net/wake.h); it takes the steps
-- and posts the semaphores that requests wait on. No coroutine of a request is
-- ever resumed from there: nginx does that.

local core = require "indoxhub.core"
local loop = require "indoxhub.loop"
local requests = require "indoxhub.loop.nginx_requests"
local semaphore = require "ngx.semaphore"
local suspension = require "indoxhub.loop.suspension"

local ngx = rawget(_G, "ngx")

local adapter = {
  -- A task begins with its spawner suspended.
  way_out = "in a function given to ngx.timer.at(0, ...)",
}

-- Where nginx lets Lua wait.
local PATIENT = { rewrite = true, server_rewrite = true, access = true,
  content = true, timer = true, preread = true, ssl_cert = true,
  ssl_session_fetch = true, ssl_client_hello = true }

-- Seconds. Nothing ends after the first, it is only looked again.
local LONGEST_WAIT, BETWEEN_STEPS, WHILE_LEAVING = 3600, 0.001, 0.02

-- What a step may bring. All that its readers do with it happens before nginx
-- turns to its other requests: decoding this much takes about a millisecond.
local STEP_BYTES = 32 * 1024

-- The most that settimeouts takes, in milliseconds: 24 days. Each time it runs
-- out nginx logs an error.
local FOR_EVER = 2 ^ 31 - 1

-- A timer that is meant to fire when the worker leaves only. Seconds.
local NEVER = 1000000

-- A timer for which there is no room, as so many run, nginx drops. Seconds
-- until it is asked for another, and how many before a call fails.
local BETWEEN_TIMERS, MOST_TIMERS = 1, 5

--- Raises in a phase where nothing can wait.
---@param what string what is about to be done
function adapter.check(what)
  local phase = ngx.get_phase()
  if not PATIENT[phase] then
    error(("indoxhub: cannot %s in nginx's phase %q, where nothing can wait; "
      .. "do it in access, rewrite or content, or in a function given to "
      .. "ngx.timer.at(0, ...)%s"):format(what, phase, phase == "init"
      and " by init_worker_by_lua" or ""), 0)
  end
end

function adapter.report(line)
  ngx.log(ngx.ERR, line)
end

---------------------------------------------------------------------------
-- Lua states

-- With `lua_code_cache off` each request has a Lua state of its own, which
-- nginx closes after the request, once none of its timers is pending or runs.
-- Nothing tells of that, so a state counts as such a one until a second request
-- was seen in it.
local is_shared = false

local first_request

-- Raises where there is none, as in a handshake.
local function name_of_request()
  local var = ngx.var
  return var.connection .. " " .. tostring(var.connection_requests)
end

local function look_for_others()
  -- What always runs in timers waits a great deal, and to raise is dear.
  if ngx.get_phase() == "timer" then
    return
  end
  local ok, name = pcall(name_of_request)
  if ok then
    first_request = first_request or name
    is_shared = name ~= first_request
  end
end

---------------------------------------------------------------------------
-- driving the engine

-- The light thread that drives the engine, or is about to: {engine =, pump =,
-- runs = whether it has begun}.
local driver

-- Whether a driver is needed.
local function is_busy(engine)
  return engine:busy() or requests.is_awaited()
end

local function take_step(pump)
  requests.clear_up(adapter.report)
  local ok, err = pcall(pump, nil, nil, STEP_BYTES)
  if not ok then
    adapter.report("indoxhub: " .. tostring(err))
  end
end

-- Looks again and again, where nothing tells when to look, as the socket cannot
-- be had or was given up when the worker began to leave.
local function drive_by_looking(engine, pump)
  while is_busy(engine) do
    take_step(pump)
    ngx.sleep(BETWEEN_STEPS)
  end
end

-- What is told, and the connection on which it is read; nil and why not.
local function connect(engine)
  local waker, why = core.waker(engine:fd())
  if not waker then
    return nil, why
  end
  local connection = ngx.socket.tcp()
  connection:settimeouts(FOR_EVER, FOR_EVER, FOR_EVER)
  local ok
  ok, why = connection:connect("unix:" .. waker:path())
  if ok then
    ok, why = waker:accept()
  end
  if not ok then
    waker:close()
    return nil, why
  end
  return waker, connection
end

-- A worker does not leave while a connection is read from. This timer fires
-- when it begins to leave.
local function hang_up_when_leaving(engine, waker)
  return ngx.timer.at(NEVER, function()
    while is_busy(engine) do
      ngx.sleep(WHILE_LEAVING)
    end
    waker:hang_up()
  end)
end

-- Until the worker leaves; in the state of one request, which would not be
-- closed meanwhile, until there is nothing more to do.
local function drive_when_told(engine, pump, waker, connection)
  local stays = false
  while true do
    stays = stays or is_shared and hang_up_when_leaving(engine, waker)
    if not stays and not is_busy(engine) then
      break
    end
    local byte, why = connection:receive(1)
    if byte then
      take_step(pump)
      waker:rearm()
    elseif why ~= "timeout" then
      break
    end
  end
  connection:close()
  waker:close()
end

local function drive(_, self)
  if self.runs then
    return -- it was asked for twice
  end
  self.runs = true
  local engine, pump = self.engine, self.pump
  local waker, connection = connect(engine)
  if waker then
    drive_when_told(engine, pump, waker, connection)
  else
    ngx.log(ngx.WARN, "indoxhub: nothing tells when there is something to "
      .. "do, so a timer looks every millisecond: ", connection)
  end
  drive_by_looking(engine, pump)
  driver = nil
end

-- For who has waited a while: asks again for a driver that has not begun.
local function insist(timers)
  if driver.runs then
    return
  elseif timers == MOST_TIMERS then
    error("indoxhub: nginx does not run the timer that makes the calls, as too "
      .. "many run; raise lua_max_running_timers (with lua_code_cache off "
      .. "each request needs one)", 0)
  end
  ngx.timer.at(0, drive, driver)
end

function adapter.start(engine, pump)
  if not is_shared then
    look_for_others()
  end
  if not driver or driver.engine ~= engine then
    local new = { engine = engine, pump = pump, runs = false }
    local ok, why = ngx.timer.at(0, drive, new)
    if not ok then
      error(("indoxhub: nginx has no timer for the calls: %s; raise "
        .. "lua_max_pending_timers"):format(why), 0)
    end
    driver = new
    requests.watch(engine)
  end
end

adapter.at_end = requests.at_end

---------------------------------------------------------------------------
-- tasks

--- A task ends with its request.
function adapter.spawn(fn, failed)
  adapter.check("start a task")
  loop.check_suspension { what = "indoxhub.spawn" }
  ngx.thread.spawn(function()
    local traceback
    local ok, err = xpcall(fn, function(err)
      traceback = debug.traceback()
      return err
    end)
    if not ok then
      failed(err, traceback)
    end
  end)
end

function adapter.wait(slot, seconds)
  if slot.ready then
    return
  end
  adapter.check("wait")
  loop.check_suspension(slot) -- nginx would wake who was not suspended
  if slot.transfer then
    requests.keep(slot.transfer)
  end
  local sema, timers = semaphore.new(), 0
  slot.semaphore = sema
  repeat
    local is_undriven = slot.transfer and driver and not driver.runs
    local told = sema:wait(seconds or is_undriven and BETWEEN_TIMERS
      or LONGEST_WAIT)
    local is_over = told or seconds or slot.ready
    if is_undriven and not is_over then
      timers = timers + 1
      insist(timers)
    end
  until is_over
  slot.semaphore = nil
end

--- Where a request has ended meanwhile, its semaphore knows.
function adapter.wake(slot)
  local sema = slot.semaphore
  if not sema or slot.woken then
    return
  elseif sema:count() >= 0 then
    return false
  end
  slot.woken = true
  sema:post()
end

--- Forgets a slot whose wait has raised.
function adapter.abandon(slot)
  slot.semaphore = nil
end

function adapter.sleep(seconds)
  adapter.wait({ ready = false }, seconds)
end

--- Lets other requests go on, where that is possible. For a request that reads
--- it is no use: how much it reads at a time is up to the step.
---@return boolean
function adapter.let_others()
  if not PATIENT[ngx.get_phase()] or not suspension.is_possible() then
    return false
  end
  ngx.sleep(BETWEEN_STEPS)
  return true
end

return adapter
