--- Ids of streams, and names of workers: 128 random bits, written as 32 digits,
--- so that none is ever given twice and nobody can guess one.

local id = {}

local BYTES = 16

--- Makes one. Raises where the system gives no random bytes.
---@return string
function id.new()
  local file = assert(io.open("/dev/urandom", "rb"))
  file:setvbuf("no")
  local bytes = file:read(BYTES)
  file:close()
  assert(bytes and #bytes == BYTES, "/dev/urandom gives no random bytes")
  return (bytes:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

--- Whether a text is written as an id is.
---@param text any
---@return boolean
function id.is_one(text)
  return type(text) == "string" and #text == 2 * BYTES
    and not text:find("[^0-9a-f]")
end

return id
