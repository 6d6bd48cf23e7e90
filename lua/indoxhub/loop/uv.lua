--- The adapter for libuv: Neovim, and programs that use luv.
--
-- A poll handle watches the engine's descriptor while calls are running, and a
-- timer waits for sleeping tasks, so `uv.run()` returns when nothing is
-- pending. Whatever arrived is taken in one turn, and all tasks it concerns are
-- resumed in that turn: in Neovim through one `vim.schedule`, where the whole
-- API may be used.

local core = require "indoxhub.core"
local scheduler = require "indoxhub.loop.scheduler"
local vim = require("indoxhub.loop.editor")()

local jit = rawget(_G, "jit")

local luv = vim and (vim.uv or vim.loop) or require "luv"

-- How vim.wait is used: it tells of Ctrl-C only when it ends, and looks by
-- itself at what no event brings about. Milliseconds.
local LONGEST_WAIT, LOOK_EVERY = 100, 10

-- What it returns after false when Ctrl-C was pressed.
local INTERRUPTED = -2

local uv = {
  spawn = scheduler.spawn,
  wake = scheduler.wake,
  abandon = scheduler.abandon,
  give_way = scheduler.give_way,
  is_inside = scheduler.is_inside,
}

if vim then
  --- Neovim owns the screen.
  function uv.report(line)
    vim.schedule(function()
      vim.notify(line, vim.log.levels.ERROR)
    end)
  end
end

-- A stream that sends each piece in a write of its own would have a turn for
-- two or three of them, which costs ten times what they do. When some turns in
-- a row were short and came at once, the next has to wait for a moment.
-- Seconds; the pause is the shortest that libuv has, in milliseconds.
local AT_ONCE, SHORT, IN_A_ROW, PAUSE = 0.003, 0.0005, 3, 1

-- The engine, the handle that watches it, and whether that is on.
local engine, poll, polling

-- How many turns in a row were short and came at once, when the last ended, the
-- timer of the pause, and whether that is on.
local quick, ended_at, pause, pausing = 0, 0, nil, false

-- Fires when a task's time has come, and in the next turn of luv's loop. Made
-- once, because luv crashes a program that ends with a handle half closed.
local timer, soon

-- Whether luv holds functions of ours, by which it holds all of this: it keeps
-- the last one that a handle was given, also when the handle was stopped.
local poll_holds, timer_holds, pause_holds = false, false, false

-- Whether a turn is on its way, or going on.
local scheduled, turning = false, false

local turn

local function now_or_scheduled()
  if vim then
    scheduled = true
    vim.schedule(turn)
  else
    turn()
  end
end

---------------------------------------------------------------------------
-- what brings a turn about

local function on_readable()
  if polling then
    poll:stop() -- until the turn has come, there is nothing else to be told
    polling = false
    now_or_scheduled()
  end
end

local function set_polling(on)
  if on and not polling then
    poll:start("r", on_readable)
    poll_holds = true
  elseif polling and not on then
    poll:stop()
  end
  polling = on
end

local function nothing()
end

local function end_pause()
  if pausing then
    pause:stop()
    pausing = false
  end
end

local function on_pause()
  end_pause()
  set_polling(not scheduled)
end

-- Watches the engine again, after a pause where that is due.
local function watch_again()
  if quick < IN_A_ROW then
    end_pause()
    set_polling(true)
  elseif not pausing and not polling then
    pause = pause or luv.new_timer()
    pause:start(PAUSE, 0, on_pause)
    pausing, pause_holds = true, true
  end
end

local function note_turn(began)
  local now = core.now()
  quick = began - ended_at < AT_ONCE and now - began < SHORT and quick + 1 or 0
  ended_at = now
end

-- The engine has nothing to do.
local function rest()
  end_pause()
  if pause_holds then
    pause:start(PAUSE, 0, nothing)
    pause:stop()
    pause_holds = false
  end
  set_polling(false)
  if poll_holds then
    poll:start("r", nothing)
    poll:stop()
    poll_holds = false
  end
end

local function set_timer()
  local seconds = scheduler.next_moment()
  if seconds then
    timer = timer or luv.new_timer()
    timer:start(math.ceil(seconds * 1000), 0, now_or_scheduled)
    timer_holds = true
  elseif timer_holds then
    timer:start(0, 0, nothing)
    timer:stop()
    timer_holds = false
  end
end

local function on_soon()
  soon:start(nothing)
  soon:stop()
  now_or_scheduled()
end

-- Not at once: whoever has just made a task runnable goes on first, and what
-- else waits in the loop has its turn. That is why it is no timer: one that is
-- set to now is served again and again before libuv looks at the clock.
local function schedule()
  scheduled = true
  soon = soon or luv.new_idle()
  soon:start(on_soon)
end

-- Sees to it that the host calls back for whatever is left to do.
local function settle()
  if scheduler.has_runnable() and not scheduled then
    schedule()
  end
  if engine and engine:busy() then
    if scheduled then
      set_polling(false)
    else
      watch_again()
    end
  elseif engine then
    rest()
  end
  set_timer()
end

function scheduler.on_runnable()
  if not turning and not scheduled then
    schedule()
  end
end

function scheduler.on_timer()
  if not turning then
    set_timer()
  end
end

function turn(seconds)
  scheduled, turning = false, true
  local began = core.now()
  local ok, pending = pcall(scheduler.turn, seconds)
  turning = false
  note_turn(began)
  settle()
  if not ok then
    error(pending, 0)
  end
  return pending
end

---------------------------------------------------------------------------
-- the engine

local function let_go()
  if poll then
    end_pause()
    set_polling(false)
    poll:close()
    engine, poll, poll_holds = nil, nil, false
  end
end

local leaving_noticed, leaving = false, false

-- Neovim leaves at once and does not wait for what is running. When the library
-- was loaded before, this takes the place of what it did then.
local function notice_leaving()
  leaving_noticed = true
  if jit and vim.fn.exists "#indoxhub" == 1 then
    jit.flush() -- what was compiled would keep what was loaded before
  end
  vim.api.nvim_create_autocmd("VimLeavePre", {
    group = vim.api.nvim_create_augroup("indoxhub", { clear = true }),
    desc = "indoxhub: end the calls that are running",
    callback = function()
      local watched = engine
      leaving = true
      let_go()
      if watched then
        watched:close()
      end
    end,
  })
end

-- Plugin managers load the library again. What was loaded before ends when
-- nothing is going on in it, and takes its handles along: the one that watches
-- the engine before that closes the descriptor.
if vim then
  uv.guard = newproxy(true) -- luacheck: ignore 113
  getmetatable(uv.guard).__gc = function()
    if not leaving then
      for _, handle in pairs { poll = poll, timer = timer, soon = soon,
        pause = pause } do
        pcall(handle.close, handle)
      end
    end
  end
end

function uv.start(used)
  if engine ~= used then
    let_go()
    engine, poll = used, assert(luv.new_poll(used:fd()))
    if vim and not leaving_noticed then
      -- A call may begin where the API must not be used.
      (vim.in_fast_event() and vim.schedule or pcall)(notice_leaving)
    end
  end
  if not turning then
    set_polling(not scheduled)
  end
end

--- Nothing is running: the host's loop may end.
uv.rest = rest

--- After a fork the handles are the parent's, and so is its loop.
function uv.forget()
  scheduler.forget()
  engine, poll, polling, timer, soon = nil, nil, false, nil, nil
  poll_holds, timer_holds, scheduled = false, false, false
  pause_holds = false
  quick, pause, pausing = 0, nil, false
end

---------------------------------------------------------------------------
-- waiting outside tasks

--- A bounded share of what there is to do, without waiting for more.
---@param seconds? number budget of the engine's step
---@return boolean pending whether anything is going on at all
function uv.turn(seconds)
  return turn(seconds)
end

-- Whether Neovim's loop can be turned here.
local function is_neovim_free()
  return vim and not vim.in_fast_event() and not turning
end

-- Turns Neovim's loop until `done()`, or for a while. False when Ctrl-C was
-- pressed meanwhile.
local function turn_neovim(done)
  local _, why = vim.wait(LONGEST_WAIT, done, LOOK_EVERY)
  return why ~= INTERRUPTED
end

--- Turns the host's loop until `done()`. Within one of its callbacks only the
--- engine and the tasks go on meanwhile. False when Ctrl-C was pressed.
---@param done fun(): boolean
---@return false?
function uv.run_until(done)
  while not done() do
    if is_neovim_free() then
      if not turn_neovim(done) then
        return false
      end
    elseif not vim and luv.loop_mode and not luv.loop_mode() then
      if not luv.run("once") and not done() then
        scheduler.run_until(done) -- knows what to say if nothing is left
      end
    else
      scheduler.run_until(done)
    end
  end
end

--- Suspends a task. Elsewhere it blocks; in Neovim the editor's loop goes on
--- meanwhile, and Ctrl-C ends the wait, which then returns false.
function uv.wait(slot, seconds)
  if slot.ready or scheduler.is_inside() or not is_neovim_free() then
    return scheduler.wait(slot, seconds)
  end
  local limit = core.now() + (seconds or math.huge)
  return uv.run_until(function()
    return slot.ready or core.now() >= limit
  end)
end

function uv.sleep(seconds)
  return uv.wait({ ready = false }, seconds)
end

return uv
