--- core.sse, sse:feed, sse:retry, sse:last_id, indoxhub.core.Event
local core = require "indoxhub.core"
local parser = core.sse()
local events = assert(parser:feed "retry: 100\ndata: one\n\ndata: tw")
print(#events, events[1].event, events[1].data)
--> 1	message	one
print(parser:feed("o\n\n")[1].data, parser:retry())
--> two	100
print(#parser:feed "id: 7\n\n", parser:last_id())
--> 0	7
