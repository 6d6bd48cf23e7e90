--- The library with all its helpers, for programs that cannot load them when
--- they are first used: those that go into a chroot, become another user, or
--- use up their descriptors.

local later = require "indoxhub.base.later"
local indoxhub = require "indoxhub"

later.all()

return indoxhub
