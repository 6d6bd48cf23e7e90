-- An answer as the items of a Responses object's `output`.
local answers = require "spec.meaning.answers"
local calls = require "spec.meaning.render.calls"
local message = require "spec.meaning.render.message"
local source = require "spec.meaning.source"

local items = {}

local object, list, text = source.object, source.list, source.text
local spelled = source.spelled

-- Images of the vendor are items or events of their own.
local function image_part(image)
  return object { { "type", text "output_image" },
    { "image_url", text(image.url) } }
end

-- Whether a message may end here: not between two halves of a pair.
local function is_torn(segment)
  local half = "\\u[dD][89aAbB]%x%x$"
  return answers.joined(segment, "text"):find(half)
    or answers.joined(segment, "refusal"):find(half)
end

--- The messages of an answer: { steps }. `o.split` begins another one where
--- text follows a call; `o.images` makes images a part of them.
function items.messages(answer, o)
  local messages, called = {}, false
  for _, step in ipairs(answer.steps) do
    local last = messages[#messages]
    if step.kind == "call" then
      called = true
    elseif step.kind ~= "reasoning" and (step.kind ~= "image" or o.images) then
      if not last or o.split and called and not is_torn(last) then
        last = { steps = {}, id = ("msg_%d"):format(#messages + 1) }
        messages[#messages + 1] = last
      end
      table.insert(last.steps, step)
      called = false
    end
  end
  return messages
end

--- The parts of a message, without its images.
function items.parts(answer)
  local parts = {}
  local said = answers.joined(answer, "text")
  if said ~= "" then
    parts[1] = object { { "type", text "output_text" }, { "text",
      spelled(said) }, { "annotations", list {} } }
  end
  local refusal = answers.joined(answer, "refusal")
  if refusal ~= "" then
    parts[#parts + 1] = object { { "type", text "refusal" },
      { "refusal", spelled(refusal) } }
  end
  return parts
end

local function add_images(segment, parts)
  for _, step in ipairs(segment.steps) do
    if step.kind == "image" then
      parts[#parts + 1] = image_part(step.image)
    end
  end
  return parts
end

-- The item of a message, which may have the reasoning as a field.
local function message_item(segment, reasoning)
  local parts = add_images(segment, items.parts(segment))
  return object { { "type", text "message" }, { "id", text(segment.id) },
    { "status", text "completed" }, { "role", text "assistant" },
    { "content", list(parts) },
    { "reasoning", reasoning and spelled(reasoning) or nil } }
end

-- The item of what the model thought.
local function reasoning_item(answer)
  local part = object { { "type", text "summary_text" },
    { "text", spelled(answers.joined(answer, "reasoning")) } }
  return object { { "type", text "reasoning" }, { "id", text "rs_1" },
    { "summary", list { part } } }
end

--- The item of a call, empty as it begins or with its arguments.
function items.call(call, number, is_begun)
  local arguments = call.as_object and source.raw(call.text) or text(call.text)
  return object { { "type", text "function_call" },
    { "id", call.id and text(("fc_%d"):format(number)) },
    { "call_id", calls.id(call) }, { "name", text(call.name) },
    { "arguments", is_begun and text "" or arguments },
    { "status", text(is_begun and "in_progress" or "completed") } }
end

--- All items in the order in which they begin: { key, node, last }, `last`
--- being their last step. Keys are "reasoning", calls, and messages; `o` is as
--- for those, and `o.reasoning` makes the reasoning a field of the first one.
function items.all(answer, o)
  local found, by_key, message_of = {}, {}, {}
  local reasoning = o.reasoning and answers.joined(answer, "reasoning")
  for i, segment in ipairs(o.messages) do
    segment.node = message_item(segment, i == 1 and reasoning or nil)
    for _, step in ipairs(segment.steps) do
      message_of[step] = segment
    end
  end
  for _, step in ipairs(answer.steps) do
    local key = message_of[step] or step.call
      or step.kind == "reasoning" and not o.reasoning and "reasoning"
    if key and not by_key[key] then
      by_key[key] = { key = key, node = key ~= "reasoning" and key.node
        or step.call and items.call(step.call, #found)
        or reasoning_item(answer) }
      found[#found + 1] = by_key[key]
    end
    if key then
      by_key[key].last = step
    end
  end
  return found, message_of
end

--- Members of a Responses object that tell how it ended: its status and what
--- goes with it. `o.with_reason` says the word as the vendor does.
function items.ending(answer, o, told)
  local finish = answer.finish
  local reason = finish.reason
  local members = { { "status", text "completed" } }
  told.finish_reason = "absent"
  if reason == "length" or reason == "content_filter" then
    members[1][2] = text "incomplete"
    members[2] = { "incomplete_details", object { { "reason",
      text(reason == "length" and "max_output_tokens" or reason) } } }
    told.finish_reason = true
  elseif reason and o.with_reason then
    members[2] = { "finish_reason", text(reason) }
    told.finish_reason = true
  end
  return members
end

--- Usage under the names of a Responses object.
function items.usage(answer, told, r)
  return answer.usage and { "usage", message.usage(
    message.tell_usage(answer, told), message.RESPONSE_NAMES, r) } or nil
end

return items
