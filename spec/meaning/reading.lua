-- Asks for an answer through the public API, in one of the ways there are.
local reading = {}

local MESSAGES = { { role = "user", content = "go" } }

-- Streams: each returns the reply or nil and the error, and keeps pieces.
local streams = {}

local function keep(got, piece, kind)
  got.pieces[kind] = (got.pieces[kind] or "") .. piece
  got.empty = got.empty or piece == ""
end

function streams.next(stream, got)
  got.pieces = {}
  while true do
    local piece, kind = stream:next()
    if not piece then
      return stream:reply()
    end
    keep(got, piece, kind)
  end
end

-- The end of a stream whose iterator has raised, or has not: the oldest
-- interpreters raise the text of an error.
local function ended(stream, ok, raised)
  local reply, err = stream:reply()
  if not ok and (reply or tostring(err) ~= tostring(raised)) then
    error(raised, 0)
  end
  return reply, err
end

streams["for"] = function(stream, got)
  got.pieces = {}
  return ended(stream, pcall(function()
    for piece, kind in stream do
      keep(got, piece, kind)
    end
  end))
end

function streams.coroutine(stream, got)
  got.pieces = {}
  local co = stream:coroutine()
  while true do
    local ok, piece, kind = coroutine.resume(co)
    if not ok then
      return nil, piece
    elseif coroutine.status(co) == "dead" then
      return piece
    end
    keep(got, piece, kind)
  end
end

function streams.reply(stream)
  return stream:reply()
end

function streams.events(stream)
  return ended(stream, pcall(function()
    for event in stream:events() do
      assert(type(event) == "table")
    end
  end))
end

reading.STREAM_WAYS = { "next", "next", "next", "for", "coroutine", "reply",
  "events" }

--- What became of an answer: { reply, err, pieces, empty }, pieces joined by
--- kind, or { raised }.
function reading.ask(client, way)
  local got = {}
  local ok, raised = pcall(function()
    if way == "create" then
      got.reply, got.err = client.chat:create { messages = MESSAGES }
      return
    end
    local stream, err = client.chat:stream({ messages = MESSAGES },
      { reasoning = true })
    if stream then
      got.reply, got.err = streams[way](stream, got)
    else
      got.err = err
    end
  end)
  if not ok then
    got.raised = tostring(raised)
  end
  return got
end

return reading
