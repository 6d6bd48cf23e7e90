--- The command line for the reference, from the parsers of the command: as
--- Markdown, and as a man page.

local argparse = require "argparse"
local cli = require "indoxhub.cli"
local wrap = require "doc.generate.wrap"
local version = require "indoxhub.version"

local commands = {}

-- What an element of a parser is called in a list: "-m --model <model>".
local function label_of(element)
  local text = table.concat(element._aliases, ", ")
  local argument = element._maxargs ~= 0 and element:_get_argument_list()[1]
  return text .. (argument and " " .. argument or "")
end

local function about(element)
  local text = element._description or ""
  if element._default then
    text = ("%s Default: %s."):format(text, tostring(element._default))
  end
  return text
end

local function is_help(option)
  return option._aliases[#option._aliases] == "--help"
end

-- A command, as people type it.
local function describe(parser, name)
  local command = { name = name, about = parser._description,
    epilog = parser._epilog, options = {}, arguments = {}, commands = {},
    usage = parser:get_usage():gsub("^Usage: ", ""):gsub("\n *", " ") }
  for _, argument in ipairs(parser._arguments) do
    table.insert(command.arguments, { label = "<" .. argument._name .. ">",
      about = about(argument) })
  end
  for _, option in ipairs(parser._options) do
    if not is_help(option) then
      table.insert(command.options, { label = label_of(option),
        about = about(option) })
    end
  end
  for _, sub in ipairs(parser._commands) do
    table.insert(command.commands, describe(sub, name .. " " .. sub._name))
  end
  return command
end

--- The command with all its commands.
---@return table
function commands.read()
  return describe(cli.parser(argparse), "indoxhub")
end

-- What is said of an option of nearly every command is said once.
local MOST = 0.6

local function common_of(all)
  local count, list = {}, {}
  for _, command in ipairs(all.commands) do
    for _, option in ipairs(command.options) do
      local key = option.label .. "\n" .. option.about
      count[key] = (count[key] or 0) + 1
    end
  end
  for _, option in ipairs(all.commands[1].options) do
    if count[option.label .. "\n" .. option.about] >= MOST * #all.commands then
      list[#list + 1] = option
      list[option.label] = option.about
    end
  end
  return list
end

local function own_options(command, common)
  local own = {}
  for _, option in ipairs(command.options) do
    if common[option.label] ~= option.about then
      own[#own + 1] = option
    end
  end
  return own
end

---------------------------------------------------------------------------
-- Markdown

local function escaped(text)
  return (text:gsub("|", "\\|"):gsub("<", "\\<"))
end

local function option_table(title, list)
  if not list[1] then
    return ""
  end
  local lines = { ("| %s | |\n|---|---|"):format(title) }
  for _, one in ipairs(list) do
    lines[#lines + 1] = ("| `%s` | %s |"):format(one.label,
      escaped(one.about))
  end
  return table.concat(lines, "\n") .. "\n\n"
end

local function command_text(command, common, level)
  local text = ("%s %s\n\n%s\n\n```text\n%s\n```\n\n"):format(level,
    command.name, command.about, wrap.text(command.usage, 80, 0))
    .. option_table("Argument", command.arguments)
    .. option_table("Option", own_options(command, common))
  if command.epilog then
    text = text .. "```text\n" .. command.epilog .. "\n```\n\n"
  end
  for _, sub in ipairs(command.commands) do
    text = text .. command_text(sub, common, level .. "#")
  end
  return text
end

--- The page.
---@param title string
---@return string
function commands.markdown(title)
  local all = commands.read()
  local common = common_of(all)
  local names = {}
  for i, command in ipairs(all.commands) do
    names[i] = ("- [%s](#%s): %s"):format(command.name,
      command.name:gsub(" ", "-"), command.about)
  end
  local text = ("# %s\n\n%s\n\n```text\n%s\n```\n\n%s\n\n## Common options"
    .. "\n\n"):format(title, all.about, all.epilog,
    table.concat(names, "\n"))
    .. option_table("Option", common) .. option_table("Alone", all.options)
  for _, command in ipairs(all.commands) do
    text = text .. command_text(command, common, "##")
  end
  return (text:gsub("\n+$", "\n"))
end

---------------------------------------------------------------------------
-- help of Neovim

-- A line of an example, with less room before what is said of it if need be.
local function fitting(line, width)
  return #line > width and line:gsub("(%S)   +", "%1  ") or line
end

-- Indented lines stay as they are; all others are one paragraph until an empty
-- line.
local function epilog_text(epilog, width)
  local parts, prose, block = {}, {}, {}
  local function flush()
    if prose[1] then
      parts[#parts + 1] = wrap.text(table.concat(prose, " "), width, 0)
    end
    if block[1] then
      parts[#parts + 1] = ">\n" .. table.concat(block, "\n") .. "\n<"
    end
    prose, block = {}, {}
  end
  for line in (epilog .. "\n"):gmatch("(.-)\n") do
    local is_block = line:find("^  ") ~= nil or line:find("^/") ~= nil
    if line == "" or is_block and prose[1] or not is_block and block[1] then
      flush()
    end
    if line ~= "" then
      table.insert(is_block and block or prose, is_block
        and fitting("  " .. line:gsub("^  ", ""), width) or line)
    end
  end
  flush()
  return (table.concat(parts, "\n\n"):gsub("\n\n>", " >"))
end

local function help_command(add, command, common, width)
  add(("-"):rep(width))
  add(command.name .. " ~")
  add ""
  add(wrap.text(command.about, width, 0))
  add ""
  add(wrap.text(command.usage, width, 4))
  add ""
  for _, list in ipairs { command.arguments,
    own_options(command, common) } do
    for _, one in ipairs(list) do
      add("    " .. one.label)
      add(wrap.text(one.about, width, 8))
    end
  end
  if command.epilog then
    add ""
    add(epilog_text(command.epilog, width))
  end
  add ""
  for _, sub in ipairs(command.commands) do
    help_command(add, sub, common, width)
  end
end

--- The section about the command.
---@param width integer
---@return string
function commands.help(width)
  local all = commands.read()
  local common = common_of(all)
  local lines = { all.about, "", epilog_text(all.epilog, width), "",
    "Common options: ~" }
  local function add(line)
    lines[#lines + 1] = line
  end
  for _, one in ipairs(common) do
    add("    " .. one.label)
    add(wrap.text(one.about, width, 8))
  end
  add ""
  for _, command in ipairs(all.commands) do
    help_command(add, command, common, width)
  end
  return table.concat(lines, "\n")
end

---------------------------------------------------------------------------
-- a man page

-- Text for groff: no line of it is a request, and hyphens are what was meant.
local function roff(text)
  text = text:gsub("\\", "\\e"):gsub("%-", "\\-")
  return (text:gsub("^([.'])", "\\&%1"):gsub("\n([.'])", "\n\\&%1"))
end

local function roff_list(add, list)
  for _, one in ipairs(list) do
    add ".TP"
    add('.B "' .. roff(one.label):gsub('"', '\\(dq') .. '"')
    add(roff(one.about))
  end
end

local function roff_command(add, command, common)
  add(('.SS "%s"'):format(roff(command.name)))
  add(roff(command.about))
  add ".PP"
  add(roff(command.usage))
  roff_list(add, command.arguments)
  roff_list(add, own_options(command, common))
  if command.epilog then
    add ".PP"
    add ".nf"
    add(roff(command.epilog))
    add ".fi"
  end
  for _, sub in ipairs(command.commands) do
    roff_command(add, sub, common)
  end
end

--- The man page.
---@return string
function commands.man()
  local all = commands.read()
  local common = common_of(all)
  local lines = {}
  local function add(line)
    lines[#lines + 1] = line
  end
  add '.\\" Made by `make reference` from lua/indoxhub/cli.'
  add(('.TH INDOXHUB 1 "" "indoxhub %s" "User Commands"'):format(
    roff(version)))
  add ".SH NAME"
  add("indoxhub \\- " .. roff((all.about:gsub("%.$", ""):gsub("^%u",
    string.lower))))
  add ".SH SYNOPSIS"
  add ".B indoxhub"
  add ".I command"
  add(roff "[argument ...] [--option ...]")
  add ".SH DESCRIPTION"
  add ".nf"
  add(roff(all.epilog))
  add ".fi"
  add '.SH "COMMON OPTIONS"'
  roff_list(add, common)
  roff_list(add, all.options)
  add ".SH COMMANDS"
  for _, command in ipairs(all.commands) do
    roff_command(add, command, common)
  end
  add ".SH SEE ALSO"
  add(roff "In Neovim `:help indoxhub` tells of the Lua module.")
  return table.concat(lines, "\n") .. "\n"
end

return commands
