-- Runs specs with busted under the interpreter that runs this file:
--     lua5.4 spec/support/specs.lua [busted's arguments] [files]
-- The tree's modules must be found already (see `make env`).
require("busted.runner") { standalone = false }
