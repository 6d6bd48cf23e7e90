--- Answers that are data: JSON of a schema, checked, and asked for again when
--- it does not fit.

local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local known = require "indoxhub.structured.options"
local replies = require "indoxhub.api.replies.reply"
local schemas = require "indoxhub.schema"
local streams = require "indoxhub.stream"
local text = require "indoxhub.structured.text"
local usage = require "indoxhub.api.reading.usage"
local values = require "indoxhub.schema.values"

local structured = {}

local REPAIRS = 1

-- What the tool is called that takes the answer with schema_mode = "tool".
local TOOL = "give_answer"

local PROMPT = "Answer with JSON only, without any other text. It must fit " ..
  "this JSON Schema:\n%s"
local REPAIR = "This answer does not fit the JSON Schema: %s. Answer again, " ..
  "with JSON only."

---@class indoxhub.Structured what is known of an answer that is to be data
---@field schema table
---@field mode "json_schema"|"json_object"|"prompt"|"tool"
---@field repairs integer
---@field checker indoxhub.schema.Checker
local methods = {}
local structured_mt = { __index = methods }

--- Reads the options; nil and what is wrong with them.
---@param options table that were checked by type
---@param fields? table that are sent
---@return indoxhub.Structured? self, string? wrong
function structured.new(options, fields)
  local schema, mode = options.schema, options.schema_mode or "json_schema"
  if schema == nil then
    return nil, ("option %s means nothing without schema"):format(
      options.schema_mode ~= nil and "schema_mode" or "repairs")
  elseif type(schema) ~= "table" then
    return nil, "option schema must be a JSON Schema, a table of its " ..
      "keywords, not a " .. type(schema)
  elseif (fields or {}).response_format ~= nil then
    return nil, "response_format is made from the option schema: give one " ..
      "of them"
  elseif mode == "tool" and schema.type ~= "object" then
    return nil, "schema_mode \"tool\" needs a schema whose type is \"object\""
  end
  local ok, why = pcall(json.encode, schema)
  if not ok then
    return nil, "option schema cannot be sent: " .. tostring(why)
  end
  local checker, wrong = schemas.compile(schema, "schema")
  if not checker then
    return nil, "option " .. wrong
  end
  return setmetatable({ schema = schemas.to_send(schema), mode = mode,
    repairs = options.repairs or REPAIRS, checker = checker }, structured_mt)
end

---------------------------------------------------------------------------
-- asking

local function copy(from)
  local to = {}
  for name, value in pairs(from) do
    to[name] = value
  end
  return to
end

-- With what the model is told beside the program's own system message.
local function with_prompt(messages, prompt)
  local list, first = {}, messages[1]
  local joins = type(first) == "table" and first.role == "system"
    and type(first.content) == "string"
  if joins then
    list[1] = copy(first)
    list[1].content = first.content .. "\n\n" .. prompt
  else
    list[1] = { role = "system", content = prompt }
  end
  for i = joins and 2 or 1, #messages do
    list[#list + 1] = messages[i]
  end
  return list
end

-- Names of schemas are letters, digits, _ and -.
local function name_of(schema)
  local title = type(schema.title) == "string" and schema.title or "answer"
  local name = title:gsub("[^%w_-]+", "_"):sub(1, 64)
  return name
end

local prepare = {}

function prepare.json_schema(self, fields)
  fields.response_format = { type = "json_schema", json_schema = {
    name = name_of(self.schema), schema = self.schema } }
end

function prepare.prompt(self, fields)
  fields.messages = with_prompt(fields.messages,
    PROMPT:format(json.encode(self.schema):gsub("%%", "%%%%")))
end

function prepare.json_object(self, fields)
  prepare.prompt(self, fields)
  fields.response_format = { type = "json_object" }
end

function prepare.tool(self, fields)
  local list = {}
  for i, tool in ipairs(fields.tools or {}) do
    list[i] = tool
  end
  list[#list + 1] = { type = "function", ["function"] = { name = TOOL,
    description = "Takes the answer.", parameters = self.schema } }
  fields.tools = list
  -- Other tools may have to be called first.
  fields.tool_choice = list[2] and "required"
    or { type = "function", ["function"] = { name = TOOL } }
end

--- The fields that ask for the data; the given ones are not changed.
---@param fields table
---@return table
function methods:fields(fields)
  fields = copy(fields)
  if type(fields.messages) == "table" then -- what else is refused elsewhere
    prepare[self.mode](self, fields)
  end
  return fields
end

---------------------------------------------------------------------------
-- reading

-- The call that holds the answer, with schema_mode = "tool".
local function answer_call(self, reply)
  for _, call in ipairs(self.mode == "tool" and reply.tool_calls or {}) do
    if call.name == TOOL then
      return call
    end
  end
end

--- Whether a reply calls tools of the program, so that it is no answer yet.
---@param reply indoxhub.ChatResponse
---@return boolean
function methods:is_open(reply)
  return (reply.tool_calls or {})[1] ~= nil and not answer_call(self, reply)
end

local function misfit(reply, message, path, found)
  return errors.new("schema", message, { path = path, partial = found,
    usage = reply.usage })
end

-- The first of the values that fits, or else what is wrong with the first.
local function choose(self, list)
  local first
  for _, value in ipairs(list) do
    local misfits = self.checker:misfits(value)
    if not misfits then
      return true, value
    end
    first = first or misfits
  end
  return false, first
end

-- What was written, or the values that a server has decoded already.
local function written_of(self, reply)
  local call = answer_call(self, reply)
  local written = call and call.arguments or reply.data
  if type(written) == "table" then
    return json.encode(written), { written }
  end
  written = written == nil and "" or tostring(written)
  local list, why = text.values(written)
  return written, list, why
end

--- Reads the data of a reply into its field `parsed`; nil and an error of kind
--- "schema" when it does not fit.
---@param reply indoxhub.ChatResponse changed
---@return true? ok, indoxhub.Error? err
function methods:read(reply)
  local written, list, why = written_of(self, reply)
  if #list == 0 then
    return nil, misfit(reply, "the answer is no JSON: " .. tostring(why), "",
      written)
  end
  local fits, found = choose(self, list)
  if not fits then
    local err = misfit(reply, schemas.describe(found, "the answer"),
      schemas.path(found[1].path), written)
    return nil, err
  end
  reply.parsed = values.without_nulls(found)
  if answer_call(self, reply) then
    reply.data, reply.tool_calls, reply.finish_reason = written, nil, "stop"
  end
  return true
end

-- What asks for an answer again that did not fit.
local function again(fields, reply, err)
  local list = {}
  for i, message in ipairs(fields.messages) do
    list[i] = message
  end
  if err.partial ~= "" then -- servers refuse messages that say nothing
    list[#list + 1] = { role = "assistant", content = err.partial }
  end
  list[#list + 1] = { role = "user", content = REPAIR:format(err.message) }
  local more = copy(fields)
  more.messages = list
  replies.stay_with(more, reply)
  return more
end

-- The options of a call, without ours.
local function rest_of(options)
  local rest = copy(options)
  for name in pairs(known.OF_CALLS) do
    rest[name] = nil
  end
  return rest
end

structured.rest_of = rest_of

--- What client.chat:create does with a schema.
---@param client indoxhub.Client
---@param fields table
---@param options table
---@return indoxhub.ChatResponse? reply, indoxhub.Error? err, string? wrong
function structured.create(client, fields, options)
  local self, wrong = structured.new(options, fields)
  if not self then
    return nil, nil, wrong
  end
  local rest = rest_of(options)
  local function ask(asked)
    return client.chat:create(asked, rest)
  end
  local sent = self:fields(fields or {})
  local reply, err = ask(sent)
  if not reply or self:is_open(reply) then
    return reply, err
  end
  reply, err = self:settle(reply, sent, ask)
  if err then
    err.operation = err.operation or "chat.create"
  end
  return reply, err
end

--- What client.chat:stream does with a schema: the reply has the data, or the
--- stream ends with an error.
---@param client indoxhub.Client
---@param fields table
---@param options table
---@return indoxhub.Stream? stream, indoxhub.Error? err, string? wrong
function structured.stream(client, fields, options)
  local self, wrong = structured.new(options, fields)
  if not self then
    return nil, nil, wrong
  end
  local stream, err = client.chat:stream(self:fields(fields or {}),
    rest_of(options))
  if stream then
    streams.check_elements(stream, self.schema)
    streams.follow(stream, function(reply)
      if not self:is_open(reply) then
        return nil, select(2, self:read(reply))
      end
    end)
  end
  return stream, err
end

--- Reads the data of a reply, and asks again when it does not fit.
---@param reply indoxhub.ChatResponse
---@param fields table that were sent
---@param ask fun(fields: table): indoxhub.ChatResponse?, indoxhub.Error?
---@return indoxhub.ChatResponse? reply, indoxhub.Error? err
function methods:settle(reply, fields, ask)
  local used, count = {}, 0
  for attempt = 0, self.repairs do
    count = count + 1
    used[count] = reply.usage or false
    local ok, err = self:read(reply)
    if ok then
      reply.usage = usage.sum(used, count)
      return reply
    end
    err.usage = usage.sum(used, count)
    if attempt == self.repairs or self:is_open(reply) then
      return nil, err
    end
    fields = again(fields, reply, err)
    local next_reply, why = ask(fields)
    if not next_reply then
      used[count + 1] = why.usage or false
      why.usage = usage.sum(used, count + 1)
      return nil, why
    end
    reply = next_reply
  end
end

return structured
