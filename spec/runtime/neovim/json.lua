-- A Neovim that finds no lua-cjson. Its vim.json is the one of 0.7.2, or only
-- what newer ones show of it.
local json = {}

-- Newer ones have no settings.
local function reduced(library)
  return { encode = library.encode, decode = library.decode,
    new = function()
      return reduced(library.new())
    end }
end

--- Takes away lua-cjson and, for "reduced", settings.
---@param shape "full"|"reduced"
function json.prepare(shape)
  package.loaded.cjson = nil
  package.preload.cjson = function()
    error "there is no lua-cjson here"
  end
  if shape == "reduced" then
    vim.json = reduced(vim.json)
  end
end

--- Runs specs with busted there, and leaves the editor if none failed.
---@param shape "full"|"reduced"
---@param ... string more arguments of busted
function json.run(shape, ...)
  json.prepare(shape)
  vim.env.INDOXHUB_TOTALS = nil -- whoever runs this counts by himself
  local program = "spec/support/specs.lua"
  _G.arg = { [0] = program, "-o", "spec/support/totals.lua", ... }
  dofile(program)
  vim.cmd "qa!"
end

return json
