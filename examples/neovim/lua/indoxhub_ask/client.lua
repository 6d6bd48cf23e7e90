-- What all answers share: the settings, the library, and one client.

local shared = {}

shared.settings = { model = "openai/gpt-4o-mini", key = "<C-x>", client = {} }

-- Buffers with answers, and with chats. When these files are loaded again, as
-- plugin managers do, answers go on and can still be stopped.
local NAME = "indoxhub_ask_state"
shared.state = rawget(_G, NAME) or { places = {}, talks = {} }
rawset(_G, NAME, shared.state)

local client

--- Changes settings; the next question uses them.
---@param options? table
function shared.setup(options)
  shared.settings = vim.tbl_extend("force", shared.settings, options or {})
  client = nil
end

--- Shows a message without what only programmers want to know.
---@param message any
---@param level? integer default: an error
function shared.tell(message, level)
  message = tostring(message):gsub("^[^\n]-%.lua:%d+: ", "")
    :gsub("^indoxhub: ", "")
  vim.notify("indoxhub: " .. message, level or vim.log.levels.ERROR,
    { title = "indoxhub" })
end

--- The library and the client; nil, and a message, when one cannot be had. The
--- library is loaded by the first question, not while the editor starts.
---@return table? indoxhub, indoxhub.Client? client
function shared.load()
  local ok, indoxhub = pcall(require, "indoxhub")
  if not ok then
    return shared.tell("the library cannot be loaded; "
      .. ":checkhealth indoxhub_ask tells what is missing")
  end
  local made, result = true, client
  if not client then
    made, result = pcall(indoxhub.new, shared.settings.client)
  end
  if not made then
    return shared.tell(result)
  end
  client = result
  return indoxhub, client
end

return shared
