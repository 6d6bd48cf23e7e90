--- Files to be sent, as a program names them: from a path, from memory, or from
--- a function. Nothing is read here; call/upload.lua does that.

local spelling = require "indoxhub.base.spelling"
local utf8 = require "indoxhub.base.utf8"

local files = {}

--- A file to be sent, as `indoxhub.file`, `indoxhub.bytes` and
--- `indoxhub.reader` make it. What is in it is for the library.
---@class indoxhub.File
---@field package path? string
---@field package data? string
---@field package read? fun(): string?
---@field package rewind? fun(): any, string?
---@field package touched? boolean whether `read` was called
---@field package stale? boolean whether `rewind` comes before the next bytes
---@field package size? integer bytes
---@field package filename? string
---@field package content_type? string
local file_mt = { __name = "indoxhub.file" }

--- What all files have for a metatable.
files.METATABLE = file_mt

function file_mt.__tostring(self)
  return ("indoxhub.file (%s)"):format(self.path or self.filename
    or self.data and #self.data .. " bytes" or "a reader")
end

--- Whether a value was made by one of the three functions below.
---@param value any
---@return boolean
function files.is(value)
  return type(value) == "table" and getmetatable(value) == file_mt
end

local function check(fn, what, value, kind)
  if type(value) ~= kind then
    error(("indoxhub.%s: %s must be a %s, not %s"):format(fn, what, kind,
      value == nil and "nil" or "a " .. type(value)), 3)
  end
end

local OPTION_TYPES = { filename = "string", content_type = "string",
  size = "number", rewind = "function" }

local function check_options(fn, options, known)
  local function refuse(...)
    error(("indoxhub.%s: "):format(fn) .. (...):format(select(2, ...)), 4)
  end
  if type(options) ~= "table" then
    refuse("options must be a table, not a %s", type(options))
  end
  for name, value in pairs(options) do
    if not known[name] then
      refuse("%s", spelling.unknown(name, known))
    elseif type(value) ~= OPTION_TYPES[name] then
      refuse("option %s must be a %s, not a %s", name, OPTION_TYPES[name],
        type(value))
    end
  end
  local size, kind = options.size, options.content_type
  if size and not (size >= 0 and size < 2 ^ 53 and size % 1 == 0) then
    refuse("option size must be a whole number of bytes")
  end
  if kind and not kind:find("^[%w!#$&^_.+-]+/[ -~]+$") then
    refuse("option content_type must be like \"audio/wav\"")
  end
  local filename = options.filename or ""
  if filename:find("%z") then
    refuse("option filename must not contain a NUL byte")
  elseif utf8.wrong(filename) then
    refuse("option filename %s", utf8.wrong(filename))
  end
end

--- A file of the disk. It is opened when it is sent.
---@param path string Its name.
---@param options? indoxhub.FileOptions
---@return indoxhub.File
function files.file(path, options)
  check("file", "path", path, "string")
  if path == "" or path:find("%z") then
    error("path must be the name of a file", 2)
  end
  options = options or {}
  check_options("file", options, { filename = true,
    content_type = true })
  return setmetatable({ path = path, filename = options.filename,
    content_type = options.content_type }, file_mt)
end

--- Bytes as a file.
---@param data string The bytes.
---@param filename? string The name that the server is told.
---@param content_type? string Default: guessed from the name or the bytes.
---@return indoxhub.File
function files.bytes(data, filename, content_type)
  check("bytes", "data", data, "string")
  local options = { filename = filename, content_type = content_type }
  check_options("bytes", options, { filename = true,
    content_type = true })
  return setmetatable({ data = data, filename = filename,
    content_type = content_type }, file_mt)
end

--- A function as a file: each call returns the next bytes, and nil after the
--- last; nil and a message ends the upload with an error. It may yield. It
--- serves one call at a time, and without `rewind` only one; then nothing is
--- sent a second time.
---@param read fun(): string?, string? Returns the next bytes.
---@param options? indoxhub.ReaderOptions
---@return indoxhub.File
function files.reader(read, options)
  check("reader", "read", read, "function")
  options = options or {}
  check_options("reader", options, { size = true, filename = true,
    content_type = true, rewind = true })
  return setmetatable({ read = read, size = options.size,
    filename = options.filename, content_type = options.content_type,
    rewind = options.rewind }, file_mt)
end

--- What a file field was given, as a file: a string is a path.
---@param value string|indoxhub.File
---@return indoxhub.File
function files.of(value)
  return files.is(value) and value or setmetatable({ path = value }, file_mt)
end

return files
