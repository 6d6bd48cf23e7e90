-- What the raw server says to the scenes.
local scripts = {}

local EVENT_STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
  .. "Connection: close\r\n\r\n"

-- Tells no id, so that nobody is told to stop it.
local function delta(text)
  return ('data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n')
    :format(text)
end

-- Two pieces and then silence, until the client leaves.
local HELD = { { "body" }, { "send", EVENT_STREAM .. delta "one "
  .. delta "two" }, { "hold" } }

--- How many pieces a stream has that is sent as fast as can be.
scripts.PIECES = 20000
local FAST = { { "body" }, { "send", EVENT_STREAM },
  { "repeat", scripts.PIECES, delta "piece" }, { "send", "data: [DONE]\n\n" },
  { "close" } }

local LATE = '{"success":true,"data":"late"}'

--- The scripts, by name.
scripts.all = {
  cancelled = HELD,
  closed = HELD,
  dropped = HELD,
  fast = FAST,
  refused_call = { { "body" }, { "hold" } }, -- which is never asked
  refused_gate = HELD,
  refused_stream = HELD,
  left = HELD, -- for the spec itself, to leave the runtime meanwhile
  slow = { { "body" }, { "sleep", 300 }, { "send",
    ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" ..
    "Content-Length: %d\r\n\r\n%s"):format(#LATE, LATE) } },
}

--- Names of those whose client leaves in the midst of them.
scripts.abandoned = { "cancelled", "closed", "dropped",
  "refused_gate", "refused_stream" }

return scripts
