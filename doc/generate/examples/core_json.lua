--- core.json_decode, core.json_encode, core.json_array
local core = require "indoxhub.core"
print(core.json_decode('{"a": [1, 2]}').a[2])
--> 2
print(core.json_encode { list = core.json_array {} })
--> {"list":[]}
