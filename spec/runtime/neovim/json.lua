-- A Neovim that finds no JSON library: neither lua-cjson nor its own.
local json = {}

--- Takes them away.
function json.prepare()
  package.loaded.cjson = nil
  package.preload.cjson = function()
    error "there is no lua-cjson here"
  end
  vim.json = nil
end

--- Runs specs with busted there, and leaves the editor if none failed.
---@param ... string more arguments of busted
function json.run(...)
  json.prepare()
  vim.env.INDOXHUB_TOTALS = nil -- whoever runs this counts by himself
  local program = "spec/support/specs.lua"
  _G.arg = { [0] = program, "-o", "spec/support/totals.lua", ... }
  dofile(program)
  vim.cmd "qa!"
end

return json
