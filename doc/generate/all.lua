--- Makes what is generated: the annotations of endpoints, and the reference in
--- its three forms. `make reference` writes it; spec/reference fails when one
--- of the files is not what would be made now.
--
--   endpoints     the endpoint table as annotations
--   annotations   reads the annotations of the library, with types
--   pages         which name stands on which page, in which order
--   examples      the programs in the folder of that name
--   reference     brings these together
--   markdown      writes doc/reference/*.md
--   help          writes doc/indoxhub.txt for Neovim
--   commands      writes the pages of the command, doc/indoxhub.1 among them

local commands = require "doc.generate.commands"
local endpoints = require "doc.generate.endpoints"
local help = require "doc.generate.help"
local markdown = require "doc.generate.markdown"
local reference = require "doc.generate.reference"

local generate = {}

--- The annotations that the others begin with.
generate.ENDPOINTS = "lua/indoxhub/meta/endpoints.lua"

--- All other files by name, as they are to be.
---@return table<string, string>
function generate.files()
  local made = reference.build()
  local files = { ["doc/indoxhub.1"] = commands.man(),
    ["doc/indoxhub.txt"] = help.text(made) }
  for name, text in pairs(markdown.pages(made)) do
    files["doc/reference/" .. name] = text
  end
  return files
end

local function write(name, text)
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
end

--- Writes them.
function generate.write()
  write(generate.ENDPOINTS, endpoints.text())
  for name, text in pairs(generate.files()) do
    write(name, text)
  end
end

return generate
