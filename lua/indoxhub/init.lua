--- indoxhub: a client for the IndoxHub API, one API for many AI providers.
--
--     local indoxhub = require "indoxhub"
--     local client = indoxhub.new { api_key = "indox-..." }
--     local stream = assert(client.chat:stream {
--       model = "openai/gpt-4o-mini",
--       messages = { { role = "user", content = "Hello" } },
--     })
--     for delta in stream do io.write(delta) end

-- What is required from here on may be there as bytecode.
local compiled = require "indoxhub.base.compiled"
compiled.offer()

-- First, as anything else may miss what another version of the core has not.
require "indoxhub.base.core_check"

local client = require "indoxhub.client"
local errors = require "indoxhub.base.errors"
local files = require "indoxhub.api.params.files"
local host = require "indoxhub.loop.host"
local json = require "indoxhub.base.json"
local later = require "indoxhub.base.later"
local loop = require "indoxhub.loop"
local misnamed = require "indoxhub.base.misnamed"
local reply = require "indoxhub.api.replies.reply"
local resources = require "indoxhub.client.resources"
local structured = require "indoxhub.structured.options"
local task = require "indoxhub.loop.task"

local get = later.get

-- Loaded now and not by the first call, which may come when no file can be
-- opened any more.
require "indoxhub.loop.builtin"
require("indoxhub.loop." .. host())

---@class indoxhub
---@field _VERSION string The version of the library.
---@field null lightuserdata Stands for JSON `null` in what is sent.
---@field on_error? indoxhub.OnError Told of a task that failed unawaited.
local indoxhub = {
  _VERSION = require "indoxhub.version",
  new = client.new,
  run = task.run,
  spawn = task.spawn,
  gather = task.gather,
  sleep = task.sleep,
  meta = reply.meta,
  array = json.array,
  null = json.null,
  file = files.file,
  bytes = files.bytes,
  reader = files.reader,
}

-- Names of helpers, which put themselves there when they are first asked for.
local helpers = {}

function helpers.load_conversation()
  indoxhub.load_conversation = require("indoxhub.conversation").load
end

function helpers.map()
  indoxhub.map = require("indoxhub.map").over
end

function helpers.mcp()
  indoxhub.mcp = require("indoxhub.mcp").new
end

function helpers.tool()
  indoxhub.tool = require("indoxhub.tools").new
end

function helpers.vector()
  indoxhub.vector = require("indoxhub.embeddings.vectors").vector
end

function helpers.vectors()
  indoxhub.vectors = require("indoxhub.embeddings.vectors")
end

function helpers.top_k()
  indoxhub.top_k = require("indoxhub.embeddings.vectors").top_k
end

for name in pairs(helpers) do
  later.add(function()
    return indoxhub[name]
  end)
end

client.add_method("save", get "indoxhub.save")
client.add_method("conversation", get("indoxhub.conversation", "new"))
resources.add_method("analytics", "query", get("indoxhub.analytics", "query"))
resources.add_method("videos", "wait", get("indoxhub.videos.wait", "wait"))
resources.add_method("videos", "each_job",
  get("indoxhub.client.pages", "each_job"))
resources.add_method("user", "each_transaction",
  get("indoxhub.client.pages", "each_transaction"))
resources.add_method("embeddings", "batch", get "indoxhub.embeddings.batch")
resources.replace("chat", "create", structured.OF_CALLS, structured.is_asked,
  get("indoxhub.structured", "create"))
resources.replace("chat", "stream", structured.OF_STREAMS,
  structured.is_asked, get("indoxhub.structured", "stream"))
resources.continue("videos", "generate", { wait = "wait" },
  get("indoxhub.videos.wait", "after_generate"))

--- For frame loops: does a bounded share of what there is to do, without
--- waiting. Returns whether anything is going on.
---@param budget? number Seconds. Default: 0.004.
---@return boolean pending
function indoxhub.step(budget)
  if budget ~= nil and (type(budget) ~= "number" or budget < 0
    or budget ~= budget) then
    error("step expects seconds, a number that is not negative; it got "
      .. tostring(budget), 2)
  end
  local turn = loop.adapter().turn
  if turn then
    return turn(budget)
  end
  loop.look()
  return loop.is_busy()
end

--- A descriptor for other event loops: when it is readable, call
--- `indoxhub.step`.
---@return integer? fd, string? message
function indoxhub.fd()
  local fd = loop.adapter().fd
  if not fd then
    return nil, "the loop in use watches the engine by itself"
  end
  return fd()
end

-- What a table must have to drive the engine: see loop/init.lua.
local ADAPTER = { "spawn", "wait", "wake", "sleep", "start" }

local OURS = { builtin = true, uv = true, nginx = true, cqueues = true }

--- Chooses the event loop to run in. Neovim, nginx, luv and cqueues are
--- recognised, the last two when they were loaded before the first call; this
--- is for other loops, and for programs that load one of those for something
--- else.
--- Raises when calls are running already.
---@param adapter indoxhub.LoopName|indoxhub.Adapter
function indoxhub.use_loop(adapter)
  local chosen = adapter
  if OURS[adapter] then
    chosen = later.own("indoxhub.loop." .. adapter)
  elseif type(adapter) ~= "table" then
    error("use_loop expects an adapter, or the name of one: builtin, uv, "
      .. "nginx or cqueues", 2)
  end
  for _, name in ipairs(ADAPTER) do
    if type(chosen[name]) ~= "function" then
      error(("use_loop: the adapter has no function %q"):format(name), 2)
    end
  end
  local ok, why = loop.use(chosen)
  if not ok then
    error("use_loop: " .. why, 2)
  end
end

--- `assert` for the results of this library: shows the error in any Lua, also
--- where the built-in one refuses an error object.
---@generic T
---@param value T? What to look at.
---@param ... any The error, when the value is nil or false.
---@return T value, any ...
function indoxhub.assert(value, ...)
  if not value then
    local err = ...
    errors.raise(err == nil and "assertion failed!" or err)
  end
  return value, ...
end

-- All names, also of helpers that were not loaded yet.
local function known_names()
  local names = {}
  for _, list in ipairs { indoxhub, helpers } do
    for name in next, list do
      names[name] = true
    end
  end
  return names
end

-- `indoxhub.on_error` is a field to be set; it lives where it is used.
setmetatable(indoxhub, {
  __index = function(self, name)
    if name == "on_error" then
      return task.on_error
    end
    if helpers[name] then
      later.load(helpers[name])
      return rawget(self, name)
    end
    misnamed.check("indoxhub", name, known_names())
  end,
  __newindex = function(self, name, value)
    if name == "on_error" then
      if value ~= nil and type(value) ~= "function" then
        error("on_error must be a function, or nil for the default", 2)
      end
      task.on_error = value or task.report
    else
      rawset(self, name, value)
    end
  end,
  -- Where the interpreter asks for it.
  __pairs = function(self)
    for name in pairs(helpers) do
      local _ = self[name]
    end
    return next, self, nil
  end,
})

-- Workers of nginx may be of a user who can read no file, and share the memory
-- of what is loaded before there are any.
later.begin()
compiled.withdraw()
if host() == "nginx" then
  later.all()
end

return indoxhub
