--- core.headers
local core = require "indoxhub.core"
local headers = core.headers "HTTP/1.1 200 OK\r\nVia: a\r\nVIA: b\r\n\r\n"
print(headers.via)
--> a, b
