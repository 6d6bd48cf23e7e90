-- What a conversation sends back of an answer with tool calls: the calls, the
-- text, and what the model thought, named as the server named it.
--
-- INDOXHUB_LONG=1 asks for 2,000 conversations; INDOXHUB_SEED for the one with
-- this seed.
local answers = require "spec.meaning.answers"
local compare = require "spec.meaning.compare"
local findings = require "spec.meaning.findings"
local indoxhub = require "indoxhub"
local random = require "spec.meaning.random"
local servers = require "spec.support.servers"
local source = require "spec.meaning.source"
local wire = require "spec.meaning.wire"

local FIRST, LAST = findings.range(60, 2000)

local DIALECTS = { "choices_body", "openai", "gateway" }
local WAYS = { "reasoning_content", "reasoning", "thinking", "details" }

local DONE = servers.reply("200 OK", "application/json", '{"id":"c2",'
  .. '"choices":[{"index":0,"message":{"role":"assistant","content":"done"},'
  .. '"finish_reason":"stop"}]}')

-- An answer whose calls can be answered.
local function answer_of(seed, r)
  local answer
  repeat
    answer = answers.new(seed)
    seed = seed + 1000003
  until answer.is_whole and answer.calls[1] and answer.ids == "text"
  answer.reasoning_way = r:pick(WAYS)
  return answer
end

-- The assistant's message in the last request, as it was written.
local function sent_message(got)
  local body = source.decode(got:match "^.*\r\n\r\n(.*)$" or "")
  local messages = source.member(body, "messages")
  return messages and messages.items and messages.items[2]
end

local function sent_calls(node)
  local calls = {}
  for i, call in ipairs((source.member(node, "tool_calls") or {}).items or {})
  do
    calls[i] = { id = source.text_of(source.member(call, "id")),
      name = source.text_of(source.member(call, "function", "name")),
      arguments = source.text_of(source.member(call, "function",
        "arguments")) }
  end
  return calls
end

-- History is valid UTF-8, whatever the server sent.
local function valid(text)
  return text and (text:gsub("\255", "\239\191\189"))
end

-- Details come in as many parts as they were sent in; a half of a pair may have
-- been left in each of two.
local function wrong_reasoning(answer, node, echo)
  local is_in_parts = answer.reasoning_way == "details"
  local name = is_in_parts and "reasoning_details" or answer.reasoning_way
  local reasoning = valid(answers.reply(answer).reasoning_content)
  local found = source.member(node, name)
  if not echo then
    return found and name, nil, found and source.encode(found)
  elseif is_in_parts and found then
    local first = source.member(found.items[1], "text")
    return reasoning and not first and name, reasoning, source.encode(found)
  end
  local text = source.text_of(found)
  return reasoning ~= text and name, reasoning, text
end

local MAY_BE_SENT = { role = true, content = true, tool_calls = true,
  reasoning_content = true, reasoning = true, reasoning_details = true,
  thinking = true }

local function wrong_members(node)
  for _, member in ipairs(node.members) do
    local name, value = member[1], member[2]
    if not MAY_BE_SENT[name] then
      return "member", "none called " .. name, source.encode(value)
    elseif name ~= "content" and (value.source == "null"
      or value.items and not value.items[1]) then
      return name, "something or nothing", source.encode(value)
    end
  end
end

-- What is wrong with a message that was sent, what it should be and what it is.
local function wrong(answer, node, echo)
  if not node then
    return "request", "a second one", "none"
  end
  local expected = answers.reply(answer)
  local calls = sent_calls(node)
  local text = source.text_of(source.member(node, "content")) or ""
  if compare.show(calls) ~= compare.show(expected.tool_calls) then
    return "tool_calls", expected.tool_calls, calls
  elseif text ~= valid(expected.data) then
    return "content", valid(expected.data), text
  end
  local what, want, found = wrong_members(node)
  if what then
    return what, want, found
  end
  return wrong_reasoning(answer, node, echo)
end

describe("a conversation", function()
  local raw, client

  setup(function()
    raw = servers.raw()
    client = indoxhub.new { api_key = "k", max_retries = 0, timeout = 20,
      base_url = raw:base "talk" .. "/v1" }
  end)

  teardown(function()
    client:close()
    raw:stop()
  end)

  local function first_reply(talk, is_body)
    if is_body then
      return talk:send "one"
    end
    local stream, err = talk:stream "one"
    if not stream then
      return nil, err
    end
    return stream:reply()
  end

  local function send_back(answer, rendered, echo, r)
    local bytes = rendered.body and wire.body(rendered.body, r)
      or wire.events(rendered.events, r)
    raw:script("talk", wire.chunked(bytes, wire.cut(r), r, true,
      rendered.body and "application/json" or "text/event-stream"))
    local settings = { model = "m1" }
    if not echo then
      settings.echo = false
    end
    local talk = client:conversation(settings)
    local reply, err = first_reply(talk, rendered.body)
    if not reply then
      return bytes, "success", "a reply", tostring(err)
    end
    for _, call in ipairs(answer.calls) do
      talk:add { role = "tool", tool_call_id = call.id, content = "done" }
    end
    raw:script("talk", DONE)
    reply, err = talk:send()
    if not reply then
      return bytes, "second success", "a reply", tostring(err)
    end
    return bytes, wrong(answer, sent_message(raw:got "talk"), echo)
  end

  local function try(seed, misread)
    local r = random.new(seed * 16 + 12)
    local answer = answer_of(seed, r)
    local dialect, echo = r:pick(DIALECTS), r:chance(75)
    local rendered = require("spec.meaning.render." .. dialect)(answer, r)
    local ok, bytes, what, want, found = pcall(send_back, answer, rendered,
      echo, r)
    if not ok then
      bytes, what, want, found = "", "raised", "nothing", bytes
    end
    if what then
      misread:add(dialect .. " " .. what, ("INDOXHUB_SEED=%d, echo %s: %s "
        .. "expected %s, got %s"):format(seed, tostring(echo), what,
        compare.show(want), compare.show(found)), bytes)
    end
  end

  it("sends back what the server said", function()
    local misread = findings.new()
    for seed = FIRST, LAST do
      try(seed, misread)
    end
    misread:check()
  end)
end)
