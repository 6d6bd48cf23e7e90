--- The tools of an MCP server, as tools of a conversation.

local content = require "indoxhub.mcp.content"
local errors = require "indoxhub.base.errors"
local tools = require "indoxhub.tools"
local utf8 = require "indoxhub.base.utf8"

local listing = {}

-- Nobody has more; a server that tells of more wants no good.
local MOST_PAGES, MOST_TOOLS = 100, 1000

local LONGEST_DESCRIPTION = 16 * 1024

local function refuse(session, kind, code, message, hint)
  return nil, errors.new(kind, message, { code = code, hint = hint,
    operation = session.what, retryable = false })
end

-- Adds the tools of a page; nil and an error when there are too many.
local function add_page(session, list, page)
  for _, told in ipairs(type(page.tools) == "table" and page.tools or {}) do
    local name = type(told) == "table" and told.name
    if type(name) == "string" and name ~= "" and not list.by_name[name] then
      if #list == MOST_TOOLS then
        return refuse(session, "limit", "tools", ("the server has more than "
          .. "%d tools"):format(MOST_TOOLS))
      end
      list[#list + 1], list.by_name[name] = told, told
    end
  end
  return true
end

-- All tools that the server tells of, page by page.
local function fetch(session)
  local list, cursor, seen = { by_name = {} }, nil, {}
  for _ = 1, MOST_PAGES do
    local page, err = session:ask("tools/list", { cursor = cursor }, {})
    local ok = page
    if page then
      ok, err = add_page(session, list, page)
    end
    if not ok then
      return nil, err
    end
    cursor = page.nextCursor
    -- Some servers write an empty one where there is no other page.
    if type(cursor) ~= "string" or cursor == "" then
      return list
    elseif seen[cursor] then
      return refuse(session, "protocol", "cursor",
        "the server's list of tools goes round in a circle")
    end
    seen[cursor] = true
  end
  return refuse(session, "limit", "tools", ("the server's list of tools has "
    .. "more than %d pages"):format(MOST_PAGES))
end

-- Those that the program allows; nil and an error when it names others.
local function choose(session, list, allow)
  if not allow then
    return list
  end
  local chosen, missing, names = {}, {}, {}
  for _, name in ipairs(allow) do
    local told = list.by_name[name]
    chosen[#chosen + 1] = told
    missing[#missing + 1] = not told and name or nil
  end
  if not missing[1] then
    return chosen
  end
  for i, told in ipairs(list) do
    names[i] = told.name:gsub("%c", " ")
  end
  table.sort(names)
  return refuse(session, "not_found", "tool", ("the server has no tool %s")
    :format(table.concat(missing, ", ")),
    "option allow names tools of the server; it has " .. session.hide(
      names[1] and table.concat(names, ", ") or "none", 1000))
end

-- The name by which a model calls a tool: servers of models take fewer letters,
-- and fewer of them, than MCP does.
local function name_for(told, prefix, taken)
  local name = (prefix .. told.name):gsub("[^%w_-]", "_")
    :sub(1, tools.LONGEST_NAME)
  local unique, number = name, 1
  while taken[unique] do
    number = number + 1
    local ending = "_" .. number
    unique = name:sub(1, tools.LONGEST_NAME - #ending) .. ending
  end
  taken[unique] = true
  return unique
end

local function description_of(told)
  local text = told.description
  if type(text) ~= "string" then
    text = type(told.title) == "string" and told.title or nil
  end
  return text and utf8.text(text:sub(1, LONGEST_DESCRIPTION))
end

--- Runs a tool. The result as the server gave it; or nil and an error.
---@param session indoxhub.mcp.Session
---@param name string as the server calls it
---@param arguments table
---@param given {timeout?: number, on_progress?: function}
---@return table? result, indoxhub.Error? err
function listing.call(session, name, arguments, given)
  return session:ask("tools/call", { name = name, arguments = arguments },
    { tool = name, timeout = given.timeout,
      on_progress = given.on_progress or session.options.on_progress })
end

-- What a conversation runs: text for the model, or nil and a message.
local function runner(session, name)
  return function(arguments)
    local result, err = listing.call(session, name, arguments, {})
    if not result then
      return nil, err
    end
    local text = content.text(result)
    if result.isError == true then
      return nil, text ~= "" and text or "the tool failed without a word"
    end
    return text
  end
end

--- The tools of a server for a conversation; nil and an error.
---@param session indoxhub.mcp.Session
---@return indoxhub.Tool[]? list, indoxhub.Error? err
function listing.tools(session)
  local list, err = fetch(session)
  if list then
    list, err = choose(session, list, session.options.allow)
  end
  if not list then
    return nil, err
  end
  local made, taken = {}, {}
  for i, told in ipairs(list) do
    made[i] = tools.of_server {
      name = name_for(told, session.options.prefix or "", taken),
      description = description_of(told),
      parameters = utf8.copy(told.inputSchema),
      run = runner(session, told.name) }
  end
  return made
end

return listing
