--- The dialect `openai`: objects and chunks with choices.

local choices = require "indoxhub.sandbox.shapes.choices"
local frame = require "indoxhub.sandbox.shapes.frame"
local json = require "indoxhub.base.json"

local openai = { has_choices = true }

local function usage(answer)
  return {
    prompt_tokens = answer.prompt_tokens,
    completion_tokens = answer.completion_tokens,
    total_tokens = answer.prompt_tokens + answer.completion_tokens,
    completion_tokens_details = {
      reasoning_tokens = answer.reasoning_tokens },
    cost = answer.cost,
  }
end

local function object(answer, kind, list)
  return { id = answer.id, object = kind, created = answer.created,
    model = answer.provider .. "/" .. answer.model, choices = list }
end

function openai.body(answer)
  local list = {}
  for nth = 1, #answer.choices do
    list[nth] = choices.whole(answer, nth, json.null)
  end
  local body = object(answer, answer.kind == "chat" and "chat.completion"
    or "text_completion", list)
  body.usage = usage(answer)
  return body
end

local function chunk(answer, nth, delta, finish_reason)
  local choice = { index = nth - 1, finish_reason = finish_reason or json.null }
  if answer.kind == "chat" then
    choice.delta = delta
    return object(answer, "chat.completion.chunk", { choice })
  end
  choice.text = delta.content or ""
  return object(answer, "text_completion", { choice })
end

function openai.start(answer)
  local frames = {}
  for nth = 1, answer.kind == "chat" and #answer.choices or 0 do
    frames[nth] = frame.of(chunk(answer, nth, { role = "assistant",
      content = "" }))
  end
  return table.concat(frames)
end

function openai.part(answer, part)
  local delta = choices.delta(part)
  return delta and frame.of(chunk(answer, part.choice, delta)) or ""
end

function openai.finish(answer)
  local frames = {}
  for nth, choice in ipairs(answer.choices) do
    frames[nth] = frame.of(chunk(answer, nth, {}, choice.finish_reason))
  end
  if answer.tells_usage then
    local last = object(answer, "chat.completion.chunk", json.array())
    last.usage = usage(answer)
    frames[#frames + 1] = frame.of(last)
  end
  return table.concat(frames) .. frame.DONE
end

function openai.failure(_, message)
  return frame.of { error = { message = message, type = "server_error",
    param = json.null, code = "provider_error" } }
end

return openai
