--- Tells what happens to calls: to the `log` function of a client, and on
--- stderr when INDOXHUB_LOG is "debug" (or "bodies", with what was sent and
--- received). Everything told is redacted.

local number = require "indoxhub.base.number"
local redact = require "indoxhub.base.redact"

local log = {}

-- How much of a body is told. Bytes.
local LONGEST_BODY = 4096

-- In the order they are written.
local FIELDS = { "status", "kind", "seconds", "bytes_out", "bytes_in", "wait",
  "failed_model", "model", "message", "request_body", "response_body" }

local function write(event)
  local words = { "indoxhub:", event.name }
  words[3], words[4] = event.method, event.path
  for _, name in ipairs(FIELDS) do
    local value = event[name]
    if type(value) == "number" then
      words[#words + 1] = name .. "=" .. number.format("%.6g", value)
    elseif value ~= nil then
      words[#words + 1] = name .. "=" .. tostring(value):gsub("%c", " ")
    end
  end
  io.stderr:write(table.concat(words, " "), "\n")
end

local function level()
  local value = os.getenv("INDOXHUB_LOG")
  return (value == "debug" or value == "bodies") and value or nil
end

--- Whether anyone listens.
---@param options indoxhub.Options
---@return boolean
function log.is_on(options)
  return options.log ~= nil or level() ~= nil
end

--- Whether bodies are to be told.
---@param options indoxhub.Options
---@return boolean
function log.wants_bodies(options)
  return options.log_bodies == true or level() == "bodies"
end

--- A body as it is told: redacted and cut.
---@param text? string
---@param hide indoxhub.Hide
---@return string?
function log.excerpt(text, hide)
  return text and hide(text, LONGEST_BODY)
end

local hide = redact.new {}

local function complain(err)
  local ok, text = pcall(tostring, err)
  io.stderr:write("indoxhub: the log function failed: ",
    ok and tostring(text) or "it raised what cannot be shown", "\n")
end

--- Tells an event. What a log function raises is no reason to fail a call. It
--- must not wait.
---@param options indoxhub.Options
---@param event indoxhub.LogEvent
function log.tell(options, event)
  event.path = event.path and hide(event.path)
  if level() then
    write(event)
  end
  if options.log then
    local ok, err = pcall(options.log, event)
    if not ok then
      complain(err)
    end
  end
end

return log
