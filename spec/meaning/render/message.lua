-- What stands in a delta or in a message, and what usage looks like: shared by
-- the dialects that have choices.
local answers = require "spec.meaning.answers"
local calls = require "spec.meaning.render.calls"
local source = require "spec.meaning.source"

local message = {}

local object, list, text = source.object, source.list, source.text
local spelled = source.spelled

local REASONING = { "reasoning_content", "reasoning_content", "reasoning",
  "thinking", "twice", "details", "summary", "details and text",
  "thinking part", "thinking parts", "reasoning part" }

--- How a server writes what it has to say. One way for each kind and answer,
--- which may say itself how its reasoning is written.
function message.style(answer, r)
  local has_base64 = false
  for _, image in ipairs(answer.images) do
    has_base64 = has_base64 or image.b64 ~= nil
  end
  return {
    reasoning = answer.reasoning_way or r:pick(REASONING),
    text = r:pick { "string", "string", "string", "parts", "object", "mixed" },
    refusal = r:pick { "field", "part" },
    -- Nobody says which comes first, a part or an item of the list.
    image = has_base64 and "list" or r:pick { "list", "list", "part" },
    call = calls.way(answer, r),
  }
end

---------------------------------------------------------------------------
-- members; those called "content" that hold a list can be joined

local function part(members)
  return { { "content", list { object(members) } } }
end

local function details(members)
  return { "reasoning_details", list { object(members) } }
end

local reasoning_ways = {}

function reasoning_ways.twice(s)
  return { { "reasoning", s }, { "reasoning_content", s } }
end

function reasoning_ways.details(s)
  return { details { { "type", text "reasoning.text" }, { "text", s },
    { "format", text "v1" }, { "index", source.number(0) } } }
end

function reasoning_ways.summary(s)
  return { details { { "type", text "reasoning.summary" }, { "summary", s } } }
end

reasoning_ways["details and text"] = function(s)
  return { { "reasoning", s }, reasoning_ways.details(s)[1] }
end

reasoning_ways["thinking part"] = function(s)
  return part { { "type", text "thinking" }, { "thinking", s } }
end

reasoning_ways["thinking parts"] = function(s)
  return part { { "type", text "thinking" }, { "thinking", list {
    object { { "type", text "text" }, { "text", s } } } } }
end

reasoning_ways["reasoning part"] = function(s)
  return part { { "type", text "reasoning" }, { "text", s } }
end

--- Ways of writing reasoning that need no parts of a content.
message.PLAIN_REASONING = { "reasoning_content", "reasoning_content",
  "reasoning", "thinking", "twice", "details", "summary", "details and text" }

function message.reasoning(spelling, style)
  local s = spelled(spelling)
  local way = reasoning_ways[style.reasoning]
  return way and way(s) or { { style.reasoning, s } }
end

function message.text(spelling, style, r)
  local way = style.text
  if way == "mixed" then
    way = r:pick { "string", "parts", "object" }
  end
  local s = spelled(spelling)
  if way == "parts" then
    return part { { "type", text(r:pick { "text", "text", "output_text" }) },
      { "text", s } }
  elseif way == "object" then
    return { { "content", object { { "type", r:chance(50) and text "text" },
      { "text", s } } } }
  end
  return { { "content", s } }
end

function message.refusal(spelling, style)
  if style.refusal == "part" then
    return part { { "type", text "refusal" }, { "refusal", spelled(spelling) } }
  end
  return { { "refusal", spelled(spelling) } }
end

--- An image as an item of a list.
function message.image_item(image, r)
  if image.b64 then
    return object { { "b64_json", text(image.b64) },
      { "mime_type", text "image/png" } }
  end
  local url = text(image.url)
  local way = r:int(3)
  if way == 1 then
    return object { { "url", url } }
  end
  return object { { "type", text "image_url" },
    { "image_url", way == 2 and url or object { { "url", url } } } }
end

function message.image(image, style, r)
  if style.image == "part" then
    return part { { "type", text "image_url" },
      { "image_url", object { { "url", text(image.url) } } } }
  end
  return { { "images", list { message.image_item(image, r) } } }
end

--- The members that one step of an answer becomes.
function message.step(answer, step, style, r)
  if step.kind == "call" then
    return { calls.member(answer, style.call, step, r) }
  elseif step.kind == "image" then
    return message.image(step.image, style, r)
  end
  return message[step.kind](step.spelling, style, r)
end

---------------------------------------------------------------------------
-- whole messages

-- Joins members of one name when they are lists, and turns text that stands
-- beside parts into a part.
local function join(members)
  local joined, by_name = {}, {}
  for _, member in ipairs(members) do
    local name, node = member[1], member[2]
    local first = by_name[name]
    if not first then
      first = { name, node }
      by_name[name], joined[#joined + 1] = first, first
    else
      local items = {}
      for _, one in ipairs { first[2], node } do
        for _, item in ipairs(one.items or { object {
          { "type", text "text" },
          { "text", source.member(one, "text") or one } } }) do
          items[#items + 1] = item
        end
      end
      first[2] = list(items)
    end
  end
  return joined
end

--- A message that says the whole answer.
function message.whole(answer, style, r)
  local members = {}
  local function add(more)
    for _, member in ipairs(more) do
      members[#members + 1] = member
    end
  end
  for _, kind in ipairs { "reasoning", "text", "refusal" } do
    local spelling = answers.joined(answer, kind)
    if spelling ~= "" or kind == "text" and r:chance(50) then
      add(message[kind](spelling, style, r))
    end
  end
  for _, step in ipairs(answer.steps) do
    if step.kind == "image" then
      add(message.image(step.image, style, r))
    end
  end
  local all = answer.is_whole and calls.all(answer, r)
  if all and style.call == "function_call" then
    local call = answer.calls[1]
    add { { "function_call", object { { "name", text(call.name) },
      { "arguments", text(call.text) } } } }
  elseif all then
    add { { "tool_calls", all } }
  end
  members = join(members)
  table.insert(members, 1, { "role", text "assistant" })
  return object(members)
end

--- What servers write where there is no text.
function message.nothing(r)
  return r:chance(50) and source.null or text ""
end

---------------------------------------------------------------------------
-- usage

local function figure(n, as_text)
  return as_text and text(("%d"):format(n)) or source.number(n)
end

--- Usage under the names of one of the dialects. `names` are those of prompt,
--- completion and total, then of the details' tables or fields.
function message.usage(usage, names, r)
  local as_text = r:chance(10)
  local function detail(name, field, n)
    if not n then
      return nil
    elseif not field then
      return { name, figure(n) }
    end
    return { name, object { { field, figure(n) } } }
  end
  local members = {
    { names.prompt, figure(usage.prompt, as_text) },
    { names.completion, figure(usage.completion, as_text) },
  }
  if r:chance(75) then
    table.insert(members, { names.total,
      figure(usage.prompt + usage.completion, as_text) })
  end
  table.insert(members, detail(names.cached, names.cached_field, usage.cached))
  table.insert(members, detail(names.thought, names.thought_field,
    usage.thought))
  return object(members)
end

message.CHUNK_NAMES = { prompt = "prompt_tokens",
  completion = "completion_tokens", total = "total_tokens",
  cached = "prompt_tokens_details", cached_field = "cached_tokens",
  thought = "completion_tokens_details", thought_field = "reasoning_tokens" }

message.RESPONSE_NAMES = { prompt = "input_tokens",
  completion = "output_tokens", total = "total_tokens",
  cached = "input_tokens_details", cached_field = "cached_tokens",
  thought = "output_tokens_details", thought_field = "reasoning_tokens" }

message.ENVELOPE_NAMES = { prompt = "tokens_prompt",
  completion = "tokens_completion", total = "tokens_total",
  cached = "cache_read_tokens", thought = "reasoning_tokens" }

--- Adds the fields of usage that the answer has to those that were told.
function message.tell_usage(answer, told)
  for _, name in ipairs { "tokens_prompt", "tokens_completion", "tokens_total",
    "cache_read_tokens", "reasoning_tokens" } do
    told[name] = true
  end
  return answer.usage
end

---------------------------------------------------------------------------
-- failures

--- The member `error` of a failure, in one of its forms.
function message.error(finish, r)
  local code = finish.number and (r:chance(20)
    and text(("%d"):format(finish.number)) or source.number(finish.number))
  if not code and not finish.name and r:chance(30) then
    return text(finish.message)
  end
  local in_type = finish.name and r:chance(30)
  return object { { "message", text(finish.message) },
    { "type", in_type and text(finish.name) or nil },
    { "code", not in_type and finish.name and text(finish.name) or code } }
end

return message
