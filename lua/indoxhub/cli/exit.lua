--- Exit codes by kind of error, and how an error is shown.

local exit = {}

local codes = {
  authentication = 3, permission = 3, insufficient_credits = 4,
  rate_limit = 5, network = 6, timeout = 6, server = 7, unavailable = 7,
  server_timeout = 7, truncated = 8, protocol = 8, cancelled = 130,
}

--- Shows an error on stderr and returns the exit code for it.
---@param err indoxhub.Error
---@return integer
function exit.with(err)
  if err.kind == "cancelled" then
    io.stderr:write("indoxhub: cancelled\n")
  else
    io.stderr:write("indoxhub: ", tostring(err), "\n")
  end
  return codes[err.kind] or 1
end

return exit
