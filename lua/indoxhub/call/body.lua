--- What a call sends: JSON text, a form with a file, or nothing.

local files = require "indoxhub.api.params.files"
local json = require "indoxhub.base.json"
local types = require "indoxhub.api.params.types"
local upload = require "indoxhub.call.upload"

local body = {}

---@class indoxhub.Body
---@field text? string JSON
---@field form? table[] parts, as engine:submit takes them
---@field source? indoxhub.File the file whose function gives its bytes
---@field names? table<string, any> the fields of a JSON text that say who is
--- asked, where others may be asked, too
---@field rest? string the JSON text of all others, then
---@field secrets string[] values that only the server may see

local SECRET_FIELD = "byok_api_key"

-- The end of that name: in most texts its first character is seldom, so that it
-- is quickly found not to be there.
local SECRET_MARK = "_api_key\""

-- Adds the values of secret fields, at any depth.
local function find_secrets(value, found)
  for name, item in pairs(value) do
    if type(item) == "table" then
      find_secrets(item, found)
    elseif name == SECRET_FIELD and type(item) == "string" then
      found[#found + 1] = item
    end
  end
  return found
end

local function copy_of(list)
  local copy = {}
  for name, item in pairs(list) do
    copy[name] = item
  end
  return copy
end

-- A value with its files as data URIs; nil and an error when one cannot be
-- read. Copies only what has to be changed. `done` holds what was walked, also
-- because a value may contain itself, which the encoder refuses.
local function embed_files(value, done)
  if files.is(value) then
    return upload.data_uri(value)
  elseif type(value) ~= "table" then
    return value
  elseif done[value] then
    return done[value]
  end
  done[value] = value
  for name, item in pairs(value) do
    local embedded, err = embed_files(item, done)
    if err then
      return nil, err
    elseif embedded ~= item then
      if done[value] == value then
        done[value] = copy_of(value)
      end
      done[value][name] = embedded
    end
  end
  return done[value]
end

--- A value with its files as data URIs, copied as far as that changes it; nil
--- and an error when one cannot be read.
---@param value any
---@return any embedded, indoxhub.Error? err
function body.embed_files(value)
  return embed_files(value, {})
end

-- The JSON text of a value, with its files as data URIs. One walk checks and
-- writes; where it meets files a second one follows when they are read, which
-- may yield.
local function encode(value)
  local uris = {}
  local ok, text, missing = pcall(json.encode_with, value, files.METATABLE,
    uris)
  while ok and not text do
    for _, file in ipairs(missing) do
      local uri, err = uris[file], nil
      if not uri then
        uri, err = upload.data_uri(file)
      end
      if err then
        return nil, nil, err
      end
      uris[file] = uri
    end
    ok, text, missing = pcall(json.encode_with, value, files.METATABLE, uris)
  end
  return ok and text or nil, not ok and text or nil
end

--- A JSON body; files in it become data URIs. A value that JSON cannot carry is
--- the caller's mistake: it is told as a message, unless a file cannot be read.
---@param value any
---@return indoxhub.Body? made, string? wrong, indoxhub.Error? err
function body.of_json(value)
  local text, wrong, err = encode(value)
  if wrong then
    err = select(2, body.embed_files(value))
    wrong = not err and wrong or nil
  end
  if not text then
    return nil, wrong, err
  end
  -- What was encoded does not contain itself.
  local secrets = type(value) == "table" and text:find(SECRET_MARK, 1, true)
    and find_secrets(value, {}) or {}
  return { text = text, secrets = secrets }
end

---------------------------------------------------------------------------
-- the same for another model

-- What says who is asked.
local NAMES = { "model", "provider" }

-- The text of an object that has the fields of a text besides.
local function join(names, rest)
  local first = json.encode(names)
  if next(names) == nil or rest == "{}" then
    return next(names) == nil and rest or first
  end
  return first:sub(1, -2) .. "," .. rest:sub(2)
end

-- A JSON body that another can be made of. It is encoded once, so that the next
-- model gets what the first one got: by then its files are read, and the
-- program may have changed its tables.
local function of_asking(fields)
  local names, others = {}, copy_of(fields)
  for _, name in ipairs(NAMES) do
    names[name], others[name] = fields[name], nil
  end
  local made, wrong, err = body.of_json(others)
  if not made then
    return nil, wrong, err
  end
  local ok, text = pcall(join, names, made.text)
  if not ok then
    return nil, text
  end
  made.names, made.rest, made.text = names, made.text, text
  return made
end

--- The body that asks another model for the same. A name without a provider is
--- one of the same provider.
---@param sent indoxhub.Body made for more than one
---@param model string
---@return indoxhub.Body
function body.for_model(sent, model)
  local provider = not model:find("/", 1, true) and sent.names.provider or nil
  return { text = join({ model = model, provider = provider }, sent.rest),
    names = sent.names, rest = sent.rest, secrets = sent.secrets }
end

---------------------------------------------------------------------------
-- forms

local function of_form(fields)
  local form, made = {}, { secrets = {} }
  for i, field in ipairs(fields) do
    local part, err = { name = field.name, data = field.value }, nil
    if field.type == "file" then
      local file = files.of(field.value)
      part, err = upload.part(file, field.name)
      made.source = file.read and file or made.source
    elseif field.name == SECRET_FIELD then
      table.insert(made.secrets, field.value)
    end
    if not part then
      return nil, err
    end
    form[i] = part
  end
  made.form = form
  return made
end

--- The form of a call that has no row: fields by name, whose values are texts,
--- numbers, booleans or files; in the order of their names.
---@param fields table<string, any>
---@return indoxhub.Body? made, indoxhub.Error? err
function body.of_fields(fields)
  local list = {}
  for name, value in pairs(fields) do
    list[#list + 1] = { name = name,
      type = files.is(value) and "file" or "string",
      value = files.is(value) and value or types.text(value) }
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return of_form(list)
end

--- The body of an endpoint's call.
---@param placed indoxhub.Placed
---@param streams boolean
---@param asks_others? boolean whether other models may be asked for the same
---@return indoxhub.Body? made, string? wrong, indoxhub.Error? err
function body.make(placed, streams, asks_others)
  if placed.form then
    local made, err = of_form(placed.form)
    return made, nil, err
  elseif placed.json then
    placed.json.stream = streams or nil
    local make = asks_others and of_asking or body.of_json
    local made, wrong, err = make(placed.json)
    wrong = wrong and wrong:gsub("^[%w_]+", placed.renamed or {})
    return made, wrong, err
  end
end

--- Whether a body can be sent from its beginning, once more.
---@param sent? indoxhub.Body
---@return boolean
function body.can_be_resent(sent)
  return not (sent and sent.source) or upload.can_restart(sent.source)
end

--- Prepares a body to be sent, from its beginning.
---@param sent? indoxhub.Body
function body.restart(sent)
  if sent and sent.source then
    upload.restart(sent.source)
  end
end

return body
