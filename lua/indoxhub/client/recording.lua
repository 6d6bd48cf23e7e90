--- Where a client records, by its options, those of the client it derives from
--- and the environment.

local later = require "indoxhub.base.later"

-- Loaded when a client that records is made.
local recording = later.get "indoxhub.recording"

local place = {}

place.MODES = { "auto", "new", "replay" }

local function from_environment(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

local function is_mode(value)
  return value == "auto" or value == "new" or value == "replay"
end

-- What a new client gets from the environment.
local function environment()
  return { folder = from_environment "INDOXHUB_RECORD",
    mode = from_environment "INDOXHUB_RECORD_MODE" }
end

-- What stands where the options say nothing.
local function basis(parent)
  if parent.options then
    return parent.recording or {}
  end
  return environment()
end

--- The place; nil when nothing is recorded, nil and what is wrong.
---@param options indoxhub.Options checked
---@param parent indoxhub.Settings|{} of the client it derives from
---@return indoxhub.RecordingPlace? place, string? wrong
function place.place(options, parent)
  local before = basis(parent)
  local folder, mode = options.record, options.record_mode or before.mode
  if folder == nil then
    folder = before.folder
  end
  if mode and not is_mode(mode) then
    return nil, "the variable INDOXHUB_RECORD_MODE must be auto, new or replay"
  elseif folder == nil and options.record_mode == nil and mode == "replay" then
    return nil, "the variable INDOXHUB_RECORD_MODE is replay, which needs a "
      .. "folder: set INDOXHUB_RECORD" -- whoever set it does not want to pay
  elseif not folder then
    local name = options.record_mode and "record_mode"
      or options.record_pace and "record_pace"
    return nil, folder == nil and name and ("option %s needs a folder: set "
      .. "record, or the variable INDOXHUB_RECORD"):format(name) or nil
  end
  folder = folder:gsub("(.)/+$", "%1")
  return { folder = folder, mode = mode or "auto",
    pace = options.record_pace or before.pace or 0,
    state = before.folder == folder and before.state
      or recording().new_state() }
end

return place
