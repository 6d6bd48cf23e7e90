--- The adapter for libuv: Neovim, and programs that use luv.
--
-- A poll handle watches the engine's descriptor while calls are running, and a
-- timer waits for sleeping tasks, so `uv.run()` returns when nothing is
-- pending. Whatever arrived is taken in one turn, and all tasks it concerns are
-- resumed in that turn: in Neovim through one `vim.schedule`, where the whole
-- API may be used.

local scheduler = require "indoxhub.loop.scheduler"

local vim = rawget(_G, "vim")
local luv = vim and (vim.uv or vim.loop) or require "luv"

-- What vim.wait takes for "for ever", in milliseconds.
local FOR_EVER = 2 ^ 31 - 1

local uv = {
  spawn = scheduler.spawn,
  wait = scheduler.wait,
  wake = scheduler.wake,
  sleep = scheduler.sleep,
  is_inside = scheduler.is_inside,
}

-- The engine, the handle that watches it, and whether that is on.
local engine, poll, polling

-- Fires when a task's time has come, and in the next turn of luv's loop. Made
-- once, because luv crashes a program that ends with a handle half closed.
local timer, soon

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
  elseif polling and not on then
    poll:stop()
  end
  polling = on
end

local function set_timer()
  local seconds = scheduler.next_moment()
  if seconds then
    timer = timer or luv.new_timer()
    timer:start(math.ceil(seconds * 1000), 0, now_or_scheduled)
  elseif timer then
    timer:stop()
  end
end

-- Not at once: whoever has just made a task runnable goes on first.
local function schedule()
  scheduled = true
  if vim then
    vim.schedule(turn)
    return
  end
  soon = soon or luv.new_timer()
  soon:start(0, 0, turn)
end

-- Sees to it that the host calls back for whatever is left to do.
local function settle()
  if scheduler.has_runnable() and not scheduled then
    schedule()
  end
  if engine then
    set_polling(not scheduled and engine:busy())
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
  local pending = scheduler.turn(seconds)
  turning = false
  settle()
  return pending
end

---------------------------------------------------------------------------
-- the engine

local function let_go()
  if poll then
    set_polling(false)
    poll:close()
    engine, poll = nil, nil
  end
end

local leaving_noticed = false

-- Neovim leaves at once and does not wait for what is running.
local function notice_leaving()
  leaving_noticed = true
  vim.api.nvim_create_autocmd("VimLeavePre", {
    desc = "indoxhub: end the calls that are running",
    callback = function()
      local watched = engine
      let_go()
      if watched then
        watched:close()
      end
    end,
  })
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

--- After a fork the handles are the parent's, and so is its loop.
function uv.forget()
  scheduler.forget()
  engine, poll, polling, timer, soon = nil, nil, false, nil, nil
  scheduled = false
end

---------------------------------------------------------------------------
-- waiting outside tasks

--- A bounded share of what there is to do, without waiting for more.
---@param seconds? number budget of the engine's step
---@return boolean pending whether anything is going on at all
function uv.turn(seconds)
  return turn(seconds)
end

-- Turns the host's loop once; false where that cannot be done.
local function turn_host(done)
  if vim then
    return not vim.in_fast_event() and vim.wait(FOR_EVER, done, 10)
  elseif luv.loop_mode and not luv.loop_mode() then
    luv.run("once")
    return true
  end
  return false
end

--- Turns the host's loop until `done()`. Within one of its callbacks only the
--- engine and the tasks go on meanwhile.
---@param done fun(): boolean
function uv.run_until(done)
  while not done() do
    if not turn_host(done) then
      scheduler.run_until(done)
    end
  end
end

return uv
