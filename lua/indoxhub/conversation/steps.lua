--- The steps of a turn: answers that call tools, whose results go back to the
--- model until it answers in words.

local calling = require "indoxhub.tools.calling"
local errors = require "indoxhub.base.errors"
local message = require "indoxhub.conversation.message"
local tools = require "indoxhub.tools"
local usage = require "indoxhub.api.reading.usage"

local steps = {}

-- Answers that may call tools, unless a conversation says otherwise.
local MOST_STEPS = 10

---@class indoxhub.Steps
---@field box indoxhub.Toolbox
---@field hooks table the settings of the conversation
---@field list indoxhub.Step[] those whose tools were run
---@field running? {step: indoxhub.ToolStep, reply: table} whose tools run now
---@field most integer

--- The steps of a turn that begins.
---@param settings table of the conversation
---@param fields table of the turn
---@return indoxhub.Steps
function steps.new(settings, fields)
  return { box = tools.box(fields.tools), hooks = settings, list = {},
    most = settings.max_steps or MOST_STEPS }
end

-- A call of a tool that the program has to run itself.
local function is_for_program(self, call)
  local entry = self.box.by_name[call.name]
  return entry ~= nil and entry.run == nil
end

--- Whether tools are to be run before the turn can go on: those that an answer
--- calls, when none of them is left to the program.
---@param self indoxhub.Steps
---@param reply indoxhub.ChatResponse
---@return boolean
function steps.goes_on(self, reply)
  if not self.box.runs or not (reply.tool_calls or {})[1] then
    return false
  end
  for _, call in ipairs(reply.tool_calls) do
    if is_for_program(self, call) then
      return false
    end
  end
  return true
end

-- What the steps so far have used, and an answer or an error beside them.
local function usage_of(self, used)
  local list = {}
  for i, step in ipairs(self.list) do
    list[i] = step.usage or false
  end
  list[#list + 1] = used or false
  return usage.sum(list, #list)
end

-- The messages that tell of a step: the answer, and a result for each call.
local function tell_step(self, reply, step)
  self.running = nil
  table.insert(self.list, { data = reply.data, calls = step.calls,
    usage = reply.usage })
  local messages = { message.of_reply(reply) }
  for _, call in ipairs(step.calls) do
    messages[#messages + 1] = calling.message(call)
  end
  return messages
end

--- Runs the tools that an answer calls, and waits for them. Returns the
--- messages that tell of it, and an error when the turn ends with them; or nil
--- and an error when none was run.
---@param self indoxhub.Steps
---@param reply indoxhub.ChatResponse
---@return indoxhub.Message[]? messages, indoxhub.Error? err
function steps.run(self, reply)
  if #self.list + 1 >= self.most then
    return nil, errors.new("steps", ("the model still calls tools in its " ..
      "answer number %d"):format(#self.list + 1), { usage = reply.usage })
  end
  local step = calling.step(reply.tool_calls, self.box, self.hooks)
  self.running = { step = step, reply = reply }
  local _, err = calling.run(step)
  if not self.running then -- given up meanwhile, and told of
    return nil, err or errors.cancelled()
  end
  return tell_step(self, reply, step), err
end

--- Gives up the tools that run now. Returns the messages that tell of them, or
--- nil when none run.
---@param self indoxhub.Steps
---@return indoxhub.Message[]?
function steps.give_up(self)
  local running = self.running
  if running then
    calling.give_up(running.step)
    return tell_step(self, running.reply, running.step)
  end
end

-- Whoever must call a tool would never come to an answer.
local FORCED = { required = true, any = true }

--- The fields of the next answer: what forces a call holds for the first.
---@param self indoxhub.Steps
---@param fields table changed
function steps.release(self, fields)
  local choice = fields.tool_choice
  if self.list[1] and (FORCED[choice] or type(choice) == "table") then
    fields.tool_choice = nil
  end
end

--- Tells a reply of the steps before it.
---@param self indoxhub.Steps
---@param reply indoxhub.ChatResponse
function steps.tell(self, reply)
  if self.box.runs then
    reply.usage = usage_of(self, reply.usage)
    reply.steps = self.list
  end
end

--- Tells an error of the steps before it.
---@param self indoxhub.Steps
---@param err indoxhub.Error
function steps.tell_error(self, err)
  if self.box.runs then
    err.usage = usage_of(self, err.usage)
    err.steps = self.list
  end
end

return steps
