--- Other models that are asked for the same when the one of a call does not
--- answer: after what failures, and who is next.

local body = require "indoxhub.call.body"

local fallback = {}

-- Seconds that the wait for a model may take while there is another to ask.
local AFTER = 5

-- Failures of a model, or of who provides it, after which another may answer.
local KINDS = { unavailable = true, rate_limit = true, server = true,
  server_timeout = true }
local PHASES = { connect = true, first_byte = true }

---@class indoxhub.Fallback the other models of a call
---@field list string[]
---@field next integer the place of the next one
---@field after number
---@field asked table<string, true> models that were asked
---@field provider? string|false the only one whose models may be asked
---@field model? string the one of the list that is asked now

--- The other models that a call may ask; nil when it may ask none.
---@param settings indoxhub.Settings
---@param options table of the call
---@return string[]?
function fallback.list(settings, options)
  local list = options.fallback
  if list == nil then
    list = settings.options.fallback
  end
  return list and list[1] and list or nil
end

local function provider_of(model)
  return model and model:match("^([^/]+)/") or false
end

--- What a call needs to fall back; nil when it cannot.
---@param settings indoxhub.Settings
---@param operation indoxhub.Operation
---@param options table of the call
---@return indoxhub.Fallback?
function fallback.new(settings, operation, options)
  local list = operation.body and operation.body.rest
    and fallback.list(settings, options)
  if not list then
    return nil
  end
  local own = {} -- the program may change its list meanwhile
  for i, name in ipairs(list) do
    own[i] = name
  end
  local after = options.fallback_after or settings.options.fallback_after
  local model = operation.model
  local self = { list = own, next = 1, after = after or AFTER,
    asked = { [model or false] = true }, provider = nil, model = nil }
  if operation.body.secrets[1] then
    -- A key that its provider gave is not for another provider.
    self.provider = provider_of(model)
  end
  return self
end

---------------------------------------------------------------------------
-- when

-- Whether it is the model that there is not, and not the route or a job.
local function is_unknown_model(err)
  local code = tostring(err.code or ""):lower():gsub("[^%l]", "")
  if err.kind ~= "not_found" then
    return err.kind == "invalid_request" and code == "modelnotfound"
  end
  local message = err.message:lower()
  return code:find("model", 1, true) or code:find("provider", 1, true)
    or message:find("%f[%a]model") or message:find("%f[%a]provider")
end

--- Whether another model may answer where one has failed like this, when it has
--- said nothing yet.
---@param err indoxhub.Error
---@return boolean
function fallback.helps(err)
  if err.partial ~= nil and err.partial ~= "" then
    return false
  elseif err.kind == "timeout" then
    return PHASES[err.code] == true
  elseif KINDS[err.kind] then
    return err.retryable ~= false
  end
  return is_unknown_model(err) and true or false
end

--- Whether the next model is to be asked now, and the failed one not waited
--- for.
---@param self indoxhub.Fallback
---@param err indoxhub.Error
---@param wait? number seconds until the same model would be asked again
---@return boolean
function fallback.is_due(self, err, wait)
  return fallback.helps(err) and (not wait or wait > self.after)
end

---------------------------------------------------------------------------
-- who

-- A name of the list as it is known beside others.
local function full_name(operation, name)
  local provider = operation.body.names.provider
  if name:find("/", 1, true) or type(provider) ~= "string" then
    return name
  end
  return provider .. "/" .. name
end

--- Has an operation ask the next model; false when all were asked.
---@param self indoxhub.Fallback
---@param operation indoxhub.Operation changed
---@return boolean
function fallback.turn(self, operation)
  while self.list[self.next] do
    local name = self.list[self.next]
    local model = full_name(operation, name)
    self.next = self.next + 1
    if not self.asked[model] and (self.provider == nil
      or self.provider == provider_of(model)) then
      self.asked[model], self.model = true, name
      operation.body = body.for_model(operation.body, name)
      operation.model = model
      return true
    end
  end
  return false
end

return fallback
