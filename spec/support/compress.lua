-- What servers compress, by the zlib of Node.js.
local files = require "spec.support.files"

local compress = {}

local function to_hex(bytes)
  return (bytes:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

local function from_hex(text)
  return (text:gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

--- What a server sends that flushes after each piece.
---@param format string "gzip", "deflate", "bare" deflate, or "br"
---@param pieces string[]
---@return string[]
function compress.pieces(format, pieces)
  local lines = {}
  for i, piece in ipairs(pieces) do
    lines[i] = to_hex(piece) .. "\n"
  end
  local name = files.write(os.tmpname(), table.concat(lines))
  local printed = files.output("node spec/support/compress.js " .. format
    .. " " .. name)
  os.remove(name)
  local flushed = {}
  for line in printed:gmatch("([^\n]*)\n") do
    flushed[#flushed + 1] = from_hex(line)
  end
  assert(#flushed == #pieces, "node did not compress")
  return flushed
end

--- One text as a whole.
---@param format string
---@param text string
---@return string
function compress.text(format, text)
  return compress.pieces(format, { text })[1]
end

return compress
