-- What programs write who read a stream without a library.

--- Splits a stream into events and decodes them.
---@param decode fun(text: string): table
---@param got fun(event: table) is given each event
---@return fun(bytes: string) take takes what arrives
return function(decode, got)
  local rest = ""
  return function(bytes)
    rest = rest .. bytes
    local from = 1
    while true do
      local stop = rest:find("\n\n", from, true)
      if not stop then
        break
      end
      local data = rest:sub(from, stop - 1):match("^data: ?(.*)")
      from = stop + 2
      if data and data ~= "[DONE]" then
        got(decode(data))
      end
    end
    rest = rest:sub(from)
  end
end
