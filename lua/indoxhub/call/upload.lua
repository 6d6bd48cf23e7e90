--- The bytes of files that are sent, and what a form says about them.
--
-- In a form a file is a part of its own; in JSON it becomes a data URI.

local content_types = require "indoxhub.base.content_types"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"

local upload = {}

-- How much of a file its type is guessed from.
local HEAD = 16

local UNKNOWN_TYPE = "application/octet-stream"

-- A file in JSON is held in memory, several times over.
local MOST_EMBEDDED = 128 * 1024 * 1024

-- Seconds until a function that has nothing yet is asked again.
local NOTHING_YET = 0.01

---------------------------------------------------------------------------
-- bytes of the disk

-- The bytes of a file of the disk, `most` of them when that is given.
local function read_file(path, most)
  local bytes, why
  if path:find("%z") then
    path, why = path:gsub("%z", "\\0"), "a NUL byte in the name"
  else
    bytes, why = core.read_file(path, most)
  end
  if not bytes then
    return nil, errors.new("file", ("cannot read %s: %s"):format(path, why),
      { code = "unreadable" })
  end
  return bytes
end

---------------------------------------------------------------------------
-- bytes of a function

local function reader_failed(why)
  return nil, errors.new("file", tostring(why), { code = "reader" })
end

--- Whether the bytes of a file can be had from the first one on.
---@param file indoxhub.File
---@return boolean
function upload.can_restart(file)
  return not file.touched or file.rewind ~= nil
end

--- Makes the next bytes of a function the first ones.
---@param file indoxhub.File
function upload.restart(file)
  file.stale = file.touched
end

-- The same for a call that begins.
local function begin(file)
  if not upload.can_restart(file) then
    return reader_failed("the reader was read before, and has no rewind")
  end
  upload.restart(file)
  return true
end

--- The next bytes of a function; nil at its end, or nil and an error. May
--- yield.
---@param file indoxhub.File
---@return string? bytes, indoxhub.Error? err
function upload.next_bytes(file)
  if file.stale then
    local ok, why = file.rewind()
    if not ok and why ~= nil then
      return reader_failed(why)
    end
    file.stale = false
  end
  file.touched = true
  local bytes, why = file.read()
  if bytes == "" and not loop.sleep(NOTHING_YET) then
    return nil, errors.cancelled()
  end
  if bytes == nil and why ~= nil then
    return reader_failed(why)
  elseif bytes ~= nil and type(bytes) ~= "string" then
    return reader_failed("the reader returned a " .. type(bytes)
      .. " where a string was expected")
  end
  return bytes
end

--- What is wrong with a function that gave other than it had announced.
---@param file indoxhub.File
---@param size integer
---@return indoxhub.Error
function upload.wrong_size(file, size)
  return errors.new("file", ("the reader gave %.0f bytes and not the "
    .. "announced %.0f"):format(size, file.size), { code = "size" })
end

-- All bytes of a function.
local function drain(file)
  local pieces, size = {}, 0
  local ok, err = begin(file)
  while ok do
    local piece
    piece, err = upload.next_bytes(file)
    if not piece then
      break
    end
    pieces[#pieces + 1], size = piece, size + #piece
    if size > MOST_EMBEDDED then
      break
    end
  end
  if err then
    return nil, err
  elseif file.size and file.size ~= size then
    return nil, upload.wrong_size(file, size)
  end
  return table.concat(pieces)
end

---------------------------------------------------------------------------
-- what is sent

-- Names that are places for whoever takes them for a path.
local NO_NAMES = { [""] = true, ["."] = true, [".."] = true }

-- What comes after the last separator, of this system or another. Parsers
-- refuse control characters; they are written as browsers write line breaks.
local function name_of(file)
  local name = (file.filename or file.path or ""):match("[^/\\]*$")
  if NO_NAMES[name] then
    return nil
  end
  return (name:gsub("[%z\1-\31\127]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

-- The type that was given, or that the name tells.
local function told_type(file)
  return file.content_type or content_types.of_name(name_of(file) or "")
end

-- The name to send: where the program chose none, one with an ending, which
-- some servers go by.
local function told_name(file, kind)
  local name = name_of(file)
  if name and (file.filename or name:find("%.%w+$")) then
    return name
  end
  return (name or "file") .. content_types.ending(kind)
end

--- The part of a form that carries a file.
---@param file indoxhub.File
---@param field string
---@return table? part, indoxhub.Error? err
function upload.part(file, field)
  local kind, head, err = told_type(file), file.data or "", nil
  if file.path and (not kind or file.path:find("%z")) then
    head, err = read_file(file.path, HEAD)
  elseif file.read then
    err = select(2, begin(file))
  end
  if err then
    return nil, err
  end
  kind = kind or content_types.of_bytes(head) or UNKNOWN_TYPE
  return { name = field, filename = told_name(file, kind), type = kind,
    data = file.data, path = file.path, pull = file.read and true or nil,
    size = file.size }
end

--- A file as a data URI, for JSON.
---@param file indoxhub.File
---@return string? uri, indoxhub.Error? err
function upload.data_uri(file)
  local data, err = file.data, nil
  if file.path then
    data, err = read_file(file.path, MOST_EMBEDDED + 1)
  elseif file.read then
    data, err = drain(file)
  end
  if data and #data > MOST_EMBEDDED then
    return nil, errors.new("file", "a file that is sent within JSON may have "
      .. "128 MiB at most", { code = "size",
      hint = "put a larger one on a server and give its URL" })
  elseif not data then
    return nil, err
  end
  return ("data:%s;base64,%s"):format(told_type(file)
    or content_types.of_bytes(data) or UNKNOWN_TYPE, core.base64(data))
end

return upload
