--- What came of an embedding before it failed, or could not be written: kept in
--- a file, so that the same command asks, and pays, only for the rest.
--
-- The file is beside the one that was to be written; where there is no room for
-- it, in the user's data folder; and where there is none for all of it, it
-- holds as much as there is.
--
-- The file begins with all that was asked, and serves nothing else: another
-- text, model, field or server, or another form, finds its own file or none.
-- Its lines are JSON: what was asked; what the replies had in common; and for
-- each text its vector, as numbers or as base64 of float32, or false.

local core = require "indoxhub.core"
local data_folder = require "indoxhub.cli.shared.data_folder"
local errors = require "indoxhub.base.errors"
local exit = require "indoxhub.cli.shared.exit"
local json = require "indoxhub.base.json"
local lock = require "indoxhub.cli.shared.lock"
local output = require "indoxhub.cli.shared.output"
local target = require "indoxhub.base.atomic_file"
local utf8 = require "indoxhub.base.utf8"

local unfinished = {}

-- Numbers of the system's errors.
local NO_FILE, NO_FOLDER = 2, 20

-- Of one name.
local MOST_FILES = 100

-- What vectors of one reply must have in common.
local COMMON = { "model", "provider", "dimensions" }

---@class indoxhub.cli.Unfinished
---@field bases string[] what its files are named after, the first place first
---@field asked string the line that tells what was asked
---@field count integer texts
---@field path? string file that was gone on with
---@field common? table what the replies of that had in common
---@field kept integer vectors in that file

--- For a request.
---@param given table what argparse read
---@param texts string[]
---@return indoxhub.cli.Unfinished
function unfinished.new(given, texts)
  -- Lists only: the order of fields may differ from run to run. What is not
  -- UTF-8 is for the call to refuse, which knows its field.
  local asked = json.encode { given.output and "float32" or "json",
    utf8.text(given.base_url or os.getenv("INDOXHUB_BASE_URL") or ""),
    utf8.text(given.model or ""), json.array(utf8.copy(given.set or {})),
    texts }
  local base = given.output or "embed"
  local folder = data_folder.path("unfinished")
  return { bases = { base, folder and folder .. "/" .. base:match("[^/]+$") },
    asked = asked, count = #texts, kept = 0 }
end

-- The file of a request in one place, opened behind the line of what was asked;
-- or nil and the first name that is free, if there is one. A lower number may
-- have become free since.
local function find(self, base)
  local free
  for number = 1, MOST_FILES do
    local path = base .. (number > 1 and "-" .. number or "") .. ".part"
    local file, _, why = io.open(path, "rb")
    if not file then
      free = free or (why == NO_FILE or why == NO_FOLDER) and path or nil
    elseif file:read("*l") == self.asked then
      return file, path
    else
      file:close()
    end
  end
  return nil, free
end

---------------------------------------------------------------------------
-- reading

-- nil when the line is no vector, and false when there was none.
local function vector_of(line)
  local value = json.decode(line)
  if type(value) == "string" then
    local bytes = core.unbase64(value)
    return bytes and core.vector_from(bytes) or nil
  elseif type(value) == "table" or value == false then
    return value
  end
end

local function read_all(self, file)
  local common, data = json.decode(file:read("*l") or ""), {}
  for line in file:lines() do
    local vector = vector_of(line)
    if vector == nil then
      return nil
    end
    data[#data + 1] = vector
  end
  return type(common) == "table" and #data == self.count and common or nil, data
end

local function count_of(data)
  local count = 0
  for _, vector in ipairs(data) do
    count = count + (vector and 1 or 0)
  end
  return count
end

--- What `embeddings:batch` takes as `resume`: nil when nothing is kept, nil and
--- an error when it cannot be read.
---@param self indoxhub.cli.Unfinished
---@return indoxhub.Error? resume, indoxhub.Error? err
function unfinished.open(self)
  local file, path
  for _, base in ipairs(self.bases) do
    file, path = find(self, base)
    if file then
      break
    end
  end
  if not file then
    return nil
  end
  local common, data = read_all(self, file)
  file:close()
  if not common then
    return nil, errors.new("file", ("cannot go on with %s: it is damaged; "
      .. "remove it to begin anew"):format(path), { code = "damaged" })
  end
  self.path, self.common, self.kept = path, common, count_of(data)
  output.note(("Going on from %s, with %d of %d vectors."):format(path,
    self.kept, self.count))
  local resume = errors.new("truncated", "the rest is missing")
  resume.partial, resume.missing = { data = data, usage = common.usage }, {}
  return resume
end

--- Why vectors that came now do not belong to those that are kept: without -m
--- the server may have chosen another model.
---@param self indoxhub.cli.Unfinished
---@param reply table which gets what the kept ones had in common
---@return indoxhub.Error?
function unfinished.join(self, reply)
  for _, name in ipairs(self.common and COMMON or {}) do
    local before, now = self.common[name], reply[name]
    if before ~= nil and now ~= nil and before ~= now then
      return errors.new("file", ("the %s is %s now, and of what is kept in "
        .. "%s it is %s; name that model with -m, or remove the file to begin "
        .. "anew"):format(name, tostring(now), self.path, tostring(before)),
        { code = "mixed" })
    end
    reply[name] = now == nil and before or now
  end
end

---------------------------------------------------------------------------
-- writing

local function line_of(vector)
  return json.encode(type(vector) == "userdata"
    and core.base64(vector:bytes()) or vector) .. "\n"
end

-- Writes the first vectors of a reply, so many.
local function write(self, reply, most, file)
  local common = { usage = reply.usage }
  for _, name in ipairs(COMMON) do
    common[name] = reply[name]
  end
  local ok, err = target.write(file, self.asked .. "\n"
    .. json.encode(utf8.copy(common)) .. "\n")
  for i = 1, ok and self.count or 0 do
    local vector = most > 0 and reply.data[i]
    most = vector and most - 1 or most
    ok, err = target.write(file, line_of(vector))
    if not ok then
      break
    end
  end
  return ok, err
end

-- Nil and why not, or where they are.
local function put(self, reply, most, base)
  local found, path = find(self, base)
  if found then
    found:close()
  elseif not path then
    return nil, errors.new("file", ("there is no free name for %s.part")
      :format(base))
  end
  local ok, err = target.put(path, function(file)
    return write(self, reply, most, file)
  end)
  return ok and path, err
end

local function tell(self, count, path)
  output.note(count == self.count and ("All %d vectors came, and are kept in "
    .. "%s: the same command asks for nothing."):format(count, path)
    or ("%d of %d vectors came, and are kept in %s: the same command asks "
    .. "for the rest."):format(count, self.count, path))
end

-- Not while another program keeps something in the same folder: it may choose
-- the same name.
local function put_alone(self, reply, most, base)
  return lock.hold(io.open(base:match("^(.*/)") or ".", "rb"), put, self,
    reply, most, base)
end

--- Keeps what came, and tells where: all of it where there is room, or half of
--- it, or half of that, as long as that is more than was kept before.
---@param self indoxhub.cli.Unfinished
---@param reply table as far as it came
function unfinished.keep(self, reply)
  local most, path = count_of(reply.data), nil
  local told = {}
  while most > self.kept and not path do
    for i, base in ipairs(self.bases) do
      local err
      if i > 1 then
        data_folder.make_for(base)
      end
      path, err = put_alone(self, reply, most, base)
      if path then
        break
      elseif not told[i] then
        told[i] = true
        exit.with(err)
      end
    end
    most = path and most or math.floor(most / 2)
  end
  if path then
    tell(self, most, path)
    if self.path and self.path ~= path then
      os.remove(self.path)
    end
  end
end

--- Removes what is not needed any more.
---@param self indoxhub.cli.Unfinished
function unfinished.done(self)
  if self.path then
    os.remove(self.path)
  end
end

return unfinished
