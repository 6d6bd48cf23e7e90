-- Streams that an nginx passes on, as scripts of the raw server. They tell no
-- id, so that nobody is told to stop them.
local events = require "spec.support.events"
local servers = require "spec.support.servers"

local streams = {}

--- One that falls silent.
streams.SILENT = { { "body" }, { "send", servers.EVENTS_HEAD
  .. events.chunk "one " .. events.chunk "two" }, { "hold" } }

--- One that talks on.
streams.TALKING = { { "body" },
  { "send", servers.EVENTS_HEAD .. events.chunk "one " } }
for _ = 1, 40 do
  streams.TALKING[#streams.TALKING + 1] = { "sleep", 20 }
  streams.TALKING[#streams.TALKING + 1] = { "send", events.chunk "and " }
end
streams.TALKING[#streams.TALKING + 1] = { "hold" }

--- One that takes a while but ends.
streams.ENDING = { { "body" },
  { "send", servers.EVENTS_HEAD .. events.chunk "one " }, { "sleep", 1500 },
  { "send", events.chunk "two" .. events.done }, { "close" } }

return streams
