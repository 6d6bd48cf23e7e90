-- Streams of the soak test: read in every way there is, and what they gave
-- compared with what the server sent.
local core = require "indoxhub.core"
local indoxhub = require "indoxhub"
local made_up = require "spec.soak.made_up"
local rules = require "spec.soak.rules"

local streams = {}

-- Seconds for which a whole answer waits for what may follow its text. A
-- machine with too much to do can be silent for longer; the answer then ends
-- without.
local AFTER_END = 5

---@alias soak.Reader fun(stream: indoxhub.Stream, call: soak.Call): string[],
--- indoxhub.Error?

---@type table<string, soak.Reader>
local readers = {}

local function by_next(stream, pieces, most)
  for _ = 1, most or math.huge do
    local piece, err = stream:next()
    if not piece then
      return pieces, err
    end
    pieces[#pieces + 1] = piece
  end
  return pieces
end

function readers.next(stream)
  return by_next(stream, {})
end

function readers.try_next(stream)
  local pieces = {}
  while true do
    local piece, err = stream:try_next()
    if piece then
      pieces[#pieces + 1] = piece
    elseif err ~= "pending" then
      return pieces, err
    elseif #pieces % 2 == 0 then
      indoxhub.sleep(0.001)
    else -- whoever tires of asking may wait
      piece, err = stream:next()
      if not piece then
        return pieces, err
      end
      pieces[#pieces + 1] = piece
    end
  end
end

function readers.reply(stream, call)
  local pieces = by_next(stream, {}, call.way % 5)
  local before = table.concat(pieces)
  local reply, err = stream:reply()
  local text = reply and reply.data or err.partial or before
  return { before, text:sub(#before + 1) }, err
end

-- What raises in `for` is returned by the next look.
local function guarded(stream, pieces, read)
  pcall(read)
  return pieces, select(2, stream:next())
end

function readers.each(stream)
  local pieces = {}
  return guarded(stream, pieces, function()
    for piece in stream do
      pieces[#pieces + 1] = piece
    end
  end)
end

function readers.events(stream)
  local pieces = {}
  return guarded(stream, pieces, function()
    for event in stream:events() do
      local choice = event.choices and event.choices[1]
      pieces[#pieces + 1] = choice and choice.delta.content
    end
  end)
end

function readers.close(stream, call)
  local pieces, err = by_next(stream, {}, call.way % call.size)
  stream:close()
  return pieces, err or select(2, stream:next())
end

-- What of the text came before the fault.
local function check_broken(call, text, whole, err)
  local count, or_fewer = rules.pieces(call)
  local pieces = made_up.pieces(call.number, call.part or 0, call.size)
  local sent = count and table.concat(pieces, "", 1, count)
  if sent and not or_fewer and text ~= sent then
    error(streams.difference("the text before the fault", text, sent), 0)
  elseif whole:sub(1, #text) ~= text then
    error(streams.difference("the text so far", text, whole), 0)
  elseif text ~= "" and err.partial ~= text then
    error(streams.difference("err.partial", err.partial, text), 0)
  end
end

--- Where two texts differ.
---@return string
function streams.difference(what, got, wanted)
  if type(got) ~= "string" then
    return ("%s is a %s and not a text"):format(what, type(got))
  end
  local at = 1
  while at <= #got and got:byte(at) == wanted:byte(at) do
    at = at + 1
  end
  return ("%s differs at byte %d: %q of %d bytes, and not %q of %d"):format(
    what, at, got:sub(at, at + 30), #got, wanted:sub(at, at + 30), #wanted)
end

local function check_usage(usage, waited)
  if not usage and waited < AFTER_END then
    error(("there is no usage after %.3f s"):format(waited), 0)
  elseif usage and usage.tokens_total ~= 7 then
    error("the usage is " .. tostring(usage.tokens_total), 0)
  end
end

--- Reads a stream in one of the ways. Returns "right", "closed", or its error,
--- and its text.
---@param stream indoxhub.Stream
---@param call soak.Call
---@return string|indoxhub.Error outcome, string text
function streams.read(stream, call)
  local name, began = call.reader, core.now()
  local pieces, err = readers[name](stream, call)
  local waited = core.now() - began
  local text = table.concat(pieces)
  local whole = table.concat(made_up.pieces(call.number, call.part or 0,
    call.size))
  local piece, again = stream:next()
  if piece ~= nil or again ~= err then
    error(("after its end a stream gave %s, %s"):format(tostring(piece),
      tostring(again)), 0)
  elseif not err then
    local reply = stream:reply()
    if text ~= whole then
      error(streams.difference("the text read by " .. name, text, whole), 0)
    elseif reply.data ~= whole then
      error(streams.difference("the reply", reply.data, whole), 0)
    end
    check_usage(reply.usage, waited)
    return "right", text
  elseif name == "close" and err.kind == "cancelled" then
    if whole:sub(1, #text) ~= text then
      error(streams.difference("the text of a closed one", text, whole), 0)
    end
    return "closed", text
  end
  check_broken(call, text, whole, err)
  return err, text
end

return streams
