--- engine:spawn, child:line, child:ended
local core = require "indoxhub.core"
local engine = assert(core.engine())
local program = assert(engine:spawn { argv = { "echo", "hello" },
  env = { "PATH=/usr/bin:/bin" }, max_line = 1000 })
while not program:ended() do
  engine:step({}, nil, nil, 0.1)
end
print(program:line "out", program:ended())
--> hello	exit	0
