--- MCP with a program that is started here: a message is a line of its input or
--- its output.
--
-- What it says is taken whenever the loop turns, in link.lua. Between requests
-- nobody waits, so that the loops of hosts may end; what it says then is taken
-- with the next.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local links = require "indoxhub.mcp.link"
local loop = require "indoxhub.loop"

local stdio = {}

-- Seconds that a program is given to end by itself when its input has, and when
-- it is told to.
local TO_END, TO_OBEY = 0.5, 1

local TERMINATE = 15

-- Answers that a program does not read it gets no more of. Bytes.
local MOST_UNREAD = 64 * 1024

-- What it gets of our environment. No key is among that.
local INHERITED = { "PATH", "HOME", "USER", "LANG", "TERM", "SHELL", "TMPDIR" }

local function environment(given)
  local all, list = {}, {}
  for _, name in ipairs(INHERITED) do
    all[name] = os.getenv(name)
  end
  for name, value in pairs(given or {}) do
    all[name] = value
  end
  for name, value in pairs(all) do
    list[#list + 1] = name .. "=" .. value
  end
  return list
end

--- The state of a session's transport, besides what all have.
---@param session indoxhub.mcp.Session
---@param options indoxhub.McpOptions
---@param max_bytes integer
function stdio.prepare(session, options, max_bytes)
  session.where = options.command[1]
  session.what = "mcp " .. session.where
  session.max_bytes = max_bytes
end

---------------------------------------------------------------------------
-- starting

local function not_started(session, message, stage)
  local options = session.options
  if stage == "cwd" then
    return errors.new("network", ("cannot start the MCP server in %s: %s")
      :format(options.cwd, message), { code = "start", retryable = false,
        hint = "check the option cwd" })
  end
  return errors.new("network", ("cannot start %s: %s"):format(session.where,
    message), { code = "start", retryable = false,
      hint = "check the option command; programs are looked for in PATH" })
end

function stdio.begin(session)
  stdio.drop(session)
  loop.settle_fork()
  local engine, message = loop.engine()
  if not engine then
    return nil, errors.new("network", message, { code = "engine" })
  end
  local child, stage
  child, message, stage = engine:spawn { argv = session.options.command,
    env = environment(session.options.env), cwd = session.options.cwd,
    max_line = session.max_bytes }
  if not child then
    return nil, not_started(session, message, stage)
  end
  session.current = links.new(session, child, engine)
  return true
end

--- Ends the program at once.
function stdio.drop(session)
  local link = session.current
  if link then
    session.current = nil
    link.over = true
    link.child:close()
    loop.rest()
  end
end

---------------------------------------------------------------------------
-- talking

local function out_of_time(link)
  return errors.new("timeout", "the MCP server did not answer in time"
    .. (link.strange and "; it said what is no message: "
      .. link.session.hide(link.strange, links.LONGEST_SHOWN) or ""),
    { code = "total", hint = "raise the timeout of indoxhub.mcp" })
end

-- Whether nothing more is to be expected: what has ended may have left words
-- that were not read yet.
local function is_over(link)
  return link.over or link.ended_at
    and core.now() >= link.ended_at + links.TO_FINISH
end

-- Waits for a reply; nil and an error.
local function wait_for(link, entry, ends)
  while not entry.reply and not is_over(link) do
    local left = ends - core.now()
    if link.ended_at then
      left = math.min(left, link.ended_at + links.TO_FINISH - core.now())
    elseif left <= 0 then
      return nil, out_of_time(link)
    end
    entry.slot = { ready = false }
    if not links.pause(link, entry.slot, math.max(0, left)) then
      return nil, errors.cancelled()
    end
  end
  return entry.reply ~= nil
end

-- Nothing was sent to a program that has ended meanwhile, so another one may be
-- started.
local function lost(link)
  link:on_news()
  local err = links.describe_end(link)
  err.lost = link
  return nil, err
end

function stdio.exchange(session, entry, text, ends)
  local link = session.current
  if not link then
    return nil, session.closed_error()
  elseif loop.is_parents(link.engine) then
    return nil, errors.forked()
  elseif link.over or link.child:ended() then
    return lost(link)
  end
  local ok, why = link.child:write(text .. "\n")
  if why == "closed" then
    return lost(link)
  elseif not ok then
    return nil, errors.new("limit", why == "full"
      and "the MCP server does not read what it is sent" or "out of memory",
      { code = why == "full" and "unread" or "memory" })
  end
  local err
  links.want(link, 1)
  ok, err = wait_for(link, entry, ends)
  links.want(link, -1)
  if ok then
    return true
  elseif session.closed then
    return nil, session.closed_error()
  end
  return nil, err or links.describe_end(link)
end

function stdio.tell(session, text)
  local link = session.current
  if not link then
    return nil, session.closed_error()
  end
  link.child:write(text .. "\n")
  return true
end

function stdio.mutter(session, text)
  local link = session.current
  if link and link.child:unsent() < MOST_UNREAD then
    link.child:write(text .. "\n")
  end
end

function stdio.wake(_, entry)
  loop.wake(entry.slot)
end

--- Ends the program: by the end of its input, or else by force.
function stdio.close(session, patient)
  local link = session.current
  if not link or loop.is_parents(link.engine) then
    return
  end
  link.over = true
  for _, entry in pairs(session.pending) do
    loop.wake(entry.slot)
  end
  if not patient then
    return stdio.drop(session)
  end
  link.child:close_input()
  links.wait_until(link, links.has_ended, TO_END)
  if not links.has_ended(link) then
    link.child:signal(TERMINATE)
    links.wait_until(link, links.has_ended, TO_OBEY)
  end
  stdio.drop(session)
end

return stdio
