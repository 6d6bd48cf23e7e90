--- Answers that were recorded: kept in a folder, and given again without asking
--- anybody.
--
--     canonical  what makes two requests the same
--     answer     an answer as it is kept, and as it is played
--     file       the files of a folder
--     layout     how they are written
--     nearest    what comes nearest to a request that is not there
--
-- Who sends and who plays is call/recorded.lua.

local answers = require "indoxhub.recording.answer"
local canonical = require "indoxhub.recording.canonical"
local errors = require "indoxhub.base.errors"
local file = require "indoxhub.recording.file"
local nearest = require "indoxhub.recording.nearest"
local redact = require "indoxhub.base.redact"

local recording = {}

---@class indoxhub.RecordingPlace where a client records
---@field folder string
---@field mode "auto"|"new"|"replay"
---@field pace number
---@field state indoxhub.RecordingState

---@class indoxhub.RecordingState what derived clients share
---@field given table<string, integer> file -> how many of its answers were
--- given or made
---@field made table<string, boolean> file -> this program has written it
---@field ready boolean whether the folder can be written to

--- A folder that nothing was asked of yet.
---@return indoxhub.RecordingState
function recording.new_state()
  return { given = {}, made = {}, ready = false }
end

---@class indoxhub.Take one call on its way to or from a folder
---@field place indoxhub.RecordingPlace
---@field name string of the file
---@field request table described
---@field is_series boolean
---@field answer? indoxhub.RecordedAnswer absent: it is to be sent

-- What is asked again to see whether it has changed. Everything else gives the
-- same whenever it is asked, and so does a file.
local SERIES = { GET = true, HEAD = true }

local function is_series(asked)
  return SERIES[asked.method] == true and not asked.is_file
end

-- The answer whose turn it is, of those that came one after the other.
local function nth(list, n)
  for _, answer in ipairs(list) do
    n = n - (answer.times or 1)
    if n <= 0 then
      return answer
    end
  end
end

-- The answer that a file has for a call. In a series the last one stays, where
-- nothing can be sent.
local function answer_of(take, recorded)
  local place, list = take.place, recorded.answers
  if not take.is_series then
    return list[1]
  end
  local given = place.state.given
  local turn = (given[take.name] or 0) + 1
  local answer = nth(list, turn)
  if answer then
    given[take.name] = turn
  elseif place.mode == "replay" then
    answer = list[#list]
  end
  return answer
end

local function not_recorded(take)
  local place, request = take.place, take.request
  local name, difference = nearest.find(place.folder, request)
  local why = name and ("the nearest is %s: %s"):format(name, difference)
    or ("nothing of %s %s is there"):format(request.method, request.path)
  return nil, errors.new("not_recorded", ("no recording in %s; %s")
    :format(place.folder, why))
end

local function path_of(take)
  return take.place.folder .. "/" .. take.name
end

local function prepare(place)
  if place.state.ready then
    return true
  end
  local ok, err = file.prepare(place.folder)
  place.state.ready = ok == true
  return ok, err
end

--- Begins a call: its answer if it is there, or what it is to be kept as; nil
--- and an error when there is no answer where there has to be one.
---@param place indoxhub.RecordingPlace
---@param asked indoxhub.Asked
---@return indoxhub.Take? take, indoxhub.Error? err
function recording.begin(place, asked)
  local request = canonical.describe(asked)
  local take = { place = place, request = request,
    name = canonical.name(request), is_series = is_series(asked),
    answer = nil }
  local recorded, err = false, nil
  -- Behind the answers of a series that this program itself has made there are
  -- none.
  local is_end = take.is_series and place.mode == "auto"
    and place.state.made[take.name]
  if place.mode ~= "new" and not is_end then
    recorded, err = file.read(path_of(take))
  end
  if recorded == nil then
    return nil, err
  end
  take.answer = recorded and answer_of(take, recorded) or nil
  if take.answer then
    return take
  elseif place.mode == "replay" then
    return not_recorded(take)
  end
  local ok
  ok, err = prepare(place)
  return ok and take, err
end

--- What the engine plays for a call whose answer is there.
---@param take indoxhub.Take
---@return indoxhub.core.Played
function recording.play(take)
  return answers.play(take.answer, take.place.pace)
end

-- A program that looks for ever must not fill the disk, nor take longer with
-- each look.
local MOST_ANSWERS, MOST_BYTES = 1000, 64 * 1024 * 1024

local function is_full(list)
  local bytes = 0
  for _, answer in ipairs(list) do
    bytes = bytes + answers.size(answer)
  end
  return #list > MOST_ANSWERS or bytes > MOST_BYTES
end

-- The answers of a series with one more; nil and an error when it has too many.
local function continue(take, answer)
  local recorded = file.read(path_of(take))
  local list = recorded and recorded.answers or {}
  local last = list[#list]
  if last and answers.are_equal(last, answer) then
    last.times = (last.times or 1) + 1
  else
    list[#list + 1] = answer
  end
  if is_full(list) then
    return nil, errors.new("limit", path_of(take) .. " has too many answers",
      { code = "recording" })
  end
  return list
end

--- Keeps an answer that came.
---@param take indoxhub.Take
---@param came indoxhub.Came
---@return true? ok, indoxhub.Error? err
function recording.keep(take, came)
  local state = take.place.state
  local hide = answers.hide(came.secrets, came.body,
    take.request.path:find("api%-keys") ~= nil)
  local answer = answers.of(came, hide)
  local goes_on = take.is_series
    and (take.place.mode == "auto" or state.made[take.name])
  local list, full = { answer }, nil
  if goes_on then
    list, full = continue(take, answer)
    state.made[take.name] = true
  end
  if not list then
    return nil, full
  end
  local ok, err = file.write(path_of(take), redact.copy(take.request, hide),
    list)
  if ok then
    state.made[take.name] = true
    state.given[take.name] = (state.given[take.name] or 0) + 1
  end
  return ok, err
end

return recording
