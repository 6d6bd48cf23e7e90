--- `:checkhealth indoxhub`: what Neovim has of what the library needs, and the
--- way out where something is missing. Nothing is sent.
--
-- Neovim finds this file when the folder above `lua` is in 'runtimepath'; a
-- plugin that brings the library from elsewhere can require it in a health.lua
-- of its own.

local vim = rawget(_G, "vim")

local health = {}

local OLDEST_NEOVIM = "0.7.2"

local INSTALL = {
  "In the library's folder: make neovim, which tells what it needs; in a "
    .. 'plugin manager: build = "make neovim", and :Lazy build or the like',
  "Or, for all programs: luarocks --lua-version 5.1 make "
    .. "rockspec/indoxhub-scm-1.rockspec",
  "Or, to run from there: make build LUA=luajit, and start Neovim after "
    .. 'eval "$(make -s env LUA=luajit)"',
}

-- The report of this Neovim, whose functions had longer names before 0.10.
local function reporter()
  local report = vim.health or require "health"
  return {
    start = report.start or report.report_start,
    ok = report.ok or report.report_ok,
    info = report.info or report.report_info,
    warn = report.warn or report.report_warn,
    error = report.error or report.report_error,
  }
end

-- Its first line: what `require` says goes on with every folder it looked in.
local function one_line(message)
  return tostring(message):match("^[^\n]*")
end

local function check_neovim(report)
  local version = vim.version()
  local shown = ("Neovim %d.%d.%d"):format(version.major, version.minor,
    version.patch)
  if vim.fn.has("nvim-" .. OLDEST_NEOVIM) == 1 then
    report.ok(shown)
  else
    report.error(("%s is older than %s"):format(shown, OLDEST_NEOVIM),
      { "Install a newer Neovim" })
  end
end

-- The core is compiled, so it is what an installation lacks first.
local function check_core(report)
  local ok, core = pcall(require, "indoxhub.base.core_check")
  if ok then
    report.ok("The C core is loaded; it uses " .. core.curl_version())
    return true
  end
  local advice = { unpack(INSTALL) } -- luacheck: ignore 113
  advice[#advice + 1] = "Neovim looks for it in: " .. package.cpath
  report.error(one_line(core):gsub("^indoxhub: the", "The"), advice)
  return false
end

local function check_engine(report)
  local loop = require "indoxhub.loop"
  local engine, message = loop.engine()
  if not engine then
    report.error("The engine cannot start: " .. message)
    return
  end
  report.ok("The engine works")
  if loop.adapter() == require "indoxhub.loop.uv" then
    report.ok("Calls go on in Neovim's own loop (loop/uv)")
  else
    report.warn("Calls do not go on in Neovim's loop: another was chosen",
      { "Take the call of indoxhub.use_loop out of your configuration" })
  end
end

local function check_settings(report)
  local variable = require("indoxhub.client.settings").key_variable()
  if variable then
    report.ok(("An API key is set in %s (it is not shown)"):format(variable))
  else
    report.warn("No API key is set in the environment", {
      "Set INDOXHUB_API_KEY before Neovim starts",
      "Or give it in the program: indoxhub.new { api_key = ... }",
    })
  end
  local ok, client = pcall(require("indoxhub").new)
  if ok then
    report.info("base_url: " .. tostring(client):match("%((.*)%)"))
  else
    report.error("No client can be made: " .. one_line(client),
      { "Correct or unset INDOXHUB_BASE_URL" })
  end
end

--- Writes the report.
function health.check()
  local report = reporter()
  report.start("indoxhub")
  check_neovim(report)
  if check_core(report) then
    check_engine(report)
    check_settings(report)
  end
end

return health
