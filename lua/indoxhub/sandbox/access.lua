--- Who asks: API keys, and the tokens they are exchanged for.
--
-- Any key is good that does not contain "invalid". Keys that were made here
-- can be revoked, deleted, and run out.

local http = require "indoxhub.sandbox.http"
local refusals = require "indoxhub.sandbox.refusals"
local states = require "indoxhub.sandbox.state"

local access = {}

-- The account of a key, or nil and why there is none.
local function account_of_key(state, context, key)
  local made = state.keys[key]
  if key:find("invalid", 1, true) then
    return nil, "Invalid API key"
  elseif made and made.deleted then
    return nil, "Invalid API key: it was deleted"
  elseif made and not made.is_active then
    return nil, "API key has been revoked"
  elseif made and made.expires and made.expires <= os.time() then
    return nil, "API key has expired"
  end
  local account = made and made.account
    or states.account(state, key, context)
  if account.deleted then
    return nil, "The account of this API key was deleted"
  end
  if made then
    made.last_used = os.time()
  end
  return account
end

local function account_of_token(state, context, token)
  if token.expires <= state.clock() then
    return nil, "Token has expired. Exchange the key again."
  end
  return account_of_key(state, context, token.key)
end

--- The account that a request belongs to, or nil and why it is refused.
---@return indoxhub.sandbox.Account? account, string? message
function access.check(state, request)
  local context = request.context
  local text = (request:header("authorization") or "")
    :match("^[Bb]earer%s+(%S+)$")
  if not text then
    return nil, "No credentials"
  elseif state.tokens[text] then
    return account_of_token(state, context, state.tokens[text])
  elseif context.auth == "token" then
    return nil, "This route wants an access token"
  end
  return account_of_key(state, context, text)
end

---------------------------------------------------------------------------
-- the exchange

local function exchange(state, request, key)
  local _, wrong = account_of_key(state, request.context, key)
  if wrong then
    return refusals.refuse(state, request, 401, wrong)
  end
  local lifetime = request.context.token_seconds
  local token = ("sandbox.%s.%s"):format(states.random(24), states.random(24))
  state.tokens[token] = { key = key, expires = state.clock() + lifetime }
  request:json(200, { access_token = token, token_type = "bearer",
    expires_in = lifetime }, { ["set-cookie"] =
      ("access_token=%s; HttpOnly; Path=/"):format(token) })
end

--- POST /auth/api-key: the key stands in a header.
function access.exchange_key(state, request)
  local key = request:header("x-api-key")
  if not key or key == "" then
    return refusals.refuse(state, request, 401,
      "No credentials: no X-API-Key")
  end
  exchange(state, request, key)
end

--- POST /auth/token: the key stands in a form, as password, and as the user
--- name or beside a fixed one.
function access.exchange_password(state, request)
  local form = http.fields(request:text())
  if not form.username or not form.password or form.password == "" then
    return refusals.refuse(state, request, 401,
      "No credentials: no user and password")
  end
  exchange(state, request, form.password)
end

return access
