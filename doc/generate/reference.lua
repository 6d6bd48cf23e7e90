--- What the reference says, before it is written in any form: the entries of
--- its pages, made from the annotations and from what the module really holds.
--
-- An entry is a function, a class, an alias or a value:
--   { kind, name, text, tag }
--   function   signature, params, returns, fields (a class that is told of here
--              and nowhere else), errors, example, example_at
--   class      fields, keys, parents
--   alias      choices, type
--   value      type

local annotations = require "doc.generate.annotations"
local endpoints = require "indoxhub.api.endpoints"
local endpoint_annotations = require "doc.generate.endpoints"
local errors = require "indoxhub.base.errors"
local examples = require "doc.generate.examples"
local pages = require "doc.generate.pages"
local types = require "doc.generate.types"

local reference = {}

-- Class -> what a value of it is called in the names of its methods.
local CALLED = {
  ["indoxhub.Client"] = "client", ["indoxhub.Stream"] = "stream",
  ["indoxhub.Conversation"] = "conversation", ["indoxhub.Query"] = "query",
  ["indoxhub.Rows"] = "rows", ["indoxhub.Pages"] = "pages",
  ["indoxhub.McpServer"] = "server", ["indoxhub.Task"] = "task",
  ["indoxhub.Vector"] = "vector",
  ["indoxhub.Matrix"] = "matrix", ["indoxhub.core"] = "core",
}
for _, row in ipairs(endpoints.rows) do
  CALLED[endpoint_annotations.class_of(row.resource)] = "client."
    .. row.resource
end
for _, name in ipairs { "Sse", "Engine", "Gate", "Transfer", "Child", "Waker",
  "Notices", "Search", "Draft", "Sha256", "Journal" } do
  CALLED["indoxhub.core." .. name] = name:lower()
end

--- Kinds of errors that any call may return.
reference.ANY_CALL = { "invalid_request", "validation", "authentication",
  "permission", "not_found", "rate_limit", "server", "unavailable",
  "server_timeout", "network", "timeout", "truncated", "protocol", "limit",
  "cancelled", "forked", "not_recorded" }

--- Codes of the library's own that say more than the kind, where there is
--- something to do about them.
reference.CODES = {
  authentication = { "no_key", "insecure", "bad_key", "key_function" },
  budget = { "cost", "tokens" }, limit = { "response", "event" },
  network = { "dns", "connect", "tls", "proxy", "descriptors" },
  protocol = { "redirect", "html", "encoding" },
  timeout = { "connect", "first_byte", "idle", "connections", "total" },
}

---------------------------------------------------------------------------
-- reading

local function source_files()
  local names = {}
  local pipe = assert(io.popen "find lua/indoxhub -name '*.lua'")
  for name in pipe:lines() do
    names[#names + 1] = name
  end
  pipe:close()
  table.sort(names)
  return names
end

-- "file:line" of where a function is defined.
local function place_of(fn)
  local info = debug.getinfo(fn, "S")
  return (info.source:match("lua/indoxhub/.*$") or info.source) .. ":"
    .. info.linedefined
end

-- The functions of the module and of the tables in it, by name; and names that
-- mean what another one means.
local function module_functions(by_place)
  local functions, aliases, names = {}, {}, {}
  local function walk(prefix, value)
    for name, item in pairs(value) do
      if type(item) == "function" then
        names[#names + 1] = { prefix .. name, item }
      elseif type(item) == "table" and name ~= "null" then
        walk(prefix .. name .. ".", item)
      end
    end
  end
  walk("indoxhub.", require "indoxhub.all")
  table.sort(names, function(a, b)
    return #a[1] ~= #b[1] and #a[1] < #b[1] or #a[1] == #b[1] and a[1] < b[1]
  end)
  local seen = {}
  for _, pair in ipairs(names) do
    local name, fn = pair[1], pair[2]
    if seen[fn] then
      aliases[name] = seen[fn]
    else
      seen[fn] = name
      functions[name] = assert(by_place[place_of(fn)],
        name .. " has no annotation where it is defined")
    end
  end
  return functions, aliases
end

-- "client.chat:create" -> the row of the endpoint table.
local function rows_by_name()
  local rows = {}
  for _, row in ipairs(endpoints.rows) do
    rows[("client.%s:%s"):format(row.resource, row.name)] = row
    if row.streams then
      rows[("client.%s:stream"):format(row.resource)] = row
    end
  end
  return rows
end

-- All that users can name.
local function read()
  local model = annotations.read(source_files())
  local by_place, functions = {}, {}
  for _, fn in ipairs(model.functions) do
    by_place[fn.file .. ":" .. fn.line] = fn
    local called = fn.class and CALLED[fn.class]
    if called then
      functions[called .. (fn.colon and ":" or ".") .. fn.name] = fn
    end
  end
  local own, aliases = module_functions(by_place)
  for name, fn in pairs(own) do
    functions[name] = fn
  end
  return { functions = functions, aliases_of = aliases, rows = rows_by_name(),
    classes = model.classes, types = model.aliases }
end

---------------------------------------------------------------------------
-- entries

-- The names of classes and aliases of ours in a type.
local function names_in(kind, fn)
  types.each_name(kind, function(name)
    if name:find("^indoxhub%.") then
      fn(name)
    end
  end)
end

-- The class of request fields that a function takes.
local function fields_class(all, fn)
  local found
  for _, param in ipairs(fn.params) do
    names_in(param.type, function(name)
      found = name:find("Fields$") and all.classes[name] or found
    end)
  end
  return found
end

local function function_entry(all, name, fn)
  local row = all.rows[name]
  local kinds
  if row then
    kinds = endpoint_annotations.errors_of(row)
  end
  local also, told = fn.returned:match("^(%l-) ?of kind ([%l_, ]+)$")
  for kind in (told or ""):gmatch("[%l_]+") do
    kinds = kinds or {}
    table.insert(kinds, kind)
  end
  return { kind = "function", name = name, text = fn.text, params = fn.params,
    signature = ("%s(%s)"):format(name, fn.arguments), returns = fn.returns,
    returned = told and "" or fn.returned, errors = kinds,
    only_errors = told ~= nil and also == "", class = fields_class(all, fn) }
end

local function value_entry(all, name)
  local owner, field = name:match("^(.*)%.([%w_]+)$")
  local class = all.classes[owner]
  for full, called in pairs(CALLED) do
    class = called == owner and all.classes[full] or class
  end
  for _, one in ipairs(class and class.fields or {}) do
    if one.name == field then
      return { kind = "value", name = name, text = one.text, type = one.type,
        optional = one.optional }
    end
  end
end

local function class_entry(all, class)
  local parents = {}
  for _, name in ipairs(class.parents) do
    local parent = all.classes[name]
    -- Of one that is all hidden there is nothing to tell.
    if parent.fields[1] or parent.keys[1] or parent.parents[1] then
      parents[#parents + 1] = name
    end
  end
  return { kind = "class", name = class.name, text = class.text,
    fields = class.fields, keys = class.keys, parents = parents }
end

local function entry_of(all, name)
  local fn, class, alias = all.functions[name], all.classes[name],
    all.types[name]
  if fn then
    return function_entry(all, name, fn)
  elseif class then
    return class_entry(all, class)
  elseif alias then
    return { kind = "alias", name = name, text = alias.text,
      choices = alias.choices, type = alias.type }
  end
  return value_entry(all, name) or error("pages.lua names " .. name
    .. ", which there is not")
end

-- Whether a class only makes names of methods, such as indoxhub.Chat.
local function is_resource(name)
  return CALLED[name] ~= nil
end

---------------------------------------------------------------------------
-- all pages

-- A class of request fields is told of at the first function that takes it.
local function place_fields(all, entries, where)
  for _, entry in ipairs(entries) do
    local class = entry.class
    if class and not where[class.name] then
      entry.fields = class_entry(all, class)
      where[class.name] = entry
    end
  end
end

local function place_examples(entries, by_name)
  for _, example in ipairs(examples.all()) do
    for i, name in ipairs(example.names) do
      local entry = by_name[name] or error(("the example %s is for %s, which "
        .. "is on no page"):format(example.file, name))
      if i == 1 then
        entry.example = example
      else
        entry.example_at = by_name[example.names[1]]
      end
    end
  end
  return entries
end

-- What a page must not refer to: what stands on none.
local function check_references(entries, where)
  local missing = {}
  local function check(kind)
    names_in(kind, function(name)
      if not where[name] and not is_resource(name)
        and name ~= "indoxhub.NoSuchOption" then
        missing[name] = true
      end
    end)
  end
  local function check_fields(fields)
    for _, field in ipairs(fields or {}) do
      check(field.type)
    end
  end
  for _, entry in ipairs(entries) do
    check_fields(entry.params)
    check_fields(entry.returns)
    local class = entry.fields and entry.fields.fields and entry.fields or entry
    check_fields(class.fields)
    check_fields(class.keys)
    for _, parent in ipairs(class.parents or {}) do
      check(types.parse(parent))
    end
    if entry.type then
      check(entry.type)
    end
  end
  local names = {}
  for name in pairs(missing) do
    names[#names + 1] = name
  end
  table.sort(names)
  assert(not names[1], "on no page: " .. table.concat(names, ", "))
end

local function check_complete(all, by_name)
  local missing = {}
  for name in pairs(all.functions) do
    if not by_name[name] then
      missing[#missing + 1] = name
    end
  end
  table.sort(missing)
  assert(not missing[1], "on no page: " .. table.concat(missing, ", "))
end

-- A section that is called like a resource is about it.
local function find_section(all_pages, title)
  for _, page in ipairs(all_pages) do
    for _, section in ipairs(page.sections) do
      if section.title == title then
        return section
      end
    end
  end
end

--- The pages with their sections and entries. `where` finds an entry by its
--- name, or by that of its class of request fields; `aliases` are other names
--- of functions, `resources` the sections about classes such as indoxhub.Chat.
---@return table
function reference.build()
  local all, entries, where = read(), {}, {}
  local made = { pages = {}, where = where, aliases = all.aliases_of,
    resources = {} }
  for _, page in ipairs(pages) do
    local sections = {}
    for i, section in ipairs(page.sections or {}) do
      sections[i] = { title = section[1], text = section[2], entries = {},
        page = page.file }
      for j, name in ipairs(section[3] or {}) do
        local entry = entry_of(all, name)
        entry.page = page.file
        assert(not where[name], name .. " stands on two pages")
        where[name] = entry
        sections[i].entries[j] = entry
        entries[#entries + 1] = entry
      end
    end
    made.pages[#made.pages + 1] = { file = page.file, title = page.title,
      about = page.about, text = page.text, sections = sections,
      examples = page.examples }
  end
  for class, called in pairs(CALLED) do
    made.resources[class] = find_section(made.pages, called)
  end
  place_fields(all, entries, where)
  place_examples(entries, where)
  check_references(entries, where)
  check_complete(all, where)
  return made
end

---------------------------------------------------------------------------
-- for those who write it

--- What a text says of a default, and the text without it.
---@param text string
---@return string text, string? default
function reference.split_default(text)
  local rest, default = text:match("^(.-)%s*Default: (.-)%.?$")
  if rest and not default:find(". ", 1, true) then
    return rest, default
  end
  return text, nil
end

--- What the line of an error of a kind says to do about it; nil when that is
--- nothing.
---@param kind string
---@param code? string
---@return string?
function reference.hint_of(kind, code)
  return tostring(errors.new(kind, "", { code = code })):match("; (.*)$")
end

--- The same for a kind with all its codes, as one text.
---@param kind string
---@return string
function reference.hints_of(kind)
  local list = { reference.hint_of(kind) }
  for _, code in ipairs(reference.CODES[kind] or {}) do
    list[#list + 1] = ("`%s`: %s"):format(code, reference.hint_of(kind, code))
  end
  return table.concat(list, ". ")
end

--- The first sentence of a text.
---@param text string
---@return string
function reference.first_sentence(text)
  return text:match("^(.-[.!?])%s") or text:match("^[^\n]*")
end

--- What to say of a parameter: its own text, or what its class is.
---@param made table
---@param param table
---@return string
function reference.about_param(made, param)
  if param.text ~= "" then
    return param.text
  end
  local found = ""
  names_in(param.type, function(name)
    local entry = made.where[name]
    if found == "" and entry and entry.kind == "class" then
      found = reference.first_sentence(entry.text)
    end
  end)
  return found
end

--- Whether what a function returns first is nil when it fails, with an error
--- behind it.
---@param entry table
---@return boolean
function reference.can_fail(entry)
  local last = entry.returns[#entry.returns]
  return entry.returns[2] ~= nil
    and types.write(last.type):find("^indoxhub%.Error") ~= nil
end

return reference
