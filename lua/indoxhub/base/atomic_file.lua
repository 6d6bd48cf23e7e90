--- The file that a result is saved to: written beside its place under another
--- name, and moved there when it is complete. Where a symbolic link stands, its
--- place is where that leads, and the link stays.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"

local target = {}

---@class indoxhub.Target
---@field path string as it was given
---@field place string the same without symbolic links at its end
---@field part string the name it has meanwhile
---@field handle file*
---@field size integer bytes written
---@field ["private"] boolean?
---@field lasting? boolean it is to be on the disk before it takes its place
---@field draft indoxhub.core.Draft removes it when nobody knows of it any more

local count = 0

-- A longer name would leave no room for what is added to it.
local LONGEST_NAME = 200

-- A name that nobody else uses, also not another process.
local function part_name(path)
  local folder, name = path:match("^(.-)([^/]*)$")
  count = count + 1
  return ("%s%s.%s-%d.part"):format(folder, name:sub(1, LONGEST_NAME),
    (tostring({}) .. core.now()):gsub("%W", ""):sub(-16), count)
end

local function failed(path, why)
  -- The system's message begins with a name that nobody knows.
  return nil, errors.new("file", ("cannot write %s: %s"):format(path,
    (tostring(why):gsub("^.*: ", ""))), { code = "unwritable" })
end

-- A device or a pipe would be replaced, and not written to.
local function is_special(path)
  local _, why = core.read_file(path, 0)
  return why == "not a regular file"
end

local function is_folder(path)
  local handle = io.open(path .. "/.", "rb")
  if handle then
    handle:close()
  end
  return handle ~= nil
end

-- As many as systems follow; more are a loop.
local MOST_LINKS = 40

-- Where links lead, also to what is not there yet; nil and a message. What
-- stands before the last name of the path is for the system to follow.
local function place_of(path)
  for _ = 0, MOST_LINKS do
    local to = core.read_link(path)
    if not to then
      return path
    end
    path = to:sub(1, 1) == "/" and to or path:match("^(.-)[^/]*$") .. to
  end
  return nil, "Too many levels of symbolic links"
end

-- Opens the file that is written. Only its owner can read it while it is not
-- complete.
local function open_part(part)
  local draft, why = core.create_file(part)
  if not draft then
    return nil, why
  end
  local handle
  handle, why = io.open(part, "wb")
  if not handle then
    os.remove(part)
    draft:keep()
  end
  return handle, handle and draft or why
end

--- Opens a file to be written.
---@param path string
---@param private? boolean only its owner can read it, whoever could before;
--- else it has the permissions of what it replaces
---@param lasting? boolean it is on the disk before it takes its place. Default:
--- when it is private
---@return indoxhub.Target? opened, indoxhub.Error? err
function target.open(path, private, lasting)
  if lasting == nil then
    lasting = private
  end
  if path:find("/$") or is_folder(path) then
    return failed(path, "it is a folder")
  elseif is_special(path) then
    return failed(path, "it is not a regular file")
  end
  local place, why = place_of(path)
  if not place then
    return failed(path, why)
  end
  local part = part_name(place)
  local handle, draft = open_part(part)
  if not handle then
    return failed(path, draft)
  end
  return { path = path, place = place, part = part, handle = handle, size = 0,
    private = private, lasting = lasting, draft = draft }
end

--- Adds bytes.
---@param self indoxhub.Target
---@param bytes string
---@return true? ok, indoxhub.Error? err
function target.write(self, bytes)
  local ok, why = self.handle:write(bytes)
  if not ok then
    return failed(self.path, why)
  end
  self.size = self.size + #bytes
  return true
end

--- Adds the bytes that wait in a transfer.
---@param self indoxhub.Target
---@param transfer indoxhub.core.Transfer
---@return integer? bytes, indoxhub.Error? err
function target.write_from(self, transfer)
  local bytes, why = transfer:write_to(self.handle)
  if not bytes then
    return failed(self.path, why)
  end
  self.size = self.size + bytes
  return bytes
end

--- Forgets what was written.
---@param self indoxhub.Target
---@return true? ok, indoxhub.Error? err
function target.restart(self)
  self.handle:close()
  local why
  self.handle, why = io.open(self.part, "wb")
  self.size = 0
  if not self.handle then
    return failed(self.path, why)
  end
  return true
end

--- Moves the complete file to its place.
---@param self indoxhub.Target
---@return true? ok, indoxhub.Error? err
function target.commit(self)
  local ok, why = self.handle:close()
  self.handle = nil
  if ok and not self.private then
    core.match_mode(self.part, self.place) -- where there are such things
  end
  if ok and self.lasting then
    ok, why = core.sync_file(self.part)
  end
  if ok then
    ok, why = os.rename(self.part, self.place)
  end
  if ok then
    self.draft:keep()
  end
  if not ok then
    return failed(self.path, why)
  end
  return true
end

--- Removes what is not complete.
---@param self indoxhub.Target
function target.discard(self)
  if self.handle and io.type(self.handle) == "file" then
    self.handle:close() -- what is forgotten may have been closed before
  end
  self.handle = nil
  os.remove(self.part)
  self.draft:keep() -- another may have that name one day
end

--- Writes a whole file that only its owner can read. What was at its place
--- stays there when that fails.
---@param path string
---@param write fun(file: indoxhub.Target): true?, indoxhub.Error?
---@param lasting? boolean as in `open`
---@return true? ok, indoxhub.Error? err
function target.put(path, write, lasting)
  local file, err = target.open(path, true, lasting)
  if not file then
    return nil, err
  end
  local ok
  ok, err = write(file)
  if ok then
    ok, err = target.commit(file)
  end
  if not ok then
    target.discard(file)
  end
  return ok, err
end

--- Whether a file of this name could be written, without doing so.
---@param path string
---@return true? ok, indoxhub.Error? err
function target.try(path)
  local file, err = target.open(path, true)
  if not file then
    return nil, err
  end
  target.discard(file)
  return true
end

return target
