--- What can be asked of the sandbox: for all requests by a flag, for one by a
--- header. `job_seconds` is the flag --job-seconds and the header
--- X-Sandbox-Job-Seconds.

local faults = require "indoxhub.sandbox.faults"
local number = require "indoxhub.base.number"
local refusals = require "indoxhub.sandbox.refusals"
local shapes = require "indoxhub.sandbox.shapes"

local settings = {}

local LONGEST_SECONDS = 3600 * 24

-- Readers take a text and return a value, or nil and what is wrong.

local function seconds(text)
  local value = number.read(text)
  if not value or value ~= value or value < 0 or value > LONGEST_SECONDS then
    return nil, ("takes seconds, not %s"):format(text)
  end
  return value
end

local function amount(text)
  local value = number.read(text)
  if not value or value ~= value or math.abs(value) > 1e9 then
    return nil, ("takes an amount, not %s"):format(text)
  end
  return value
end

local MOST_DAYS = 3650

local function days(text)
  local value = number.read(text)
  if not value or value % 1 ~= 0 or value < 0 or value > MOST_DAYS then
    return nil, ("takes whole days up to %d, not %s"):format(MOST_DAYS, text)
  end
  return value
end

local function one_of(what, names)
  return function(text)
    for _, name in ipairs(names) do
      if text == name then
        return name
      end
    end
    return nil, ("%q is no %s; known: %s"):format(text, what,
      table.concat(names, ", "))
  end
end

local function error_shape(text)
  if not refusals.is_shape(text) then
    return nil, ("%q is no shape of errors; known: E1 to E8"):format(text)
  end
  return text
end

local SHAPES = { "array", "base64", "data", "flat", "list", "noid", "openai",
  "queued", "sync", "top", "tracking", "url", "wrapped" }

-- "array,url" as a set of names.
local function shape(text)
  local read, set = one_of("shape", SHAPES), {}
  for name in text:gmatch("[^,%s]+") do
    local known, wrong = read(name)
    if not known then
      return nil, wrong
    end
    set[known] = true
  end
  return set
end

local function any(text)
  return text
end

--- name, reader, default; `shown` is what --help shows for the value.
settings.list = {
  { "dialect", one_of("dialect", shapes.names), "responses",
    shown = "NAME", about = "How text streams and replies look: "
      .. table.concat(shapes.names, ", ") .. "." },
  { "shape", shape, "", shown = "NAMES",
    about = "Rival forms of the other replies, joined by commas: "
      .. table.concat(SHAPES, ", ") .. "." },
  { "pace", seconds, "0.03", shown = "SECONDS",
    about = "Time between the pieces of a stream." },
  { "fail", faults.parse, shown = "FAULT",
    about = "Fault: status:429, html:502, cut:3, stall:3, error:3; with *2 " ..
      "behind it for the first two requests of each path only." },
  { "error_shape", error_shape, shown = "E1-E8",
    about = "Which of the vendor's eight shapes errors have." },
  { "retry_after", any, shown = "TEXT",
    about = "The header Retry-After of refusals." },
  { "slash", one_of("way", { "off", "on", "307", "308" }), "off",
    shown = "WAY", about = "What paths without a slash at the end get: " ..
      "off: an answer, on: 403 and a web page, 307 or 308: a redirect." },
  { "auth", one_of("way", { "key", "token" }), "key", shown = "WAY",
    about = "token: keys must be exchanged at auth/api-key first." },
  { "token_seconds", seconds, "1800", shown = "SECONDS",
    about = "How long exchanged tokens live." },
  { "job", one_of("end of a job", { "complete", "fail", "stuck" }),
    "complete", shown = "END",
    about = "How video jobs end: complete, fail, or stuck for ever." },
  { "job_seconds", seconds, "3", shown = "SECONDS",
    about = "How long video jobs take." },
  { "credits", amount, "100", shown = "USD",
    about = "What a new account has to spend." },
  { "history", days, "0", shown = "DAYS",
    about = "Days of made-up calls that a new account has behind it." },
}

-- What the names of `shape` stand for:
--
--   sync      a video comes at once, without a job
--   noid      a job has no id but that of the request that began it
--   queued    jobs are queued, processing, cancelled
--   array     the list of jobs is a bare array
--   url       result.url of a job, data.url of speech
--   data      result.data[] of a job
--   base64    speech comes inside the reply
--   flat      one embedding is a list of numbers
--   openai    embeddings and images as OpenAI sends them
--   list      providers with a flat list of models
--   wrapped   an object with a list of models
--   top       the text of a transcript stands beside `data`
--   tracking  usage as the vendor's guide on tracking shows it

--- The value a text stands for, or nil and what is wrong with it.
---@param name string what the setting is called where the text was given
---@return any value, string? message
function settings.read(setting, text, name)
  local value, wrong = setting[2](text)
  return value, wrong and wrong:gsub("^takes ", name .. " %0") or nil
end

--- The settings of a server; nil and a message when one is wrong.
---@param given table<string, string|number>
---@return table? values, string? message
function settings.of_server(given)
  local values = {}
  for _, setting in ipairs(settings.list) do
    local name = setting[1]
    local text = given[name] == nil and setting[3] or given[name]
    if text ~= nil then
      local value, wrong = settings.read(setting, tostring(text), name)
      if wrong then
        return nil, wrong
      end
      values[name] = value
    end
  end
  return values
end

local HEADERS = {}
for _, setting in ipairs(settings.list) do
  HEADERS[setting[1]] = "x-sandbox-" .. setting[1]:gsub("_", "-")
end

--- The settings of a request: its headers come before the server's.
---@return table values, string? message when a header is wrong
function settings.of_request(values, request)
  local own, problem = {}, nil
  for _, setting in ipairs(settings.list) do
    local name = setting[1]
    local text = request:header(HEADERS[name])
    if text then
      local value, wrong = settings.read(setting, text, HEADERS[name])
      own[name], problem = value, problem or wrong
    else
      own[name] = values[name]
    end
  end
  return own, problem
end

return settings
