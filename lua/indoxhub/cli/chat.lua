--- `indoxhub chat`: asks, and streams the answer to stdout.

local core = require "indoxhub.core"
local errors = require "indoxhub.errors"
local exit = require "indoxhub.cli.exit"
local indoxhub = require "indoxhub"
local json = require "indoxhub.json"
local loop = require "indoxhub.loop"
local scheduler = require "indoxhub.loop.scheduler"

local chat = {}

local STDIN = 0

--- Adds the command to the parser.
function chat.describe(parser)
  local command = parser:command("chat",
    "Ask, and read the answer as it comes.")
    :epilog [[
Examples:
  indoxhub chat "Why is the sky blue?"
  git diff | indoxhub chat "Review this change"
  indoxhub chat -m openai/gpt-4o-mini -s "Answer in one line" "What is Lua?"
  indoxhub chat            (a prompt; Ctrl-C stops an answer, Ctrl-D leaves)]]
  command:argument("prompt", "What to ask; what comes through a pipe is added.")
    :args("*")
  command:option("-m --model", "Model, as provider/model.")
  command:option("-s --system", "Instructions for the model.")
  command:option("--base-url", "Server to ask, in place of INDOXHUB_BASE_URL.")
  command:flag("--json", "Print the whole reply as JSON, at once.")
end

-- Ctrl-C cancels the running task, however often it comes.
local function catch_interrupts(state)
  local engine = loop.engine()
  if core.catch_interrupts() and engine then
    engine:wake_on_interrupt()
    scheduler.on_turn = function()
      if core.interrupted() and state.task then
        state.interrupted = true
        state.task:cancel()
      end
    end
  end
end

-- True, or nil and an error: the disk may be full.
local function write(text)
  local ok, why = io.stdout:write(text)
  if ok then
    ok, why = io.stdout:flush()
  end
  if not ok then
    return nil, errors.new("file", "cannot write the answer: " .. why)
  end
  return true
end

-- Streams one answer. Returns the reply, or nil and the error.
local function answer(client, request)
  local stream, err = client.chat:stream(request)
  local last = "\n"
  while stream do
    local delta, why = stream:next()
    if not delta then
      err = why
      break
    end
    local ok
    ok, err = write(delta)
    if not ok then
      stream:close()
      return nil, err
    end
    last = delta
  end
  local ended, why = write(last:sub(-1) ~= "\n" and "\n" or "")
  if err or not ended then
    return nil, err or why
  end
  return stream:reply()
end

local function answer_as_json(client, request)
  local reply, err = client.chat:create(request)
  if not reply then
    return nil, err
  end
  local ok, why = write(json.encode(reply) .. "\n")
  return ok and reply, why
end

-- Runs a function as a task that Ctrl-C cancels.
local function cancellable(state, fn, ...)
  state.task = indoxhub.spawn(fn, ...)
  local result, err = state.task:await()
  state.task = nil
  return result, err
end

local function request_of(options, messages)
  return { model = options.model, messages = messages }
end

local function system_message(options)
  return options.system and { role = "system", content = options.system }
end

local function ask_once(state, client, options, prompt)
  local messages = { system_message(options) }
  messages[#messages + 1] = { role = "user", content = prompt }
  local reply, err = cancellable(state, options.json and answer_as_json
    or answer, client, request_of(options, messages))
  return reply and 0 or exit.with(err)
end

-- A line typed at the prompt; nil at its end, "" when Ctrl-C was pressed.
local function read_line()
  io.stderr:write("> ")
  local line = io.read("*l")
  if not line and core.interrupted() then
    io.stderr:write("\n")
    return ""
  end
  return line
end

-- A prompt on a terminal. A question that failed is forgotten, so that the next
-- one does not depend on it.
local function converse(state, client, options)
  local messages = { system_message(options) }
  for line in read_line do
    if line:find("%S") then
      messages[#messages + 1] = { role = "user", content = line }
      local reply, err = cancellable(state, options.json and answer_as_json
        or answer, client, request_of(options, messages))
      if reply then
        messages[#messages + 1] = { role = "assistant", content = reply.data }
      else
        messages[#messages] = nil
        exit.with(err)
      end
    end
  end
  io.stderr:write("\n")
  return 0
end

-- The arguments and what comes through a pipe, as one question.
local function gather_prompt(options)
  local prompt = table.concat(options.prompt, " ")
  if core.isatty(STDIN) then
    return prompt
  end
  local piped = io.read("*a") or ""
  if prompt ~= "" and piped:find("%S") then
    return prompt .. "\n\n" .. piped
  end
  return prompt ~= "" and prompt or piped
end

--- Runs the command. Returns its exit code.
function chat.run(options)
  local prompt = gather_prompt(options)
  local is_prompt_loop = not prompt:find("%S") and core.isatty(STDIN)
  if not prompt:find("%S") and not is_prompt_loop then
    io.stderr:write("indoxhub: nothing to ask: give a prompt, or pipe one in\n")
    return 2
  end
  local client = indoxhub.new { base_url = options.base_url }
  local state = {}
  catch_interrupts(state)
  if is_prompt_loop then
    return converse(state, client, options)
  end
  return ask_once(state, client, options, prompt)
end

return chat
