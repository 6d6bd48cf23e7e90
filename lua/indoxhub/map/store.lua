--- The file of `indoxhub.map`: a line that says what it is, then a line of JSON
--- for each item that is done.
--
-- A line is written at once, when the item has its result, and by one write:
-- who kills the program after that takes nothing back. What is left of a line
-- that was not written whole stands at the end of the file, and goes. Any other
-- line that is none of ours means that the file is somebody else's, or damaged,
-- and it is left as it is.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local loop = require "indoxhub.loop"

local store = {}

local VERSION = 1
local BEGINNING = '{"format":"indoxhub-map","version":'
local HEAD = BEGINNING .. VERSION .. "}"

local DIGEST = "^" .. ("%x"):rep(64) .. "$"

---@alias indoxhub.MapLine {index: integer, line: string, result: any}

---@class indoxhub.MapStore
---@field path string
---@field journal indoxhub.core.Journal
---@field keys string[] the digest of each item
---@field unwritten indoxhub.MapLine[] what was refused so far
---@field written integer lines of this run
---@field closed boolean
---@field forget (fun())|false takes back what would close it in time

---------------------------------------------------------------------------
-- errors

-- `what` is not done with the file.
local function failed(what, path, code, why, hint)
  return nil, errors.new("file", ("%s %s: %s"):format(what, path, why),
    { code = code, operation = "map", hint = hint })
end

local function failed_to_read(path, why)
  return failed("cannot read", path, "unreadable", why)
end

local function failed_to_write(path, why)
  return failed("cannot keep results in", path, "unwritable", why)
end

local function refuse(path, code, why)
  return failed("cannot go on from", path, code, why,
    "give another name, or remove the file to begin anew")
end

--- The error of an item that was not begun, as another could not be kept.
---@param why indoxhub.Error
---@return indoxhub.Error
function store.not_begun(why)
  local err = errors.copy(why)
  err.index, err.hint, err.message = nil, nil, "not begun: " .. why.message
  return err
end

---------------------------------------------------------------------------
-- reading

-- Calls `take(line, number)` with each whole line, until that returns an error.
-- What stands behind the last one, and where; nil and an error.
local function each_line(path, journal, take)
  local at, begins, number, parts = 0, 0, 0, {}
  while true do
    local piece, why = journal:read(at)
    if not piece then
      return failed_to_read(path, why)
    elseif piece == "" then
      return table.concat(parts), begins, number
    end
    local from, to = 1, piece:find("\n", 1, true)
    while to do
      parts[#parts + 1] = piece:sub(from, to - 1)
      local line = table.concat(parts)
      number, parts = number + 1, {}
      from, begins = to + 1, at + to
      local _, err = take(line, number)
      if err then
        return nil, err
      end
      to = piece:find("\n", from, true)
    end
    parts[#parts + 1] = piece:sub(from)
    at = at + #piece
    loop.let_others()
  end
end

-- Whether the file begins as ours do; nil and an error.
local function check_beginning(path, journal)
  local piece, why = journal:read(0)
  if not piece then
    return failed_to_read(path, why)
  end
  local line, ended = piece:match("^([^\n]*)(\n?)")
  local version = line:match("^" .. BEGINNING:gsub("%-", "%%-") .. "(%d+)}$")
  if version and version ~= tostring(VERSION) then
    return refuse(path, "version", ("its version is %s, and this program knows "
      .. "%d"):format(version, VERSION))
  elseif line == HEAD or ended == "" and HEAD:sub(1, #line) == line then
    return true
  end
  return refuse(path, "foreign", "line 1 is not how a file of indoxhub.map "
    .. "begins")
end

-- What a line holds; nil and what is wrong with it.
local function read_record(line)
  local record, why = json.decode_with_nulls(line)
  if record == nil then
    return nil, "is no JSON: " .. why
  elseif type(record) ~= "table" or type(record.index) ~= "number"
    or type(record.item) ~= "string" or not record.item:find(DIGEST) then
    return nil, "is no result of indoxhub.map"
  end
  return record
end

-- A function that finds the item which a record is of: the one at its place, or
-- else the first of those that are equal and have no result yet.
local function finder(keys)
  local first, following, has = {}, {}, {}
  for i = #keys, 1, -1 do
    following[i], first[keys[i]] = first[keys[i]], i
  end
  return function(record)
    local i, key = record.index, record.item
    if keys[i] ~= key or has[i] then
      i = first[key]
      while i and has[i] do
        i = following[i]
      end
      first[key] = i and following[i]
    end
    if i then
      has[i] = true
    end
    return i
  end
end

-- Reads all records. Where the whole lines end, and what is still to be written
-- before the next; nil and an error.
local function load(path, journal, keys, found)
  local find = finder(keys)
  local function use(record)
    local i = find(record)
    if i then
      found(i, record.result)
    end
  end
  local rest, ends, count = each_line(path, journal, function(line, number)
    if number == 1 or not line:find("%S") then
      return true
    end
    local record, why = read_record(line)
    if not record then
      return refuse(path, "damaged", ("line %d %s"):format(number, why))
    end
    use(record)
  end)
  if not rest then
    return nil, ends
  elseif count == 0 then
    return rest == HEAD and #HEAD or 0, rest == HEAD and "\n" or HEAD .. "\n"
  end
  local record = read_record(rest) -- an editor may have taken the line's end
  if record then
    use(record)
    return ends + #rest, "\n"
  end
  return ends, ""
end

---------------------------------------------------------------------------
-- opening

local IN_USE = "wait for the other program or task that writes to it, or give "
  .. "another name"

local function open_journal(path)
  local journal, why, locked = core.journal(path)
  if not journal then
    return failed("cannot keep results in", path, locked or "unwritable", why,
      locked and IN_USE)
  end
  return journal
end

local function read(path, journal, keys, found)
  local ok, err = check_beginning(path, journal)
  local ends, missing
  if ok then
    ends, missing = load(path, journal, keys, found)
  end
  if not ends then
    return nil, err or missing
  end
  local why
  ok, why = journal:cut(ends)
  if ok and missing ~= "" then
    ok, why = journal:append(missing)
  end
  if not ok then
    return failed_to_write(path, why)
  end
  return true
end

-- Gives the file free when the host ends the program's request without a word.
-- In a function of its own, as nginx clears the locals of what it ends: none
-- may be shared with what is called then.
local function close_at_end(journal)
  return loop.at_end(function()
    journal:close()
  end)
end

local function new(path, journal, keys, found)
  local ok, err = read(path, journal, keys, found)
  return ok and { path = path, journal = journal, keys = keys, unwritten = {},
    written = 0, closed = false, forget = close_at_end(journal) or false }, err
end

--- Opens the file, which nobody else may write to then, and calls `found` with
--- each item that is done already, and its result.
---@param path string
---@param keys string[] the digest of each item
---@param found fun(index: integer, result: any)
---@return indoxhub.MapStore? opened, indoxhub.Error? err
function store.open(path, keys, found)
  local journal, err = open_journal(path)
  if not journal then
    return nil, err
  end
  local ok, self
  ok, self, err = pcall(new, path, journal, keys, found)
  if ok and self then
    return self
  end
  journal:close()
  if not ok then
    error(self, 0)
  end
  return nil, err
end

---------------------------------------------------------------------------
-- writing

local function refuse_result(self, i, why, hint)
  local _, err = failed(("cannot keep the result of item %d in"):format(i),
    self.path, "unwritable", why, hint)
  err.index = i
  return err
end

local HINT = "have the function return what JSON can carry, such as the data "
  .. "of a reply or the name of a saved file"

-- The line of a result, and the result as it is read from that; nil and what
-- is wrong.
local function line_of(self, i, value)
  local result = ""
  if value ~= nil then
    local ok, text = pcall(json.encode, value)
    if not ok then
      return nil, text
    end
    -- What was marked with a text of its own may have more than one line.
    result = ',"result":' .. text:gsub("[\r\n]", " ")
  end
  local line = ('{"index":%d,"item":"%s"%s}'):format(i, self.keys[i], result)
  local record, why = read_record(line)
  if not record then
    return nil, why
  end
  return line .. "\n", record.result
end

-- Writes what waits for that, the oldest first. What is written, and why not
-- all.
local function write(self)
  local written = {}
  while self.unwritten[1] do
    local ok, why = self.journal:append(self.unwritten[1].line)
    if not ok then
      return written, why
    end
    self.written = self.written + 1
    written[#written + 1] = table.remove(self.unwritten, 1)
  end
  return written
end

--- Writes down that an item is done. Returns its result as the next run reads
--- it; or the result itself, and an error, when it cannot be written.
---@param i integer
---@return any value, indoxhub.Error? err
function store.keep(self, i, value)
  if self.closed then
    return value
  end
  local line, kept = line_of(self, i, value)
  if not line then
    return value, refuse_result(self, i, kept, HINT)
  end
  table.insert(self.unwritten, { index = i, line = line, result = kept })
  local _, why = write(self)
  if why then
    return value, refuse_result(self, i, why)
  end
  return kept
end

local function finish(self)
  local written, ok, why = write(self), true, nil
  if self.written > 0 then
    ok, why = self.journal:sync()
  end
  if ok then
    return written
  end
  local _, err = failed_to_write(self.path, why)
  return written, err
end

--- Tries again what could not be written, waits for the disk, and closes the
--- file. What is written now, and an error when the disk fails.
---@param self indoxhub.MapStore
---@return indoxhub.MapLine[] written, indoxhub.Error? err
function store.close(self)
  local ok, written, err = pcall(finish, self)
  self.closed = true
  self.journal:close()
  if self.forget then
    self.forget()
  end
  if not ok then
    error(written, 0)
  end
  return written, err
end

return store
