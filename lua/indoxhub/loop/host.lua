--- Which event loop this program runs in, by what its host has put in place.

local editor = require "indoxhub.loop.editor"

-- A worker thread of Neovim: it has a loop, which nothing turns.
local function is_worker()
  local vim = rawget(_G, "vim")
  return not editor() and type(vim) == "table" and (vim.uv or vim.loop)
end

-- Global or module -> adapter, the surest sign first: Neovim and nginx load
-- their loop before any Lua, a program its library before it uses it.
local SIGNS = {
  { "nginx", function()
    local ngx = rawget(_G, "ngx")
    return type(ngx) == "table" and ngx.get_phase and ngx.timer
  end },
  { "uv", function()
    return editor() or not is_worker() and package.loaded.luv
  end },
  { "cqueues", function()
    return package.loaded.cqueues
  end },
}

--- The name of the adapter, "builtin" where no host is recognised.
---@return "nginx"|"uv"|"cqueues"|"builtin"
return function()
  for _, sign in ipairs(SIGNS) do
    if sign[2]() then
      return sign[1]
    end
  end
  return "builtin"
end
