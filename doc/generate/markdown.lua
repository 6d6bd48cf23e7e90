--- Writes the reference as Markdown: a page for each of pages.lua, with the
--- anchors that GitHub makes of headings.

local commands = require "doc.generate.commands"
local examples = require "doc.generate.examples"
local reference = require "doc.generate.reference"
local types = require "doc.generate.types"

local markdown = {}

local MADE = "<!-- Made by `make reference`: change the annotations in "
  .. "lua/indoxhub, or doc/generate. -->"

--- A function that gives the headings of a page their anchors, in their order:
--- one that comes again gets a number.
---@return fun(heading: string): string
function markdown.anchors()
  local seen = {}
  return function(heading)
    local anchor = heading:lower():gsub("[^%w _-]", ""):gsub(" ", "-")
    local count = seen[anchor]
    seen[anchor] = (count or 0) + 1
    return count and anchor .. "-" .. count or anchor
  end
end

local function set_anchors(page)
  local anchor_of = markdown.anchors()
  anchor_of(page.title)
  for _, section in ipairs(page.sections) do
    section.anchor = anchor_of(section.title)
    for _, entry in ipairs(section.entries) do
      entry.anchor = anchor_of(entry.name)
    end
  end
end

-- The address of an entry, from a page.
local function address_of(entry, page)
  return (entry.page ~= page and entry.page .. ".md" or "") .. "#"
    .. entry.anchor
end

local function code(text, in_table)
  return "`" .. (in_table and text:gsub("|", "\\|") or text) .. "`"
end

-- One choice of a type; a name that stands on a page is a link.
local function choice(made, kind, page, in_table)
  local inner, list = kind, ""
  while inner[1] == "list" do
    inner, list = inner[2], list .. "\\[\\]"
    if inner[1] == "union" and #inner == 2 then
      inner = inner[2]
    end
  end
  local entry = inner[1] == "name" and (made.where[inner[2]]
    or made.resources[inner[2]])
  if entry then
    return ("[%s](%s)%s"):format(inner[2], address_of(entry, page), list)
  end
  return code(types.write(kind), in_table)
end

-- A type as words: "`number`, `false` or [indoxhub.Timeouts](...)".
local function type_text(made, kind, page, in_table)
  local words = {}
  for i, one in ipairs((types.choices(kind))) do
    words[i] = choice(made, one, page, in_table)
  end
  local last = table.remove(words)
  return words[1] and table.concat(words, ", ") .. " or " .. last or last
    or "`nil`"
end

-- What names an entry in a text becomes a link, the first time.
local function linked(made, text, entry)
  local seen = { [entry.name] = true }
  return (text:gsub("`([^`]+)`", function(quoted)
    local name = quoted:gsub("%(.*%)$", "")
    local found = made.where[name]
    if found and not seen[name] and found.name == name then
      seen[name] = true
      return ("[`%s`](%s)"):format(quoted, address_of(found, entry.page))
    end
  end))
end

-- A text in a cell of a table.
local function cell(text)
  return (text:gsub("|", "\\|"):gsub("\n", " "))
end

local function table_of(rows, header)
  if not rows[1] then
    return ""
  end
  local lines = { "| " .. table.concat(header, " | ") .. " |",
    ("|---"):rep(#header) .. "|" }
  for _, row in ipairs(rows) do
    lines[#lines + 1] = "| " .. table.concat(row, " | ") .. " |"
  end
  return table.concat(lines, "\n") .. "\n\n"
end

-- Fields of a class, with a column of defaults where there is any.
local function fields_table(made, class, page)
  local rows, has_default = {}, false
  for _, field in ipairs(class.fields) do
    local text, default = reference.split_default(field.text)
    has_default = has_default or default ~= nil
    rows[#rows + 1] = { code(field.name .. (field.optional and "?" or "")),
      type_text(made, field.type, page, true), cell(default or ""),
      cell(linked(made, text, { name = class.name, page = page })) }
  end
  for _, key in ipairs(class.keys) do
    if types.write(key.type) ~= "indoxhub.NoSuchOption" then
      rows[#rows + 1] = { ("any %s"):format(key.key == "integer" and "`[i]`"
        or "other"), type_text(made, key.type, page, true), "",
        cell(key.text) }
    end
  end
  local header = { "Field", "Type", "Default", "" }
  if not has_default then
    for _, row in ipairs(rows) do
      table.remove(row, 3)
    end
    table.remove(header, 3)
  end
  return table_of(rows, header)
end

local function parents_text(made, class, page)
  local links = {}
  for i, parent in ipairs(class.parents) do
    links[i] = type_text(made, types.parse(parent), page)
  end
  return links[1] and ("It has the fields of %s%s\n\n"):format(
    table.concat(links, " and "), class.fields[1] and ", and:" or ".") or ""
end

---------------------------------------------------------------------------
-- entries

local writers = {}

local function params_text(made, entry)
  local rows = {}
  for _, param in ipairs(entry.params) do
    local text, default =
      reference.split_default(reference.about_param(made, param))
    if default then
      text = ("%s Default: %s."):format(text, default)
    end
    rows[#rows + 1] = { code(param.name .. (param.optional and "?" or "")),
      type_text(made, param.type, entry.page, true),
      cell(linked(made, text, entry)) }
  end
  return table_of(rows, { "Argument", "Type", "" })
end

local function errors_text(made, entry)
  local kinds = {}
  for i, kind in ipairs(entry.errors or {}) do
    kinds[i] = code(kind)
  end
  return ("an [error](%s)%s"):format(
    address_of(made.where["indoxhub.Error"], entry.page),
    kinds[1] and (entry.only_errors and " of kind %s"
      or ", which may also be of kind %s"):format(
      table.concat(kinds, " or ")) or "")
end

local function returns_text(made, entry)
  if not entry.returns[1] then
    return "Returns nothing.\n\n"
  end
  local can_fail = reference.can_fail(entry)
  local count = #entry.returns - (can_fail and 1 or 0)
  local words = {}
  for i = 1, count do
    local one = entry.returns[i]
    local _, optional = types.choices(one.type)
    words[i] = (one.name and code(one.name) .. ": " or "")
      .. type_text(made, one.type, entry.page)
      .. (optional and not can_fail and " or `nil`" or "")
  end
  return ("Returns %s%s.%s\n\n"):format(table.concat(words, ", and "), can_fail
    and "; or `nil` and " .. errors_text(made, entry) or "",
    entry.returned ~= "" and " " .. entry.returned or "")
end

local function example_text(entry)
  if entry.example then
    return "```lua\n" .. entry.example.code .. "```\n\n"
  elseif entry.example_at then
    return ("Example: see [`%s`](%s).\n\n"):format(entry.example_at.name,
      address_of(entry.example_at, entry.page))
  end
  return ""
end

writers["function"] = function(made, entry)
  local text = ("```text\n%s\n```\n\n%s\n\n"):format(entry.signature,
    linked(made, entry.text, entry)) .. params_text(made, entry)
  if entry.fields then
    text = text .. ("%s\n\n"):format(linked(made, entry.fields.text, entry))
      .. parents_text(made, entry.fields, entry.page)
      .. fields_table(made, entry.fields, entry.page)
  end
  return text .. returns_text(made, entry) .. example_text(entry)
end

function writers.class(made, entry)
  return linked(made, entry.text, entry) .. "\n\n"
    .. parents_text(made, entry, entry.page)
    .. fields_table(made, entry, entry.page) .. example_text(entry)
end

function writers.alias(made, entry)
  local rows, header = {}, { "Value", "" }
  local are_kinds = entry.name == "indoxhub.ErrorKind"
  if are_kinds then
    header[3] = "What its line says to do"
  end
  for i, one in ipairs(entry.choices) do
    rows[i] = { code('"' .. one.value .. '"'), cell(one.about.text),
      are_kinds and reference.hints_of(one.value) or nil }
  end
  return linked(made, entry.text, entry) .. "\n\n"
    .. (entry.type and "It is " .. type_text(made, entry.type, entry.page)
      .. ".\n\n" or "")
    .. table_of(rows, header) .. example_text(entry)
end

function writers.value(made, entry)
  return ("A %s%s. %s\n\n"):format(type_text(made, entry.type, entry.page),
    entry.optional and " or `nil`" or "", linked(made, entry.text, entry))
    .. example_text(entry)
end

---------------------------------------------------------------------------
-- pages

local function any_call()
  local kinds = {}
  for i, kind in ipairs(reference.ANY_CALL) do
    kinds[i] = code(kind)
  end
  return table.concat(kinds, ", ")
end

local function contents_of(page)
  local lines = {}
  for _, section in ipairs(page.sections) do
    local names = {}
    for i, entry in ipairs(section.entries) do
      names[i] = ("[%s](#%s)"):format(entry.name, entry.anchor)
    end
    lines[#lines + 1] = ("- [%s](#%s): %s"):format(section.title,
      section.anchor, table.concat(names, ", "))
  end
  return table.concat(lines, "\n")
end

local function page_text(made, page)
  local parts = { MADE, "\n\n# ", page.title, "\n\n", page.text or "", "\n\n",
    contents_of(page), "\n\n" }
  local function add(...)
    for _, part in ipairs { ... } do
      parts[#parts + 1] = part
    end
  end
  for _, section in ipairs(page.sections) do
    add("## ", section.title, "\n\n")
    if section.text then
      add((section.text:gsub("{any_call}", any_call)), "\n\n")
    end
    for _, entry in ipairs(section.entries) do
      add("### ", entry.name, "\n\n", writers[entry.kind](made, entry))
    end
  end
  return (table.concat(parts):gsub("\n\n\n+", "\n\n"):gsub("\n+$", "\n"))
end

local function readme(made)
  local lines = {}
  for _, page in ipairs(made.pages) do
    lines[#lines + 1] = ("- [%s](%s.md): %s"):format(page.title, page.file,
      page.about)
  end
  return MADE .. "\n\n# Reference\n\n" .. table.concat(lines, "\n") .. [[

- [All names](names.md)

The same is there as `:help indoxhub` in Neovim and, of the command, as `man
indoxhub`.

## How to read it

A `?` behind a name says that it may be left out, or be absent in a reply.
Times are seconds, sizes are bytes and costs are US dollars, unless something
else is said. Calls have a table of fields, which are sent, and a second table
of options, which are for the library.

What the program does wrong raises: a field that is missing or misspelt, a value
of the wrong type, an option that there is not. What the world does wrong is
returned, as `nil` and an [error](errors.md#indoxhuberror).

Examples are programs that run: in front of each stand these two lines, and
behind `-->` stands what it prints when it talks to `indoxhub sandbox`.

```lua
]] .. examples.PREAMBLE .. "```\n"
end

-- Every name, and where it stands.
local function names_page(made)
  local names = {}
  for name in pairs(made.where) do
    names[#names + 1] = name
  end
  for name in pairs(made.aliases) do
    names[#names + 1] = name
  end
  table.sort(names)
  local rows = {}
  for i, name in ipairs(names) do
    local other = made.aliases[name]
    local entry = made.where[other or name]
    local what = other and ("the same as `%s`"):format(other)
      or entry.name ~= name and "class" or entry.kind
    rows[i] = { ("[%s](%s)"):format(name, address_of(entry, "names")), what,
      entry.page .. ".md" }
  end
  return MADE .. "\n\n# All names\n\n"
    .. (table_of(rows, { "Name", "What it is", "Page" }):gsub("\n+$", "\n"))
end

--- The pages, by the names of their files in doc/reference.
---@param made table what reference.build made
---@return table<string, string>
function markdown.pages(made)
  for _, page in ipairs(made.pages) do
    set_anchors(page)
  end
  local files = { ["README.md"] = readme(made), ["names.md"] =
    names_page(made) }
  for _, page in ipairs(made.pages) do
    files[page.file .. ".md"] = page.sections[1] and page_text(made, page)
      or MADE .. "\n\n" .. commands.markdown(page.title)
  end
  return files
end

return markdown
