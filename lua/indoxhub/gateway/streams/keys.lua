--- What is called how in a store. All of one stream has the same tag in braces,
--- so that a cluster of Redis keeps it in one place.

local keys = {}

local PREFIX = "indoxhub:stream:"

--- The events of a stream.
function keys.events(id)
  return PREFIX .. "{" .. id .. "}:events"
end

--- Whose it is, and who writes it.
function keys.about(id)
  return PREFIX .. "{" .. id .. "}:about"
end

--- Is there while somebody reads it elsewhere than where it is written.
function keys.readers(id)
  return PREFIX .. "{" .. id .. "}:readers"
end

--- Is there while a writer lives.
function keys.lease(writer)
  return PREFIX .. "lease:" .. writer
end

--- The ids of streams that a writer is to stop.
function keys.stops(writer)
  return PREFIX .. "stops:" .. writer
end

--- When the store began to be filled.
keys.EPOCH = PREFIX .. "epoch"

return keys
