-- `:checkhealth indoxhub_ask`. Neovim looks for checks in its plugins; the
-- library's own may have been installed elsewhere, by LuaRocks for instance.
local ok, health = pcall(require, "indoxhub.health")
if ok then
  return health
end

return {
  check = function()
    local report = vim.health or require "health"
    local start = report.start or report.report_start
    local fail = report.error or report.report_error
    start "indoxhub"
    fail("The library is not installed: " .. tostring(health):match("^[^\n]*"),
      { "In its folder: luarocks --lua-version 5.1 make "
        .. "rockspec/indoxhub-scm-1.rockspec" })
  end,
}
