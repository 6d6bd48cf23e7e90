--- engine:spawn, child:line, child:ended
local core = require "indoxhub.core"
local engine = assert(core.engine())
local program = assert(engine:spawn { argv = { "echo", "hello" },
  env = { "PATH=/usr/bin:/bin" }, max_line = 1000 })
local line
while not (line and program:ended()) do -- either may come first
  engine:step({}, nil, nil, 0.1)
  line = line or program:line "out"
end
print(line, program:ended())
--> hello	exit	0
