--- Chat and completions: whole answers, streams, and stopping them.

local asking = require "indoxhub.sandbox.saying.asking"
local calls = require "indoxhub.sandbox.calls"
local faults = require "indoxhub.sandbox.faults"
local official = require "indoxhub.sandbox.shapes.official"
local pieces = require "indoxhub.sandbox.saying.pieces"
local refusals = require "indoxhub.sandbox.refusals"
local replies = require "indoxhub.sandbox.replies"
local response_input = require "indoxhub.sandbox.saying.response_input"
local saying = require "indoxhub.sandbox.saying"
local shapes = require "indoxhub.sandbox.shapes"
local states = require "indoxhub.sandbox.state"

local generation = {}

---@class indoxhub.sandbox.Answer: indoxhub.sandbox.Call
---@field question string
---@field choices indoxhub.sandbox.Choice[]
---@field tells_usage boolean whether a stream tells what it cost

-- What each prompt of a request asks; nil and what is wrong with a field.
local function read(fields)
  local list = {}
  for i, prompt in ipairs(type(fields.prompt) == "table" and fields.prompt
    or { fields.prompt or false }) do
    local asked, wrong = asking.read(fields, prompt or nil)
    if not asked then
      return nil, wrong
    end
    list[i] = asked
  end
  return list
end

-- Fills a call with its answer.
local function compose(state, call, list, may_be_many)
  call.question, call.choices, call.prompt_tokens = list[1].question, {}, 0
  for _, asked in ipairs(list) do
    asked.count = may_be_many and asked.count or 1
    call.prompt_tokens = call.prompt_tokens + asked.tokens
    for _, choice in ipairs(saying.choices(asked)) do
      table.insert(call.choices, choice)
      for _, made in ipairs(choice.calls or {}) do
        made.id = "call_" .. states.new_id(state):sub(1, 8)
      end
    end
  end
  call.completion_tokens, call.reasoning_tokens = saying.tokens(call.choices)
  return call
end

---------------------------------------------------------------------------
-- streams

local function add_parts(list, choice, nth)
  local function add(kind, part)
    part.kind, part.choice = kind, nth
    list[#list + 1] = part
  end
  for i, piece in ipairs(choice.reasoning or {}) do
    add("thought", { text = piece, first = i == 1,
      last = i == #choice.reasoning })
  end
  for i, piece in ipairs(choice.pieces) do
    add("text", { text = piece, first = i == 1 })
  end
  for index, call in ipairs(choice.calls or {}) do
    add("call", { call = call, index = index })
    for _, piece in ipairs(pieces.characters(call.arguments)) do
      add("arguments", { call = call, index = index, text = piece })
    end
    add("called", { call = call, index = index })
  end
  return list
end

-- The parts of a stream: those of several choices come in turns.
local function parts_of(answer, shape)
  local lists, longest = {}, 0
  for nth, choice in ipairs(answer.choices) do
    if nth == 1 or shape.has_choices then
      lists[nth] = add_parts({}, choice, nth)
      longest = math.max(longest, #lists[nth])
    end
  end
  local parts = {}
  for i = 1, longest do
    for _, list in ipairs(lists) do
      parts[#parts + 1] = list[i]
    end
  end
  return parts
end

local function break_stream(request, answer, shape, fault)
  if fault.kind == "cut" then
    request:cut()
  elseif fault.kind == "stall" then
    request:pause(replies.LONGEST_STALL)
  else
    request:send(shape.failure(answer, faults.IN_ANSWER))
    request:end_events()
  end
end

-- Thoughts are no pieces of the answer: faults do not count them.
local function counts(part)
  return part.kind ~= "thought" and part.kind ~= "called"
end

-- Streams an answer part by part. Ends early when the client leaves, when the
-- stream is stopped, or where the fault says. Returns whether it went on to the
-- end, and the parts that went out.
local function stream_parts(request, answer, shape, running)
  local context = request.context
  local fault, sent, count = context.fault, {}, 0
  local ok = request:begin_events { ["x-request-id"] = answer.id }
    and request:send(shape.start(answer))
  local function breaks()
    return ok and not running.stopped and fault and fault.number == count
  end
  for _, part in ipairs(parts_of(answer, shape)) do
    if not ok or running.stopped or counts(part) and breaks() then
      break
    end
    local frames = shape.part(answer, part)
    ok = request:send(frames) and (frames == "" or request:pause(context.pace))
    sent[#sent + 1], count = part, count + (counts(part) and 1 or 0)
  end
  if breaks() then -- before a part, or after the last
    break_stream(request, answer, shape, fault)
    ok = false
  end
  return ok, sent
end

-- What was sent is what is paid.
local function shorten(answer, sent)
  for nth, choice in ipairs(answer.choices) do
    local texts, begun = {}, {}
    for _, part in ipairs(sent) do
      if part.choice == nth and part.kind == "text" then
        texts[#texts + 1] = part.text
      elseif part.choice == nth and part.kind == "called" then
        begun[#begun + 1] = part.call
      end
    end
    choice.text, choice.pieces = table.concat(texts), texts
    choice.calls = choice.calls and begun
  end
  answer.completion_tokens = saying.tokens(answer.choices)
end

local function stream_answer(state, request, answer, shape)
  local running = { stopped = false, account = request.account }
  state.streams[answer.id] = running
  local ok, sent = stream_parts(request, answer, shape, running)
  state.streams[answer.id] = nil
  shorten(answer, sent)
  calls.charge(state, request, answer, answer.question,
    answer.choices[1].text)
  if ok then
    request:send(shape.finish(answer))
    request:end_events()
  end
end

---------------------------------------------------------------------------

-- Whether a stream tells what it cost: where OpenAI's own form is spoken, only
-- those who ask are told.
local function tells_usage(request)
  local options = request.fields.stream_options
  return not request.compatible
    or type(options) == "table" and options.include_usage == true
end

-- What a call answers; nil when it was refused, and the refusal sent.
local function begin(state, request, kind, fields, may_be_many)
  local list, wrong = read(fields)
  if not list then
    return refusals.refuse_field(state, request, wrong[1], wrong[2])
  end
  local call = calls.begin(state, request, kind)
  return call and compose(state, call, list, may_be_many)
end

local function send(state, request, answer, shape)
  if request.fields.stream == true then
    return stream_answer(state, request, answer, shape)
  end
  calls.charge(state, request, answer, answer.question,
    answer.choices[1].text)
  replies.json(request, shape.body(answer), answer.id)
end

local function generate(state, request, kind)
  local shape = shapes.by_name[request.context.dialect]
  local answer = begin(state, request, kind, request.fields,
    shape.has_choices)
  if answer then
    answer.tells_usage = tells_usage(request)
    send(state, request, answer, shape)
  end
end

--- POST /chat/completions
function generation.chat(state, request)
  generate(state, request, "chat")
end

--- POST /completions
function generation.completion(state, request)
  generate(state, request, "completion")
end

-- Responses that another can go on from are kept for so many answers.
local MOST_RESPONSES = 1000

local function keep(state, id, messages)
  state.responses[id] = messages
  table.insert(state.response_ids, id)
  if #state.response_ids > MOST_RESPONSES then
    state.responses[table.remove(state.response_ids, 1)] = nil
  end
end

--- POST /v1/responses
function generation.response(state, request)
  local fields = request.fields
  local before = fields.previous_response_id
  local earlier = before and state.responses[before]
  if before and not earlier then
    return refusals.refuse_field(state, request, "previous_response_id",
      "names a response that is not known here")
  end
  local messages = response_input.messages(fields, earlier)
  local answer = begin(state, request, "chat", setmetatable({
    messages = messages }, { __index = fields }), false)
  if answer then
    answer.id, answer.fields = "resp_" .. answer.id, fields
    keep(state, answer.id,
      response_input.after(messages, answer.choices[1]))
    send(state, request, answer, official)
  end
end

--- POST /chat/stop-stream/{stream_id}, and the same for completions: the id is
--- the one that the stream itself told.
function generation.stop(state, request)
  local running = state.streams[request.arguments.stream_id]
  if not running or running.account ~= request.account then
    return refusals.refuse(state, request, 404, "Stream not found")
  end
  running.stopped = true
  replies.json(request, { success = true })
end

return generation
