--- Options that several commands have, and what they become.
--
-- There is none for the API key: every user of a machine can read the arguments
-- of its processes.

local endpoints = require "indoxhub.api.endpoints"
local exit = require "indoxhub.cli.shared.exit"
local files = require "indoxhub.api.params.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local number = require "indoxhub.base.number"
local output = require "indoxhub.cli.shared.output"
local utf8 = require "indoxhub.base.utf8"

local options = {}

-- Reads the value of an option for argparse, which does not say of which option
-- a value is wrong.
local function reader(name, read, what)
  return function(text)
    local value = read(text)
    if not value then
      return nil, ("%s: %q is not %s"):format(name, text, what)
    end
    return value
  end
end

local function positive(text)
  local value = number.read(text)
  return value and value > 0 and value < math.huge and value
end

local function count(text)
  local value = text:find("^%d+$") and tonumber(text)
  return value and value >= 1 and value <= 2 ^ 31 and value
end

--- For argparse: a number above 0.
---@param name string of the option
---@return fun(text: string): number?, string?
function options.positive(name)
  return reader(name, positive, "a number above 0")
end

--- For argparse: a whole number above 0.
---@param name string of the option
---@return fun(text: string): integer?, string?
function options.count(name)
  return reader(name, count, "a whole number above 0")
end

--- For argparse: any number.
---@param name string of the option
---@return fun(text: string): number?, string?
function options.number(name)
  return reader(name, number.read, "a number")
end

--- What every command has.
---@param command table of argparse
---@param timeout? string what --timeout is for here
function options.add_common(command, timeout)
  command:flag("--json", "Print the reply as JSON.")
  command:option("--timeout", timeout or "Seconds that a request may take.")
    :argname("<seconds>"):convert(options.positive "--timeout")
  command:option("--base-url", "Server to ask, in place of INDOXHUB_BASE_URL.")
    :argname("<url>")
  command:option("--record", "Folder in which answers are kept, and from "
    .. "which they are given again, in place of INDOXHUB_RECORD.")
    :argname("<folder>")
  command:option("--record-mode", "auto: ask for what is not there; new: ask "
    .. "for everything; replay: never ask."):choices { "auto", "new", "replay" }
  command:option("--auth", "exchange: get a token for the key first, as "
    .. "account commands of some servers want."):choices { "key", "exchange" }
end

--- What commands have that ask a model.
---@param command table of argparse
function options.add_model(command)
  command:option("-m --model", "Model, as provider/model; without it the " ..
    "server chooses."):argname("<model>")
  command:option("--set", "Any other field of the request, such as seed=7; "
    .. "may be given again."):argname("<name=value>"):count("*")
end

--- What commands have besides whose question another model can answer.
---@param command table of argparse
function options.add_fallback(command)
  command:option("--fallback", "Model to ask when the one before does not " ..
    "answer; may be given again."):argname("<model>"):count("*")
end

--- What commands have whose answer comes as a stream.
---@param command table of argparse
function options.add_reasoning(command)
  command:flag("--reasoning", "Show on stderr what the model thinks first; "
    .. "--json always has it, as reasoning_content.")
end

--- Where results that are files go.
---@param command table of argparse
function options.add_output(command)
  command:option("-o --output", "File to write; -: stdout. Without it the " ..
    "result goes to a pipe, or to a file named after the request.")
    :argname("<file>")
end

--- A text as one argument or several.
---@param command table of argparse
---@param name string
---@param about string
function options.add_words(command, name, about)
  command:argument(name, about):args("*")
end

-- Tells whoever waits that another model is asked, and why.
local function tell_fallback(event)
  if event.name == "fallback" then
    output.note(("%s does not answer (%s); asking %s"):format(
      event.failed_model or "the model", event.kind, event.model))
  end
end

--- The client a command asks with.
---@param given table what argparse read
---@return indoxhub.Client
function options.client(given)
  local others = given.fallback and given.fallback[1] and given.fallback or nil
  return indoxhub.new { base_url = given.base_url, timeout = given.timeout,
    auth = given.auth, record = given.record, record_mode = given.record_mode,
    fallback = others, log = others and tell_fallback }
end

---------------------------------------------------------------------------
-- --set name=value

local function type_of(resource, method, name)
  for _, param in ipairs(endpoints.find(resource, method).params) do
    if param[1] == name then
      return param[2]
    end
  end
end

-- A value of a field the API does not know: JSON where it is any.
local function guess(text)
  local value = json.decode(text)
  if value == nil then
    return text
  end
  return value
end

--- A picture or video of a request: a file, or a URL.
---@param text string
---@return string|indoxhub.File
function options.media(text)
  return text:find("^%a[%w+.-]*:") and text or files.file(text)
end

local READERS = {
  number = number.read, integer = number.read, object = json.decode,
  strings = json.decode, texts = json.decode, media = options.media,
  boolean = function(text)
    if text == "true" or text == "false" then
      return text == "true"
    end
  end,
  media_list = function(text)
    local list = {}
    for place in text:gmatch("[^,]+") do
      list[#list + 1] = options.media(place)
    end
    return list
  end,
  string = tostring, date = tostring,
}

--- Fields of a request: those given, and what --set adds.
---@param resource string
---@param method string
---@param fields table
---@param given table what argparse read
---@return table? fields, indoxhub.Error? err
function options.fields(resource, method, fields, given)
  fields.model = given.model
  for _, pair in ipairs(given.set or {}) do
    local name, text = pair:match("^([%w_]+)=(.*)$")
    if not name then
      return nil, exit.usage(("--set takes name=value, not %q"):format(pair))
    elseif name == "byok_api_key" then -- others can read arguments
      return nil, exit.usage("--set byok_api_key: keys do not go into " ..
        "arguments, which others can read; give it in a program")
    end
    local kind = type_of(resource, method, name)
    local value = (READERS[kind] or guess)(utf8.without_mark(text))
    if value == nil then
      return nil, exit.usage(("--set %s: %q is no %s"):format(name, text,
        kind))
    end
    fields[name] = value
  end
  return fields
end

return options
