--- Makes lua/indoxhub/meta/endpoints.lua, the annotations of the methods that
--- the endpoint table makes.

local endpoints = require "indoxhub.api.endpoints"
local provider = require "indoxhub.api.endpoints.provider"

local TYPES = {
  messages = "indoxhub.Message[]", object = "table", date = "string",
  strings = "string[]", texts = "string|string[]",
  file = "string|indoxhub.File", media = "string|indoxhub.File",
  media_list = "(string|indoxhub.File)[]",
}

-- Where a resource would have the name of what one of its calls returns.
local RESOURCES = { user = "UserCalls" }

-- Calls that a helper has a part in: their options, what else they may return
-- then, and a kind of error.
local HELPED = {
  ["videos.generate"] = { options = "indoxhub.VideoOptions",
    returns = "|indoxhub.VideoJobStatus", error = "job_failed" },
  ["chat.create"] = { options = "indoxhub.ChatOptions", returns = "",
    error = "schema" },
  ["chat.stream"] = { options = "indoxhub.ChatStreamOptions", returns = "" },
}

-- What stands in the path of a call.
local ARGUMENTS = {
  stream_id = "The id of the stream: `stream.id`.",
  provider_id = 'The `id` of the provider, such as "openai".',
  model_id = "The `modelName` of the model; nothing when the first has it.",
  job_id = "The id of the job.",
  api_key_id = "The number of the key: its `id` in the list.",
}

-- Calls whose fields also others have, without those that are required.
local SHARED = { ["chat.create"] = "indoxhub.Chat.Settings" }

local made = {}

local function title(name)
  return (name:gsub("^%l", string.upper))
end

--- The class of a resource.
---@param resource string
---@return string
function made.class_of(resource)
  return "indoxhub." .. (RESOURCES[resource] or title(resource))
end

local function fields_class(row)
  return ("indoxhub.%s.%sFields"):format(title(row.resource),
    title(row.name):gsub("_(%l)", string.upper))
end

local function type_of(param)
  if param.one_of and param[2] == "string" then
    return '"' .. table.concat(param.one_of, '"|"') .. '"'
  elseif param.one_of then
    return tostring(param.one_of[1])
  end
  return TYPES[param[2]] or param[2]
end

local function sentence(text)
  return title(text) .. "."
end

local function about(param)
  local text = sentence(param.about)
  if param.range then
    text = ("%s From %g to %g."):format(text, param.range[1], param.range[2])
  end
  if param.default then
    text = ("%s Default: %s."):format(text, param.default)
  end
  return text
end

--- Kinds of errors that a call may return besides those of any call.
---@param row table of the endpoint table
---@return string[]
function made.errors_of(row)
  local kinds = {}
  if row.http == "POST" and row.params then
    kinds[1] = "insufficient_credits"
  end
  for _, param in ipairs(row.params or {}) do
    if param[2] == "file" or param[2] == "media" then
      kinds[#kinds + 1] = "file"
      break
    end
  end
  local helped = HELPED[row.resource .. "." .. row.name]
  kinds[#kinds + 1] = helped and helped.error
  return kinds
end

local function add_params(add, params, required)
  for _, param in ipairs(params) do
    if (param.required or false) == required then
      add("---@field ", param[1], required and " " or "? ", type_of(param), " ",
        about(param))
    end
  end
end

-- Fields of providers that a call takes. They must not be those of the API.
local function add_provider(add, row)
  local known = {}
  for _, param in ipairs(row.params) do
    known[param[1]] = true
  end
  local call = row.resource .. "." .. row.name
  for _, param in ipairs(provider) do
    if not known[param[1]] and (param.only or { ["chat.create"] = true })[call]
    then
      add("---@field ", param[1], "? ", param[2], " Of the provider: ",
        param.about, ".")
    end
  end
end

-- A class that said that it takes any field would let editors believe that of
-- those it names, too.
local function add_others(add, row)
  if not row.extra then
    add("---@field [string] indoxhub.NoSuchOption There is no other.")
  end
end

local function describe_fields(add, row)
  local call = ("client.%s:%s"):format(row.resource, row.name)
  local shared = SHARED[row.resource .. "." .. row.name]
  if shared then
    add("--- Fields of `", call, "` that may be left out.")
    add("---@class ", shared)
    add_params(add, row.params, false)
    add_provider(add, row)
    add()
  end
  add("--- Fields of `", call, "`.", row.extra
    and (" Any other field goes into `%s`."):format(row.extra) or "")
  add("---@class ", fields_class(row), shared and ": " .. shared or "")
  add_params(add, row.params, true)
  if not shared then
    add_params(add, row.params, false)
    add_provider(add, row)
  end
  add_others(add, row)
  add()
end

local function options_of(row, name)
  local helped = HELPED[row.resource .. "." .. name]
  return helped and helped.options
    or name == "stream" and "indoxhub.StreamOptions"
    or row.place == "form" and "indoxhub.UploadOptions"
    or row.as and "indoxhub.EmbeddingOptions"
    or row.fallback and "indoxhub.ModelOptions" or "indoxhub.CallOptions"
end

local function describe_method(add, row, name, summary, returns)
  local helped = HELPED[row.resource .. "." .. name]
  add("--- ", summary)
  add("---")
  add("--- `", row.http, " ", row.path, "`")
  local arguments = {}
  if row.params then
    arguments[1] = "fields"
    add("---@param fields", row.params[1].required and " " or "? ",
      fields_class(row), " What to send.")
  end
  for argument in row.path:gmatch("{(.-)}") do
    arguments[#arguments + 1] = argument
    add("---@param ", argument, row.argument == "integer" and " integer"
      or " string|integer", row.joined and argument == "model_id" and "|nil"
      or "", " ", ARGUMENTS[argument])
  end
  arguments[#arguments + 1] = "options"
  add("---@param options? ", options_of(row, name))
  add("---@return ", returns, helped and helped.returns or "",
    "? reply, indoxhub.Error? err")
  if row.joined then
    add("---@overload fun(self: ", made.class_of(row.resource), ", name: ",
      "string, options?: indoxhub.CallOptions): ", returns,
      "?, indoxhub.Error?")
  end
  add(("function %s:%s(%s) end"):format(row.resource, name,
    table.concat(arguments, ", ")))
  add()
end

local function describe_resource(add, resource, rows)
  for _, row in ipairs(rows) do
    if row.params then
      describe_fields(add, row)
    end
  end
  add("---@class ", made.class_of(resource))
  add("local ", resource, " = {}")
  add()
  for _, row in ipairs(rows) do
    describe_method(add, row, row.name, row.summary, row.returns)
    if row.streams then
      describe_method(add, row, "stream", row.summary
        .. " Returns the answer as a stream, while it is made.",
        "indoxhub.Stream")
    end
  end
end

--- The text of the file.
---@return string
function made.text()
  local lines, order, by_resource = {}, {}, {}
  local function add(...)
    lines[#lines + 1] = table.concat { ... }
  end
  add("---@meta")
  add()
  add("-- Made from lua/indoxhub/api/endpoints by `make reference`.")
  add()
  for _, row in ipairs(endpoints.rows) do
    if not by_resource[row.resource] then
      by_resource[row.resource] = {}
      order[#order + 1] = row.resource
    end
    table.insert(by_resource[row.resource], row)
  end
  for _, resource in ipairs(order) do
    describe_resource(add, resource, by_resource[resource])
  end
  add("---@class indoxhub.Client")
  for _, resource in ipairs(order) do
    add("---@field ", resource, " ", made.class_of(resource), " Calls of `",
      resource, "`.")
  end
  return table.concat(lines, "\n") .. "\n"
end

return made
