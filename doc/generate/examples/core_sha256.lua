--- core.sha256, core.sha256_sum, sha256:add, sha256:digest
local core = require "indoxhub.core"
print(core.sha256 "abc")
--> ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
local sum = core.sha256_sum()
sum:add "a"
sum:add "bc"
print(sum:digest() == core.sha256 "abc")
--> true
