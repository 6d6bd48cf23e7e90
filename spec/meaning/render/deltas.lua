-- The steps of an answer as deltas, for the dialects that have choices.
local answers = require "spec.meaning.answers"
local message = require "spec.meaning.render.message"

local deltas = {}

-- Where the answer stands: in deltas only, and in a whole message after them.
local function pick_place(answer, r)
  local dice = r:int(100)
  if not answer.is_whole or dice <= 70 then
    return "deltas"
  elseif dice <= 82 then
    return "both"
  elseif dice <= 92 then
    return "message"
  end
  return "rest"
end

-- The text of the first half of the steps, when the answer is text only and its
-- first half ends with no half of a pair.
local function beginning(answer)
  local kept, spelling = {}, ""
  for i, step in ipairs(answer.steps) do
    if step.kind ~= "text" then
      return nil
    elseif i <= #answer.steps / 2 then
      kept[i] = step
      spelling = spelling .. step.spelling
    end
  end
  return not spelling:find "\\u[dD][89aAbB]%x%x$" and kept or nil
end

local function can_join(chunk, step)
  return chunk and chunk.kind == "reasoning" and step.kind == "text"
    and chunk.members[1][1] ~= "content"
end

--- Lists { members, kind, spelling } for each delta, and the message that
--- follows them, if there is one. `spelling` is that of a text which stands in
--- its delta as nothing but a string.
function deltas.list(answer, style, r)
  local place = pick_place(answer, r)
  local steps = answer.steps
  if place == "message" then
    steps = {}
  elseif place == "rest" then
    steps = beginning(answer)
    place = steps and place or "both"
    steps = steps or answer.steps
  end
  local chunks, together = {}, r:chance(15)
  for _, step in ipairs(steps) do
    local members = message.step(answer, step, style, r)
    local last = chunks[#chunks]
    if together and can_join(last, step) then
      table.insert(last.members, members[1])
      last.kind = "text"
    elseif members[1] then
      last = { members = members, kind = step.kind }
      chunks[#chunks + 1] = last
    end
    if step.kind == "text" and members[1][2].source then
      last.spelling = step.spelling
    end
  end
  if answer.is_whole and place == "deltas" and answers.joined(answer, "text")
    == "" and r:chance(30) then
    table.insert(chunks, 1, { members = { { "content", message.nothing(r) } } })
  end
  return chunks, place ~= "deltas" and message.whole(answer, style, r) or nil
end

return deltas
