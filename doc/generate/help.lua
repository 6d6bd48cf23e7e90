--- Writes the reference as doc/indoxhub.txt, for `:help` of Neovim.

local commands = require "doc.generate.commands"
local examples = require "doc.generate.examples"
local reference = require "doc.generate.reference"
local types = require "doc.generate.types"
local wrap = require "doc.generate.wrap"

local help = {}

local WIDTH = 78
local RULE, THIN = ("="):rep(WIDTH), ("-"):rep(WIDTH)

--- The tag of an entry.
---@param entry table
---@return string
function help.tag(entry)
  local name = entry.name:find("^indoxhub") and entry.name
    or "indoxhub-" .. entry.name
  return entry.kind == "function" and name .. "()" or name
end

local function page_tag(page)
  return "indoxhub-" .. page.file
end

-- A line with tags at its right end, or above it when there is no room.
local function with_tags(left, ...)
  local tags = {}
  for i, tag in ipairs { ... } do
    tags[i] = "*" .. tag .. "*"
  end
  local right = table.concat(tags, " ")
  local room = WIDTH - #left - #right
  if room < 1 then
    return with_tags("", ...) .. "\n" .. left
  end
  return left .. (" "):rep(room) .. right
end

-- A type as words, with links to classes. No bar stays that is no link.
local function type_text(made, kind)
  local words = {}
  for i, one in ipairs((types.choices(kind))) do
    words[i] = types.write(one):gsub("|", " or ")
      :gsub("indoxhub%.[%w_.]+", function(name)
        local entry, resource = made.where[name], made.resources[name]
        if resource and not entry then
          return "|indoxhub-" .. resource.title .. "|"
        end
        -- The fields of a request have a tag of their own.
        return entry and "|" .. (entry.name == name and help.tag(entry)
          or name) .. "|"
      end)
  end
  local last = table.remove(words) or "nil"
  return words[1] and table.concat(words, ", ") .. " or " .. last or last
end

-- Names of entries become links.
local function linked(made, text)
  return (text:gsub("`([^`]+)`", function(quoted)
    local found = made.where[quoted] or made.where[quoted:gsub("%(.*%)$", "")]
    return found and found.name == quoted:gsub("%(.*%)$", "")
      and "|" .. help.tag(found) .. "|" or nil
  end))
end

-- A list of names, each with its type and text.
local function definitions(made, list, braces)
  local lines = {}
  for _, one in ipairs(list) do
    local name = one.name or ("any %s"):format(one.key == "integer" and "[i]"
      or "other")
    local shown = braces and "{" .. name .. "}" or name
    lines[#lines + 1] = wrap.text(("%s  (%s%s)"):format(shown,
      type_text(made, one.type), one.optional and ", optional" or ""), WIDTH, 4)
    local text = braces and reference.about_param(made, one) or one.text
    if text ~= "" then
      lines[#lines + 1] = wrap.text(linked(made, text), WIDTH, 8)
    end
  end
  return lines[1] and table.concat(lines, "\n") .. "\n" or ""
end

-- A program, which begins where a line ends in ">" and goes on as far as lines
-- are indented.
local function program(code)
  local lines = {}
  for line in code:gmatch("(.-)\n") do
    assert(#line <= WIDTH - 4, "too wide for the help: " .. line)
    lines[#lines + 1] = line == "" and "" or "    " .. line
  end
  return ">\n" .. table.concat(lines, "\n") .. "\n<"
end

---------------------------------------------------------------------------
-- entries

local writers = {}

local function fields_of(made, class)
  local text = ""
  local parents = {}
  for i, parent in ipairs(class.parents) do
    parents[i] = type_text(made, types.parse(parent))
  end
  if parents[1] then
    text = wrap.text(("It has the fields of %s%s"):format(
      table.concat(parents, " and "), class.fields[1] and ", and:" or "."),
      WIDTH, 4) .. "\n\n"
  end
  local list = {}
  for _, field in ipairs(class.fields) do
    list[#list + 1] = field
  end
  for _, key in ipairs(class.keys) do
    if types.write(key.type) ~= "indoxhub.NoSuchOption" then
      list[#list + 1] = key
    end
  end
  return text .. definitions(made, list)
end

local function returns_of(made, entry)
  if not entry.returns[1] then
    return "nothing"
  end
  local can_fail = reference.can_fail(entry)
  local words = {}
  for i = 1, #entry.returns - (can_fail and 1 or 0) do
    local one = entry.returns[i]
    local _, optional = types.choices(one.type)
    words[i] = (one.name and one.name ~= "..." and "{" .. one.name .. "} "
      or "") .. "(" .. type_text(made, one.type)
      .. (optional and not can_fail and " or nil" or "") .. ")"
  end
  return table.concat(words, ", ") .. (can_fail and "; or nil and an "
    .. "|indoxhub.Error|" .. (entry.errors and entry.errors[1]
    and (entry.only_errors and " of kind " or ", which may also be of kind ")
    .. table.concat(entry.errors, " or ")
    or "") or "") .. (entry.returned ~= "" and ". " .. entry.returned or "")
end

local function example_of(entry)
  if entry.example then
    return "\n    Example: " .. program(entry.example.code) .. "\n"
  elseif entry.example_at then
    return ("\n    Example: see |%s|.\n"):format(help.tag(entry.example_at))
  end
  return ""
end

writers["function"] = function(made, entry)
  local arguments = {}
  for argument in entry.signature:match("%((.*)%)"):gmatch("[^,%s]+") do
    arguments[#arguments + 1] = argument == "..." and argument
      or "{" .. argument .. "}"
  end
  local text = with_tags(("%s(%s)"):format(entry.name,
    table.concat(arguments, ", ")), help.tag(entry)) .. "\n"
    .. wrap.text(linked(made, entry.text), WIDTH, 4) .. "\n"
  if entry.params[1] then
    text = text .. "\n    Arguments: ~\n" .. definitions(made, entry.params,
      true)
  end
  if entry.fields then
    text = text .. "\n" .. with_tags("    Fields: ~", entry.fields.name) .. "\n"
      .. fields_of(made, entry.fields)
  end
  return text .. "\n    Returns: ~\n" .. wrap.text(returns_of(made, entry),
    WIDTH, 4) .. "\n" .. example_of(entry)
end

function writers.class(made, entry)
  return with_tags(entry.name, help.tag(entry)) .. "\n"
    .. wrap.text(linked(made, entry.text), WIDTH, 4) .. "\n\n"
    .. fields_of(made, entry) .. example_of(entry)
end

function writers.alias(made, entry)
  local lines = { with_tags(entry.name, help.tag(entry)),
    wrap.text(linked(made, entry.text), WIDTH, 4), "" }
  if entry.type then
    lines[#lines + 1] = wrap.text("It is " .. type_text(made, entry.type)
      .. ".", WIDTH, 4)
  end
  for _, one in ipairs(entry.choices) do
    local shown = '    "' .. one.value .. '"'
    lines[#lines + 1] = entry.name == "indoxhub.ErrorKind"
      and with_tags(shown, "indoxhub-error-" .. one.value) or shown
    lines[#lines + 1] = wrap.text(one.about.text, WIDTH, 8)
    local hint = entry.name == "indoxhub.ErrorKind"
      and reference.hints_of(one.value) or ""
    lines[#lines + 1] = hint ~= "" and wrap.text("What to do: " .. hint .. ".",
      WIDTH, 8) or nil
  end
  return table.concat(lines, "\n") .. "\n"
end

function writers.value(made, entry)
  return with_tags(entry.name, help.tag(entry)) .. "\n"
    .. wrap.text(("A %s%s. %s"):format(type_text(made, entry.type),
    entry.optional and " or nil" or "", linked(made, entry.text)), WIDTH, 4)
    .. "\n" .. example_of(entry)
end

---------------------------------------------------------------------------
-- the whole

local INTRODUCTION = [[
A client for the IndoxHub API, one API for many AI providers, that streams
answers without blocking the editor. This is the reference; guides and examples
stand in the folder `doc` of the library.

A question mark is not used here: what may be left out, or be absent in a
reply, is called optional. Times are seconds, sizes are bytes and costs are US
dollars, unless something else is said.

What the program does wrong raises. What the world does wrong is returned, as
nil and an |indoxhub.Error|.

Examples are programs that run: in front of each stand these two lines, and
behind `-->` stands what it prints when it talks to `indoxhub sandbox`.]]

local function contents(made)
  local lines = {}
  for i, page in ipairs(made.pages) do
    local left, right = (" %2d. %s "):format(i, page.title), " |"
      .. page_tag(page) .. "|"
    lines[i] = left .. ("."):rep(WIDTH - #left - #right) .. right
  end
  return table.concat(lines, "\n")
end

local function any_call()
  return table.concat(reference.ANY_CALL, ", ")
end

local function page_text(made, page, number)
  local parts = { RULE, with_tags(("%d. %s"):format(number, page.title),
    page_tag(page)), "" }
  local function add(text)
    parts[#parts + 1] = text
  end
  if not page.sections[1] then
    add(commands.help(WIDTH))
  else
    add(wrap.text(linked(made, page.text), WIDTH, 0))
    add ""
  end
  for _, section in ipairs(page.sections) do
    add(THIN)
    add(section.title:find("^client%.") and with_tags(section.title .. " ~",
      "indoxhub-" .. section.title) or section.title .. " ~")
    add ""
    if section.text then
      add(wrap.text(linked(made, (section.text:gsub("{any_call}",
        any_call))), WIDTH, 0))
      add ""
    end
    for _, entry in ipairs(section.entries) do
      add(writers[entry.kind](made, entry))
    end
  end
  return table.concat(parts, "\n")
end

--- The text of the file.
---@param made table what reference.build made
---@return string
function help.text(made)
  local parts = { "*indoxhub.txt*  A Lua client for the IndoxHub API",
    "", "Made by `make reference`: change the annotations in lua/indoxhub.", "",
    RULE, with_tags("CONTENTS", "indoxhub", "indoxhub-contents"), "",
    contents(made), "", wrap.text(INTRODUCTION, WIDTH, 0), program(
    examples.PREAMBLE), "" }
  for i, page in ipairs(made.pages) do
    parts[#parts + 1] = page_text(made, page, i)
  end
  parts[#parts + 1] = " vim:tw=78:ts=8:noet:ft=help:norl:"
  return (table.concat(parts, "\n"):gsub(" +\n", "\n"):gsub("\n\n\n+", "\n\n"))
    .. "\n"
end

return help
