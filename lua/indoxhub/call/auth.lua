--- The credential of a call: the API key itself, or with `auth = "exchange"` a
--- token that the server gives for it.

local address = require "indoxhub.base.address"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local host = require "indoxhub.loop.host"
local json = require "indoxhub.base.json"
local loop = require "indoxhub.loop"

local auth = {}

-- Seconds for an exchange. After that whoever waits for it asks for itself.
local LONGEST_EXCHANGE = 30

-- Answers of a server that exchanges keys in the other way, or in none.
local NO_SUCH_ROUTE = { [404] = true, [405] = true }

local function refuse(message, code)
  return nil, errors.new("authentication", message,
    { code = code or "no_key" })
end

-- What helps where a key is missing although the environment has one.
local IN_NGINX = "make the client in init_by_lua, where the environment is, or"
  .. " set the api_key option; with lua_code_cache off write `env"
  .. " INDOXHUB_API_KEY;` at the top of nginx.conf: workers see only what is"
  .. " named there"

local function refuse_without_key()
  local _, err = refuse("no API key is set")
  err.hint = host() == "nginx" and IN_NGINX or nil
  return nil, err
end

-- The key of the moment, nil when there is none; or nil and an error.
local function find_key(settings)
  local key = settings.key
  if type(key) == "function" then
    local ok, value = pcall(key)
    if not ok or type(value) ~= "string" then
      -- What it raised may hold a key.
      return refuse("the api_key function "
        .. (ok and "returned no string" or "raised an error"), "key_function")
    end
    key = value
  end
  if key and key:find("[%c%s]") then
    return refuse("the API key contains blanks or control characters",
      "bad_key")
  end
  return key ~= "" and key or nil
end

-- The key if it may be sent, false for none, or nil and an error.
local function usable_key(settings, operation)
  local key, err = find_key(settings)
  local base = settings.base
  if err then
    return nil, err
  elseif not key then
    if operation.key == "required" then
      return refuse_without_key()
    end
    return false
  elseif base.secure and not (base.plain and settings.options.proxy)
    or settings.options.allow_http then
    return key
  elseif operation.key == "optional" then
    return false
  end
  return refuse("the API key is not sent over http:// "
    .. (base.secure and "through a proxy" or "to " .. base.host), "insecure")
end

---------------------------------------------------------------------------
-- the exchange of a key for a token (contract 1.4)

-- The token in a cookie, which may be `access_token="Bearer abc"`.
local function token_in_cookie(cookies)
  local value = cookies:match("%f[%w_%-]access_token=([^;,]*)")
  return value and value:match('^"(.*)"$') or value
end

-- The token in an answer's body or cookie.
local function token_of(answer)
  local body = json.decode(answer.text)
  local token = type(body) == "table" and body.access_token
    or token_in_cookie(answer.headers["set-cookie"] or "")
  if type(token) == "string" then
    token = token:gsub("^[Bb]earer%s+", "")
    return token ~= "" and not token:find("[%c%s]") and token or nil
  end
end

-- Sends the key in the one way or the other (contract 1.4).
local function send_key(key, send)
  local answer, err = send {
    name = "auth.exchange", method = "POST", path = "auth/api-key",
    key = "none", headers = { ["X-API-Key"] = key }, private = true,
  }
  if answer or not NO_SUCH_ROUTE[err.status] then
    return answer, err
  end
  local encoded = address.encode(key)
  return send {
    name = "auth.exchange", method = "POST", path = "auth/token",
    key = "none", private = true,
    headers = { ["Content-Type"] = "application/x-www-form-urlencoded" },
    body = { text = "username=" .. encoded .. "&password=" .. encoded,
      secrets = { key, encoded } },
  }
end

-- Asks for a token; nil and an error when there is none to be had.
local function ask(key, send)
  local answer, err = send_key(key, send)
  if not answer then
    return nil, err
  end
  local token = token_of(answer)
  if not token then
    return nil, errors.new("protocol",
      "the answer to the key exchange holds no token",
      { status = answer.status, code = "token",
        hint = "use auth = \"key\" where a server has no such exchange" })
  end
  return token
end

-- What went wrong for one call only, and not with the exchange.
local function is_own(err)
  return err.kind == "cancelled" or err.kind == "timeout"
    and (err.code == "total" or err.code == "connections")
end

-- Wakes who waits for the token that another call asked for. The error that
-- was of that call only leaves the asking to the next.
local function wake_all(state, err)
  local waiting = state.waiting
  state.waiting = {}
  for _, slot in ipairs(waiting) do
    slot.err = err and not is_own(err) and err or nil
    loop.wake(slot)
  end
end

-- The same, also when asking raises, as it does where nothing can wait: then
-- it is for the next to ask. PUC Lua 5.1 cannot wait within pcall.
local function ask_guarded(state, key, send)
  if not loop.YIELDS_IN_PCALL then
    return ask(key, send)
  end
  local ok, token, err = pcall(ask, key, send)
  if not ok then
    state.asking = nil
    wake_all(state)
    error(token, 0)
  end
  return token, err
end

local function ask_for_all(state, key, send)
  local mine = { limit = core.now() + LONGEST_EXCHANGE,
    task = loop.current() }
  state.asking = mine
  local token, err = ask_guarded(state, key, send)
  state.token = token or state.token
  if state.asking == mine then
    state.asking = nil
  end
  if token or not state.asking then
    wake_all(state, err)
  end
  return token, err
end

-- Waits for the token that another call asks for. True when it is worth another
-- look; nil and an error.
local function wait_for_other(state, pause)
  local slot = { ready = false }
  table.insert(state.waiting, slot)
  local ok, err = pause(slot, state.asking.limit)
  if ok and slot.err then
    return nil, errors.copy(slot.err)
  end
  return ok, err
end

-- Whether another call is asking. What blocks must not wait for it, because
-- that call would not go on meanwhile; who asks too long was ended by force. A
-- task that asks is not here: its asking was refused, as it could not wait.
local function is_asked_for(state)
  local asking = state.asking
  return asking and core.now() < asking.limit and not loop.is_blocking()
    and (asking.task == nil or asking.task ~= loop.current())
end

-- The token for a key. Of many calls that need one at once the first asks, and
-- the others wait for what it gets.
local function token_for(state, key, send, pause)
  while not state.token do
    local ok, err
    if is_asked_for(state) then
      ok, err = wait_for_other(state, pause)
    else
      ok, err = ask_for_all(state, key, send)
    end
    if not ok then
      return nil, err
    end
  end
  return state.token
end

local function state_of(settings, key)
  local name = settings.base.origin .. " " .. key
  settings.tokens[name] = settings.tokens[name] or { waiting = {} }
  return settings.tokens[name]
end

--- What a call sends as its bearer, false for nothing; nil and an error when
--- it needs what there is not.
---@param settings indoxhub.Settings
---@param operation indoxhub.Operation
---@param send fun(operation: indoxhub.Operation): indoxhub.Answer?,
--- indoxhub.Error?
---@param pause fun(slot: table, limit: number): true?, indoxhub.Error? waits
--- until slot.ready, or until that moment
---@return string|false|nil bearer, indoxhub.Error? err
function auth.bearer(settings, operation, send, pause)
  if operation.key == "none" then
    return false
  end
  local key, err = usable_key(settings, operation)
  if not key or settings.options.auth ~= "exchange" then
    return key, err
  end
  return token_for(state_of(settings, key), key, send, pause)
end

--- The same without asking the server: nil when that would be needed.
---@param settings indoxhub.Settings
---@param operation indoxhub.Operation
---@return string|false|nil bearer
function auth.at_hand(settings, operation)
  local key = usable_key(settings, operation)
  if key and settings.options.auth == "exchange" then
    return state_of(settings, key).token
  end
  return key
end

--- Whether another token may help a call that was refused: forgets the one that
--- was refused, unless it has been replaced meanwhile.
---@param settings indoxhub.Settings
---@param bearer string|false
---@return boolean
function auth.renew(settings, bearer)
  if settings.options.auth ~= "exchange" or not bearer then
    return false
  end
  for _, state in pairs(settings.tokens) do
    if state.token == bearer then
      state.token = nil
    end
  end
  return true
end

return auth
