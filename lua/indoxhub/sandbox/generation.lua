--- Chat and completions: whole answers, streams, and stopping them.

local answers = require "indoxhub.sandbox.answers"
local calls = require "indoxhub.sandbox.calls"
local faults = require "indoxhub.sandbox.faults"
local refusals = require "indoxhub.sandbox.refusals"
local replies = require "indoxhub.sandbox.replies"
local shapes = require "indoxhub.sandbox.shapes"

local generation = {}

local unpack = table.unpack or unpack -- luacheck: ignore 143 113

---@class indoxhub.sandbox.Answer: indoxhub.sandbox.Call
---@field text string
---@field pieces string[] the text as it is streamed
---@field reasoning? string[] what is thought before, in pieces
---@field finish_reason string

-- Fills a call with its answer.
local function compose(call, question, fields)
  local thought, asked = answers.thought(question)
  local text, most = answers.to(asked, fields.messages), fields.max_tokens
  local pieces = answers.pieces(text)
  call.finish_reason = "stop"
  if most and #pieces > most then
    pieces = { unpack(pieces, 1, most) }
    text, call.finish_reason = table.concat(pieces), "length"
  end
  call.text, call.pieces = text, pieces
  call.reasoning = thought and answers.pieces(thought)
  call.reasoning_tokens = thought and calls.tokens(thought) or 0
  call.prompt_tokens = calls.tokens(question)
  call.completion_tokens = calls.tokens(text) + call.reasoning_tokens
  return call
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

-- Sends what is thought before the answer; false when the client has gone or
-- stopped the stream.
local function stream_reasoning(request, answer, shape, running)
  local pace = request.context.pace
  local ok = shape.reasoning == nil or not answer.reasoning
    or request:send(shape.reasoning(answer))
  for _, piece in ipairs(shape.reasoning and answer.reasoning or {}) do
    ok = ok and not running.stopped
      and request:send(shape.thought(answer, piece)) and request:pause(pace)
  end
  return ok
end

-- Streams an answer piece by piece. Ends early when the client leaves, when the
-- stream is stopped, or where the fault says. Returns how many pieces went out.
local function stream_pieces(request, answer, shape, running)
  local context = request.context
  local fault, sent = context.fault, 0
  local ok = request:begin_events { ["x-request-id"] = answer.id }
    and request:send(shape.start(answer))
    and stream_reasoning(request, answer, shape, running)
    and request:send(shape.open and shape.open(answer) or "")
  -- One more than there are pieces: a fault may come after the last.
  for i = 1, #answer.pieces + 1 do
    local piece = answer.pieces[i]
    if not ok or running.stopped then
      break
    elseif fault and fault.number == i - 1 then
      break_stream(request, answer, shape, fault)
      ok = false
    elseif piece then
      ok = request:send(shape.delta(answer, piece))
        and request:pause(context.pace)
      sent = i
    end
  end
  return ok, sent
end

-- An answer that ended early is paid as far as it went.
local function shorten(answer, sent)
  answer.pieces = { unpack(answer.pieces, 1, sent) }
  answer.text = table.concat(answer.pieces)
  answer.completion_tokens = calls.tokens(answer.text)
    + answer.reasoning_tokens
end

local function stream_answer(state, request, answer, shape)
  local running = { stopped = false, account = request.account }
  state.streams[answer.id] = running
  local ok, sent = stream_pieces(request, answer, shape, running)
  state.streams[answer.id] = nil
  if sent < #answer.pieces then
    shorten(answer, sent)
  end
  calls.charge(state, request, answer, answer.question, answer.text)
  if ok then
    request:send(shape.finish(answer))
    request:end_events()
  end
end

local function generate(state, request, kind, question)
  local call = calls.begin(state, request, kind)
  if not call then
    return
  end
  call.question = question
  local answer = compose(call, question, request.fields)
  local shape = shapes.by_name[request.context.dialect]
  if request.fields.stream == true then
    return stream_answer(state, request, answer, shape)
  end
  calls.charge(state, request, answer, question, answer.text)
  replies.json(request, shape.body(answer), answer.id)
end

--- POST /chat/completions
function generation.chat(state, request)
  generate(state, request, "chat", answers.question(request.fields.messages))
end

--- POST /completions
function generation.completion(state, request)
  generate(state, request, "completion", request.fields.prompt)
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
