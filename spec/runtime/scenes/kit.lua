-- What scenes are made of: checks, and clients of the servers that a `setup`
-- names.
local indoxhub = require "indoxhub"

local kit = {}

kit.MESSAGES = { { role = "user", content = "What is 6 * 7?" } }
kit.ANSWER = "6 * 7 is 42."

--- A list of scenes, and the function that adds one to it.
function kit.list()
  local list = {}
  return list, function(name, fn)
    list[#list + 1] = { name = name, fn = fn }
  end
end

--- Raises what differs, and how.
function kit.same(expected, got, what)
  if expected ~= got then
    error(("%s: expected %s, got %s"):format(what, tostring(expected),
      tostring(got)), 2)
  end
end

--- The value, or raises the error that came in its place.
function kit.need(value, err)
  if value == nil then
    error(tostring(err), 2)
  end
  return value
end

--- Raises a text without a part.
function kit.contains(text, part)
  if not text:find(part, 1, true) then
    error(("%q is not in %q"):format(part, text), 2)
  end
end

--- Waits in the way of the library until a condition holds. Only a broken
--- runtime comes to the end of it.
function kit.wait_until(condition, what)
  for _ = 1, 5000 do
    if condition() then
      return
    end
    kit.need(indoxhub.sleep(0.002))
  end
  error("waited too long for " .. what, 2)
end

--- A client of the sandbox, for requests with these sandbox headers.
function kit.sandbox(setup, headers)
  return indoxhub.new { api_key = "indox-scenes", base_url = setup.sandbox,
    headers = headers, max_retries = 0 }
end

--- A client of a script of the raw server.
function kit.raw(setup, name)
  return indoxhub.new { api_key = "indox-scenes", max_retries = 0,
    base_url = setup.raw .. "/" .. name }
end

--- Reads to the end: the pieces, or nil, the error, and what came before it.
--- By `next`, as not every Lua lets a task wait in a `for`.
function kit.read(stream)
  local pieces = {}
  while true do
    local piece, err = stream:next()
    if piece then
      pieces[#pieces + 1] = piece
    elseif err then
      return nil, err, pieces
    else
      return pieces
    end
  end
end

return kit
