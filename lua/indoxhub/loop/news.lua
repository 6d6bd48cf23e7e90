--- What a step of the engine brings: a list of the transfers with news, each of
--- which is delivered once, also when Lua runs out of memory in between.

local news = {}

-- How many entries a list has memory for from the beginning.
local ROOM = 64

local function new_list()
  local list = {}
  for i = 1, ROOM do
    list[i] = false
  end
  return list
end

-- The list of the next step, which takes it, as a finalizer may turn the loop
-- meanwhile; and one that is being delivered, or was until something raised.
local spare, undelivered = new_list(), nil

--- Lets be what is not delivered yet.
function news.forget()
  undelivered = nil
end

local function deliver_all(list, count, deliver)
  for i = 1, count do
    if list[i] then
      deliver(list, i)
      list[i] = false
    end
  end
  if undelivered == list then
    undelivered = nil
  end
end

--- Takes a step and calls deliver(list, i) for each transfer with news.
---@param engine indoxhub.core.Engine
---@param deliver fun(list: table, i: integer) list[i] is the token; it may put
--- something else there, to find it when it is called again because it raised
---@param seconds? number budget of time
---@param bytes? integer budget of bytes
---@param wait? number seconds to wait for something to do
function news.take(engine, deliver, seconds, bytes, wait)
  if undelivered then
    deliver_all(undelivered, #undelivered, deliver)
  end
  local list = spare or new_list()
  spare, undelivered = nil, list
  local count = engine:step(list, seconds, bytes, wait)
  deliver_all(list, count or 0, deliver)
  spare = list
end

return news
