--- Reads multipart/form-data while it arrives, strictly. A file is measured and
--- hashed, and only its beginning kept, so its size does not matter.

local utf8 = require "indoxhub.base.utf8"

local uploads = {}

-- Enough of a file to tell what it is.
local HEAD_BYTES = 65536
local LONGEST_PART_HEADERS = 8192
local LONGEST_FIELD = 1048576

---@class indoxhub.sandbox.Upload
---@field file_name string
---@field content_type string
---@field size integer
---@field sha256 string
---@field head string its first bytes

local parser_methods = {}
local parser_mt = { __index = parser_methods }

local function new_parser(boundary, digest)
  return setmetatable({ _digest = digest, _buffer = "", _step = "begin",
    _delimiter = "--" .. boundary, fields = {} }, parser_mt)
end

-- `name="value"` of a header, as browsers and curl write it.
local function quoted(header, name)
  local start = "; *" .. name .. '="'
  local value = header:find(start .. '"') and ""
    or header:match(start .. '(.-[^\\])"')
  return value and (value:gsub('\\(["\\])', "%1"):gsub("%%22", '"')
    :gsub("%%0[Dd]", "\r"):gsub("%%0[Aa]", "\n"))
end

-- Begins a part from the text of its headers; returns what is wrong.
local function begin_part(self, text)
  local part = { headers = {} }
  for line in (text .. "\r\n"):gmatch("(.-)\r\n") do
    local name, value = line:match("^([%w%-]+):[ \t]*(.-)[ \t]*$")
    if not name then
      return "a part has a line among its headers that is none"
    end
    part.headers[name:lower()] = value
  end
  local disposition = part.headers["content-disposition"] or ""
  part.name = disposition:find("^form%-data;") and quoted(disposition, "name")
  if not part.name then
    return "a part has no name"
  end
  -- "granularities[]" may come as often as there are values.
  part.list = part.name:match("^(.+)%[%]$")
  part.name = part.list or part.name
  if self.fields[part.name] and not part.list then
    return ("%q comes twice"):format(part.name)
  end
  part.file_name = quoted(disposition, "filename")
  part.size, part.kept, part.kept_size = 0, {}, 0
  part.sha = part.file_name and self._digest.new("sha256")
  self._part = part
end

-- Takes bytes of the part that is being read; returns what is wrong.
local function add_bytes(self, bytes)
  local part = self._part
  part.size = part.size + #bytes
  if part.sha then
    part.sha:update(bytes)
  elseif part.size > LONGEST_FIELD then
    return ("field %q is too long"):format(part.name)
  end
  if not part.sha or part.kept_size < HEAD_BYTES then
    table.insert(part.kept, bytes)
    part.kept_size = part.kept_size + #bytes
  end
end

local function hex(bytes)
  return (bytes:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

local function end_part(self)
  local part = self._part
  local kept = table.concat(part.kept)
  if part.list and not part.sha then
    local list = self.fields[part.name]
    list = type(list) == "table" and list or {}
    list[#list + 1] = utf8.text(kept)
    self.fields[part.name] = list
    return
  end
  self.fields[part.name] = part.sha and {
    file_name = utf8.text(part.file_name), size = part.size,
    content_type = utf8.text(part.headers["content-type"]
      or "application/octet-stream"),
    sha256 = hex(part.sha:final()), head = kept:sub(1, HEAD_BYTES),
  } or utf8.text(kept)
end

-- Step -> a function that works on the buffer. It returns true when it got on,
-- false when it needs more, nil and a message when the body is broken.
local steps = {}

function steps.begin(self)
  if #self._buffer < #self._delimiter then
    return false
  elseif self._buffer:sub(1, #self._delimiter) ~= self._delimiter then
    return nil, "it does not begin with its boundary"
  end
  self._buffer = self._buffer:sub(#self._delimiter + 1)
  self._step = "after_delimiter"
  return true
end

function steps.after_delimiter(self)
  local two = self._buffer:sub(1, 2)
  if #two < 2 then
    return false
  elseif two ~= "\r\n" and two ~= "--" then
    return nil, "a boundary is not followed by a line end"
  end
  self._buffer = self._buffer:sub(3)
  self._step = two == "--" and "ended" or "headers"
  return true
end

function steps.headers(self)
  local at = self._buffer:find("\r\n\r\n", 1, true)
  if not at and #self._buffer > LONGEST_PART_HEADERS then
    return nil, "the headers of a part do not end"
  elseif not at then
    return false
  end
  local wrong = begin_part(self, self._buffer:sub(1, at - 1))
  self._buffer, self._step = self._buffer:sub(at + 4), "body"
  return not wrong or nil, wrong
end

function steps.body(self)
  local mark = "\r\n" .. self._delimiter
  local at = self._buffer:find(mark, 1, true)
  -- The end of the buffer may be the beginning of the mark.
  local safe = at and at - 1 or math.max(0, #self._buffer - #mark + 1)
  local wrong = safe > 0 and add_bytes(self, self._buffer:sub(1, safe))
  self._buffer = self._buffer:sub((at and safe + #mark or safe) + 1)
  if wrong then
    return nil, wrong
  elseif at then
    end_part(self)
    self._step = "after_delimiter"
  end
  return at ~= nil
end

function steps.ended(self)
  if self._buffer ~= ("\r\n"):sub(1, #self._buffer) then
    return nil, "something follows its end"
  end
  return false
end

-- Returns what is wrong.
function parser_methods:feed(bytes)
  self._buffer = self._buffer .. bytes
  local on, wrong = true, nil
  while on do
    on, wrong = steps[self._step](self)
  end
  return on == nil and wrong or nil
end

--- Reads the form of a request: texts, and an Upload for each file.
---@param digest table openssl.digest
---@return table<string, any>? fields, string? message
function uploads.read(request, digest)
  local kind = request:header("content-type") or ""
  local boundary = kind:match('^multipart/form%-data;%s*boundary="([^"]+)"$')
    or kind:match("^multipart/form%-data;%s*boundary=([^%s;\"]+)$")
  if not boundary then
    return nil, "its type is no multipart/form-data with a boundary"
  end
  local parser, wrong = new_parser(boundary, digest), nil
  local piece = request:next_piece()
  while piece do
    wrong = wrong or parser:feed(piece)
    piece = request:next_piece()
  end
  if not wrong and parser._step ~= "ended" then
    wrong = "it ends before its last boundary"
  end
  if wrong then
    return nil, wrong
  end
  return parser.fields
end

return uploads
