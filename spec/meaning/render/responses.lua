-- Streams of Responses events, in the vendor's words or in OpenAI's own.
local items = require "spec.meaning.render.items"
local message = require "spec.meaning.render.message"
local source = require "spec.meaning.source"

local responses = {}

local object, list, text = source.object, source.list, source.text
local spelled, number = source.spelled, source.number

local VENDOR = { text = "content_part.delta", refusal = { "refusal.delta" },
  reasoning = { "reasoning.delta" } }
local OFFICIAL = { text = "output_text.delta", refusal = { "refusal.delta" },
  reasoning = { "reasoning_summary_text.delta", "reasoning_text.delta" } }

local function event(self, kind, members)
  kind = "response." .. kind
  local name = self.named and kind or nil
  if not (name and self.typeless) then
    table.insert(members, 1, { "type", text(kind) })
  end
  table.insert(self.events, { name = name, data = object(members) })
end

-- The Responses object of an event.
local function response(self, members)
  local answer = self.answer
  local all = { { "id", text(answer.id) }, { "object", text "response" },
    { "created_at", number(1700000000) }, { "model", text(answer.model) },
    { "provider", self.told.provider and text(answer.provider) } }
  for _, member in ipairs(members) do
    all[#all + 1] = member
  end
  return { "response", object(all) }
end

-- The number of an item, which is told where it begins.
local function output_of(self, key, node)
  local output = { "output_index", number(self.outputs[key]) }
  if node and not self.begun[key] then
    self.begun[key] = true
    event(self, "output_item.added", { output, { "item", node } })
  end
  return output
end

local function begun_message(self, segment)
  return self.adds and object { { "type", text "message" },
    { "id", text(segment.id) }, { "role", text "assistant" },
    { "status", text "in_progress" }, { "content", list {} } }
end

local steps = {}

local function message_step(self, step, kind, index)
  local segment = self.message_of[step]
  local output = output_of(self, segment, begun_message(self, segment))
  event(self, kind, { { "response_id", self.is_vendor
    and text(self.answer.id) },
    { "item_id", not self.is_vendor and text(segment.id) or nil }, output,
    { "content_index", number(index) }, { "delta", spelled(step.spelling) } })
end

function steps.text(self, step)
  message_step(self, step, self.words.text, 0)
end

function steps.refusal(self, step)
  message_step(self, step, self.words.refusal[1], 1)
end

function steps.reasoning(self, step)
  if self.is_vendor then
    return event(self, "reasoning.delta", { { "response_id",
      text(self.answer.id) }, { "delta", spelled(step.spelling) } })
  end
  local output = output_of(self, "reasoning", self.adds and object {
    { "type", text "reasoning" }, { "id", text "rs_1" },
    { "summary", list {} } } or nil)
  event(self, self.reasoning_word, { { "item_id", text "rs_1" }, output,
    { "summary_index", number(0) }, { "delta", spelled(step.spelling) } })
end

function steps.call(self, step)
  local call = step.call
  if self.calls_in == "item" then
    return
  end
  local output = output_of(self, call, items.call(call, self.outputs[call],
    true))
  if call.as_object then
    return -- for the item that is done
  end
  event(self, "function_call_arguments.delta", {
    { "item_id", call.id and text(("fc_%d"):format(self.outputs[call])) },
    output, { "delta", spelled(step.spelling) } })
end

-- Only the vendor has events for images.
function steps.image(self, step)
  if self.is_vendor then
    local image = step.image
    local output = { "output_index", number(#self.all_items + image.number) }
    event(self, "image_generation_call.completed", { { "response_id",
      text(self.answer.id) }, output,
      { "image_generation_call", object { { "id",
        text("ig" .. output[2].source) },
        { "type", text "image_generation_call" }, { "status",
          text "completed" }, { "url", image.url and text(image.url) } } },
      { "data", image.b64 and text(image.b64) } })
  end
end

-- What follows a message that is complete, besides its item.
local function add_part_snapshots(self, segment, output)
  for i, part in ipairs(items.parts(segment)) do
    local said = source.member(part, "text")
    if said and not self.is_vendor then
      event(self, "output_text.done", { { "item_id", text(segment.id) },
        output, { "content_index", number(i - 1) }, { "text", said } })
    end
    event(self, "content_part.done", { { "item_id", text(segment.id) },
      output, { "content_index", number(i - 1) }, { "part", part } })
  end
end

local function add_item(self, item, r)
  local output = output_of(self, item.key)
  if item.key.steps and item.key.id and self.live[item.key]
    and r:chance(50) then
    add_part_snapshots(self, item.key, output)
  end
  event(self, "output_item.done", { output, { "item", item.node } })
end

-- All steps of an answer. A server that is prompt tells each item when it is
-- complete, another one all of them at the end.
local function add_steps(self, r)
  for _, step in ipairs(self.answer.steps) do
    local key = self.message_of[step] or step.call or step.kind
    if self.live[key] or step.kind == "image" then
      steps[step.kind](self, step, r)
    end
    for _, item in ipairs(self.prompt and self.all_items or {}) do
      if item.last == step then
        add_item(self, item, r)
      end
    end
  end
  for _, item in ipairs(self.items and not self.prompt and self.all_items
    or {}) do
    add_item(self, item, r)
  end
end

local function final_output(self)
  local nodes = {}
  for i, item in ipairs(self.all_items) do
    nodes[i] = item.node
  end
  return { "output", list(nodes) }
end

local function add_finish(self, r)
  local answer, told = self.answer, self.told
  local members = items.ending(answer, { with_reason = self.is_vendor
    and r:chance(60) }, told)
  local is_incomplete = members[1][2].source == '"incomplete"'
  members[#members + 1] = items.usage(answer, told, r)
  if self.final then
    members[#members + 1] = final_output(self)
  end
  local words = self.is_vendor and { "done", "completed" } or { "completed" }
  if is_incomplete then
    words[#words + 1] = "incomplete"
  end
  event(self, r:pick(words), { response(self, members) })
end

local failures = {}

function failures.status(self, r)
  local status = r:chance(70) and "failed" or "completed"
  local told_usage = r:chance(50) and items.usage(self.answer, self.told, r)
  event(self, status == "failed" and r:pick { "failed", "done", "completed" }
    or "completed", { response(self, { { "status", text(status) },
      { "error", message.error(self.answer.finish, r) },
      told_usage or nil }) })
end

function failures.event(self, r)
  local node = object { { "type", r:chance(50) and text "error" or nil },
    { "error", message.error(self.answer.finish, r) } }
  table.insert(self.events, { name = r:chance(30) and "error" or nil,
    data = node })
end

function failures.own(self)
  local finish = self.answer.finish
  table.insert(self.events, { name = self.named and "error" or nil,
    data = object { { "type", text "error" },
      { "code", finish.name and text(finish.name)
        or finish.number and number(finish.number) or source.null },
      { "message", text(finish.message) }, { "param", source.null } } })
end

local function add_cancelled(self, r)
  local told_usage = r:chance(50) and items.usage(self.answer, self.told, r)
  event(self, r:pick { "completed", "done", "cancelled" }, { response(self,
    { { "status", text "cancelled" }, told_usage or nil }) })
end

local function add_end(self, r)
  local kind = self.answer.finish.kind
  if kind == "failed" then
    self.told.message = true
    failures[r:pick { "status", "status", "event", "own" }](self, r)
  elseif kind == "cancelled" then
    add_cancelled(self, r)
  elseif kind ~= "truncated" and not self.by_marker then
    add_finish(self, r)
  end
  local marks = self.is_vendor and 85 or 15
  if self.by_marker or kind ~= "truncated" and r:chance(marks) then
    table.insert(self.events, { data = "[DONE]" })
  end
end

-- Which of its places the answer stands in: deltas, items, the last event.
local function pick_places(self, r)
  local answer = self.answer
  self.is_live = not answer.is_whole or r:chance(80)
  local places = r:pick { "none", "items", "items", "final", "both" }
  local needs_items = not self.is_live or self.calls_in == "item"
    or self.images_in_items
  for _, call in ipairs(answer.calls) do
    needs_items = needs_items or call.as_object
  end
  if places == "none" and needs_items then
    places = "items"
  end
  if answer.is_whole then
    self.items = places == "items" or places == "both"
    self.final = places == "final" or places == "both"
  end
  self.prompt = self.items and not answer.interleaved and r:chance(60)
  self.by_marker = answer.finish.kind == "done" and not self.final
    and #answer.images == 0 and r:chance(25)
end

-- Whether the model thought on after its first message was complete: then the
-- vendor's item of that message cannot be told at once, for it has all that was
-- thought.
local function thinks_late(answer, first)
  local last = first and first.steps[#first.steps]
  local is_over = false
  for _, step in ipairs(answer.steps) do
    if is_over and step.kind == "reasoning" then
      return true
    end
    is_over = is_over or step == last
  end
  return false
end

-- What comes in deltas. Only a prompt server can leave out some of them without
-- changing the order of what it says. The vendor has no item for reasoning, so
-- it needs its deltas where there is no message.
local function pick_live(self, messages, r)
  local live = { reasoning = self.is_live
    or self.is_vendor and not messages[1] }
  for _, segment in ipairs(messages) do
    live[segment] = self.is_live and not (self.prompt and r:chance(25))
  end
  for _, call in ipairs(self.answer.calls) do
    live[call] = self.is_live
  end
  return live
end

local function has_image(answer, kind)
  for _, step in ipairs(answer.steps) do
    if step.kind == "image" and step.image[kind] then
      return true
    end
  end
  return false
end

-- OpenAI's words have no place for an image that has no address.
local function tell_images(self)
  local answer = self.answer
  if self.is_vendor then
    self.told.images = true
  elseif not has_image(answer, "b64") then
    self.images_in_items = has_image(answer, "url")
    self.told.images = true
  end
end

local function new(answer, is_vendor, r)
  local self = { answer = answer, events = {}, outputs = {}, begun = {},
    is_vendor = is_vendor, words = is_vendor and VENDOR or OFFICIAL,
    named = r:chance(is_vendor and 20 or 60), adds = r:chance(60),
    calls_in = is_vendor and r:pick { "item", "deltas" }
      or r:pick { "item", "deltas", "deltas" },
    told = { request_id = true, model = true, provider = r:chance(50) or nil,
      data = true, reasoning_content = true, refusal = true,
      tool_calls = true, finish_reason = "absent" } }
  self.typeless = self.named and r:chance(10)
  self.reasoning_word = r:pick(self.words.reasoning)
  tell_images(self)
  pick_places(self, r)
  local messages = items.messages(answer, { images = self.images_in_items,
    split = r:chance(50) })
  self.prompt = self.prompt
    and not (is_vendor and thinks_late(answer, messages[1]))
  self.all_items, self.message_of = items.all(answer, { messages = messages,
    reasoning = is_vendor })
  for i, item in ipairs(self.all_items) do
    self.outputs[item.key] = i - 1
  end
  self.live = pick_live(self, messages, r)
  return self
end

--- Renders an answer. Returns { events, told }.
function responses.render(answer, is_vendor, r)
  local self = new(answer, is_vendor, r)
  event(self, "created", { response(self, { { "status",
    text "in_progress" } }) })
  add_steps(self, r)
  add_end(self, r)
  return self
end

return responses
