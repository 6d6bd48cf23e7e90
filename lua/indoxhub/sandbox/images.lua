--- Images: small pictures that follow from the prompt.

local calls = require "indoxhub.sandbox.calls"
local core = require "indoxhub.core"
local envelope = require "indoxhub.sandbox.shapes.envelope"
local json = require "indoxhub.base.json"
local media = require "indoxhub.sandbox.media"
local replies = require "indoxhub.sandbox.replies"
local states = require "indoxhub.sandbox.state"

local images = {}

local COST_PER_IMAGE = 0.04

local function draw(state, request, prompt)
  local function make()
    return media.png(prompt, state.modules.bit)
  end
  if request.fields.response_format == "b64_json" then
    return { url = json.null, b64_json = core.base64(make()) }
  end
  local path = states.add_file(state, "png", make)
  return { url = "http://" .. request.host .. path, b64_json = json.null }
end

local function as_openai(call, data)
  return { created = call.created, data = data, provider = call.provider,
    model = call.model, usage = { request_count = 1,
      cost_breakdown = { total_cost = call.cost } } }
end

--- POST /images/generations
function images.create(state, request)
  local call = calls.begin(state, request, "image")
  if not call then
    return
  end
  local prompt, data = request.fields.prompt, {}
  for i = 1, request.fields.n or 1 do
    data[i] = draw(state, request, prompt .. ("!"):rep(i - 1))
    data[i].index, data[i].revised_prompt = i - 1, prompt
  end
  call.cost = COST_PER_IMAGE * #data
  calls.charge(state, request, call, prompt, ("%d images"):format(#data))
  replies.json(request, request.context.shape.openai
    and as_openai(call, data) or envelope.around(call, data), call.id)
end

return images
