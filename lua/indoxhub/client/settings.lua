--- From the options of a client, those of the client it derives from and the
--- environment to its settings.

local address = require "indoxhub.base.address"
local core = require "indoxhub.core"
local options_of = require "indoxhub.api.params.options"
local recording = require "indoxhub.client.recording"
local spending = require "indoxhub.call.spending"

local merge = options_of.merge

local settings = {}

local DEFAULT_BASE = "https://api.indoxhub.com/api/v1"
local KEY_VARIABLES = { "INDOXHUB_API_KEY", "INDOX_HUB_API_KEY",
  "INDOX_ROUTER_API_KEY" }

-- Options by the type that api/params/options.lua knows.
local OPTIONS = {
  api_key = "key", base_url = "string", timeout = "timeout",
  trailing_slash = { "auto", "on", "off" }, proxy = "line",
  ca_file = "line", http_version = { "1.1", "2" }, max_connections = "size",
  max_response_bytes = "bytes", max_event_bytes = "bytes",
  headers = "headers", user_agent = "line", allow_http = "boolean",
  auth = { "key", "exchange" }, max_retries = "count", log = "callback",
  log_bodies = "boolean", insecure_skip_verify = "boolean",
  record = "folder", record_mode = recording.MODES, record_pace = "factor",
  fallback = "models", fallback_after = "patience", budget = "budget",
}

-- What they are called elsewhere, and what is no option but goes elsewhere.
local ALIASES = {
  api_secret = "api_key", key = "api_key", token = "api_key",
  api_base = "base_url", endpoint = "base_url", host = "base_url",
  url = "base_url", ca_bundle = "ca_file", cafile = "ca_file",
  debug = "log", logger = "log", default_headers = "headers",
  extra_headers = "headers", http_proxy = "proxy", https_proxy = "proxy",
  insecure = "insecure_skip_verify",
  concurrency = "max_connections", retries = "max_retries",
  retry = "max_retries", fallback_models = "fallback",
  max_cost = "budget = { cost = ... }",
  messages = "client.chat:create{ messages = ... }",
  model = "client.chat:create{ model = ... }",
  stream = "client.chat:stream{...}",
  temperature = "client.chat:create{ temperature = ... }",
}

--- Whether there is an option of this name.
---@param name any
---@return boolean
function settings.is_option(name)
  return OPTIONS[name] ~= nil
end

local function from_environment(names)
  for _, name in ipairs(names) do
    local value = os.getenv(name)
    if value and value ~= "" then
      return value, name
    end
  end
end

--- The name of the variable that gives clients their key; nil when none does.
---@return string?
function settings.key_variable()
  local _, name = from_environment(KEY_VARIABLES)
  return name
end

-- The base URL, and who gave it: the option, a variable, or nobody.
local function base_of(options, parent)
  local url, name = options.base_url, "base_url"
  if not url and parent.base_url then
    return parent.base_url, parent.base_from
  elseif not url then
    url, name = from_environment { "INDOXHUB_BASE_URL" }
  end
  return url or DEFAULT_BASE, url and name or "default"
end

-- A derived client begins with the settings of its parent, whatever has become
-- of the environment: in nginx only the master has one.
local function make(options, parent)
  local wrong = options_of.check(options, OPTIONS, ALIASES)
  if wrong then
    return nil, wrong
  end
  local base_url, base_from = base_of(options, parent)
  local base, why = address.base(base_url)
  if not base then
    return nil, (base_from == "base_url" and "base_url " or
      "the variable INDOXHUB_BASE_URL ") .. why
  end
  local place
  place, why = recording.place(options, parent)
  if why then
    return nil, why
  end
  local most = options.max_connections
  return {
    options = options, base = base, base_url = base_url,
    base_from = base_from,
    gate = most and core.gate(most) or parent.gate,
    timeouts = merge(parent.timeouts, options_of.timeout(options.timeout)),
    tokens = parent.tokens or {}, recording = place,
    spending = spending.of_client(options.budget, parent.spending),
    key = options.api_key or parent.key or from_environment(KEY_VARIABLES),
    ca_file = options.ca_file or parent.ca_file
      or from_environment { "SSL_CERT_FILE" },
  }
end

--- The settings of a new client; or nil and what is wrong with its options.
---@param options indoxhub.Options
---@return indoxhub.Settings?, string? wrong
function settings.new(options)
  return make(options, {})
end

--- The settings of a client that has some options changed; or nil and what is
--- wrong with those.
---@param parent indoxhub.Settings
---@param options indoxhub.Options
---@return indoxhub.Settings?, string? wrong
function settings.derive(parent, options)
  local wrong = options_of.check(options, OPTIONS, ALIASES)
  if wrong then
    return nil, wrong
  end
  local merged = merge(parent.options, options)
  merged.timeout, merged.budget = options.timeout, options.budget
  merged.max_connections = options.max_connections
  merged.headers = merge(parent.options.headers, options.headers)
  return make(merged, parent)
end

return settings
