--- The client: how one is made, derived from another and closed. Its methods
--- for endpoints are in resources.lua, the one for any other in request.lua.

local attempts = require "indoxhub.call.attempt"
local callers = require "indoxhub.client.callers"
local log = require "indoxhub.base.log"
local loop = require "indoxhub.loop"
local misnamed = require "indoxhub.base.misnamed"
local request = require "indoxhub.client.request"
local resources = require "indoxhub.client.resources"
local settings = require "indoxhub.client.settings"
local spending = require "indoxhub.call.spending"

local client = {}

--- Makes calls with a key, an address and options of its own.
---@class indoxhub.Client
local client_methods = request -- where they begin, with client:request
local client_mt = { __name = "indoxhub.client" }

function client_mt.__index(self, name)
  if client_methods[name] then
    return client_methods[name]
  end
  local resource = resources.of(self, name)
  if not resource then
    misnamed.check_client(name, resources.all, client_methods)
    return nil
  end
  rawset(self, name, resource)
  return resource
end

-- Options that are set in a client would do nothing.
function client_mt.__newindex(self, name, value)
  if settings.is_option(name) then
    error(("client.%s cannot be set: give it to indoxhub.new, or use "
      .. "client:with{ %s = ... }"):format(name, name), 2)
  end
  rawset(self, name, value)
end

function client_mt.__tostring(self)
  return ("indoxhub.client (%s)"):format(callers.of(self).settings.base.url)
end

local function make(made, engine)
  local self = setmetatable({}, client_mt)
  callers.add(self, made, engine)
  return self
end

--- Makes a client. Nothing is sent, and no connection made, before its first
--- call.
---@param options? indoxhub.Options
---@return indoxhub.Client
function client.new(options)
  if type(options) == "table" and options.new == client.new then
    error("call it with a dot, as indoxhub.new{...}", 2)
  end
  loop.settle_fork()
  if type(options) == "string" then
    error("options must be a table, such as { api_key = ... }, not a string", 2)
  end
  local made, wrong = settings.new(options == nil and {} or options)
  if not made then
    error(wrong, 2)
  end
  if made.options.insecure_skip_verify then
    log.tell(made.options, { name = "warning",
      message = "certificates are not verified: anyone in between can read" ..
        " and change everything, the API key included" })
  end
  return make(made)
end

--- A client with some options changed; timeouts and headers that are not named
--- stay. It shares this one's connections; closing either does not close the
--- other. It counts what it spends together with this one, whose budget holds
--- for it, too; with a `budget` of its own it also counts by itself.
---@param options indoxhub.Options
---@return indoxhub.Client
function client_methods:with(options)
  local caller = callers.check(self, "with{...}")
  local made, wrong = settings.derive(caller.settings, options)
  if not made then
    error(wrong, 2)
  end
  return make(made, caller.engine)
end

--- What the calls of the client, and of those that derive from it, have used so
--- far, as far as the answers told.
---@return indoxhub.Spent
function client_methods:spent()
  local caller = callers.check(self, "spent()")
  return spending.told(caller.settings.spending)
end

--- Ends the client's running calls; they and all later ones return nil and an
--- error of kind "cancelled". Closing again does nothing.
function client_methods:close()
  local caller = callers.check(self, "close()")
  caller.closed = true
  for transfer in pairs(caller.running) do
    transfer:cancel()
  end
  for slot in pairs(caller.pausing) do
    loop.wake(slot)
  end
end

client_mt.__close = client_methods.close

---------------------------------------------------------------------------
-- helpers

--- Adds a method that a helper above the client implements.
---@param name string
---@param method fun(): function as base/later.lua gives it: what it returns is
--- called with caller, client and what the method is called with
function client.add_method(name, method)
  client_methods[name] = function(self, ...)
    local caller = callers.check(self, name .. "(...)")
    local result, err = method()(caller, self, ...)
    return result, err -- no tail call, so that what it raises has a line
  end
end

--- For helpers between two calls: waits some seconds. Nil and an error of kind
--- "cancelled" when the task is cancelled or the client closed meanwhile.
---@param self indoxhub.Client
---@param seconds number
---@return true? waited, indoxhub.Error? err
function client.pause(self, seconds)
  return attempts.pause(callers.of(self), { ready = false }, seconds)
end

return client
