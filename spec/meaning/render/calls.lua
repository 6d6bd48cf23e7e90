-- Tool calls as servers of chunks write them: fragments, and how each of them
-- says which call it belongs to.
local source = require "spec.meaning.source"

local calls = {}

local object, list, text = source.object, source.list, source.text

local function same_names(answer)
  local seen = {}
  for _, call in ipairs(answer.calls) do
    if seen[call.name] then
      return true
    end
    seen[call.name] = true
  end
end

--- One of the ways that leave no doubt about the calls of this answer.
function calls.way(answer, r)
  local ways = { "index", "index", "index", "index as text", "from one",
    "whole" }
  local has_ids = answer.ids ~= "none"
  if has_ids then
    ways[#ways + 1] = "id"
  end
  if not answer.interleaved then
    ways[#ways + 1] = "last"
    if has_ids or not same_names(answer) then
      ways[#ways + 1] = "zero"
    end
  end
  if #answer.calls == 1 and not has_ids then
    ways[#ways + 1] = "function_call"
  end
  return r:pick(ways)
end

--- The id of a call, if it has one.
function calls.id(call)
  return call.id and (call.id_is_number and source.number(call.id)
    or text(call.id))
end

local function whole_arguments(call)
  return call.as_object and source.raw(call.text) or text(call.text)
end

--- A call at once.
function calls.whole(call)
  return object { { "id", calls.id(call) }, { "type", text "function" },
    { "function", object { { "name", text(call.name) },
      { "arguments", whole_arguments(call) } } } }
end

--- All calls at once; a single one may stand there by itself.
function calls.all(answer, r)
  local nodes = {}
  for i, call in ipairs(answer.calls) do
    nodes[i] = calls.whole(call)
  end
  if #nodes == 1 and r:chance(20) then
    return nodes[1]
  end
  return nodes[1] and list(nodes)
end

local function number_of(answer, call)
  for i, other in ipairs(answer.calls) do
    if other == call then
      return i
    end
  end
end

local function index_of(way, number)
  if way == "index" then
    return source.number(number - 1)
  elseif way == "index as text" then
    return text(("%d"):format(number - 1))
  elseif way == "from one" then
    return source.number(number)
  end
  return way == "zero" and source.number(0) or nil
end

-- The id and the name of a fragment that continues a call: nothing, or what
-- servers write there without meaning another call.
local function continued(way, call, r)
  local id, name
  if way == "id" then
    id = calls.id(call)
  elseif way ~= "last" then
    local habit = r:int(6)
    if habit == 1 then
      id, name = text "", text ""
    elseif habit == 2 then
      id, name = source.null, source.null
    elseif habit == 3 and call.id then
      id, name = calls.id(call), text(call.name)
    elseif habit == 4 and call.id then
      id = text(("other_%d"):format(r:int(1000))) -- a new one every time
    end
  end
  return id, name
end

-- One step of a call.
local function fragment(answer, way, step, r)
  local call = step.call
  local id, name = calls.id(call), text(call.name)
  if not step.first then
    id, name = continued(way, call, r)
  end
  local arguments = call.as_object and source.raw(call.text)
    or source.spelled(step.spelling)
  if step.spelling == "" and r:chance(30) then
    arguments = r:chance(50) and source.null or nil
  end
  local index = index_of(way, number_of(answer, call))
  return object { { "index", index or way == "id" and r:chance(20)
    and source.null or nil }, { "id", id },
    { "type", step.first and text "function" },
    { "function", object { { "name", name }, { "arguments", arguments } } } }
end

-- A server that says a call once more when it is complete.
local function copy(answer, way, call)
  return object { { "index", index_of(way, number_of(answer, call)) },
    { "id", calls.id(call) }, { "function", object {
      { "name", text(call.name) }, { "arguments", whole_arguments(call) } } } }
end

--- The member of a delta that brings this step; nil when nothing has to.
function calls.member(answer, way, step, r)
  if way == "function_call" then
    return { "function_call", object {
      { "name", step.first and text(step.call.name) },
      { "arguments", source.spelled(step.spelling) } } }
  elseif way == "whole" then
    local is_first = step.first and step.call == answer.calls[1]
    return is_first and { "tool_calls", calls.all(answer, r) } or nil
  end
  local node = fragment(answer, way, step, r)
  local nodes = { node }
  if step.last and step.call.text:find "^{" and way == "index"
    and r:chance(10) then
    nodes[2] = copy(answer, way, step.call)
  end
  return { "tool_calls", #nodes == 1 and r:chance(5) and node or list(nodes) }
end

return calls
