--- core.base64, core.unbase64, core.not_utf8
local core = require "indoxhub.core"
print(core.base64 "abc", core.unbase64 "YWJj")
--> YWJj	abc
print(core.not_utf8 "ok", core.not_utf8 "\255")
--> nil	is not UTF-8: byte 1 (0xFF)
