--- `indoxhub chat`: asks, and streams the answer to stdout.

local exit = require "indoxhub.cli.shared.exit"
local input = require "indoxhub.cli.shared.input"
local interrupt = require "indoxhub.cli.shared.interrupt"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local prompt = require "indoxhub.cli.shared.prompt"
local session = require "indoxhub.cli.shared.session"

-- Outside of tasks: at the prompt each answer is a task of its own.
local chat = { outside = true }

--- Adds the command to the parser.
function chat.describe(parser)
  local command = parser:command("chat",
    "Ask, and read the answer as it comes.")
    :epilog([[
Examples:
  indoxhub chat "Why is the sky blue?"
  git diff | indoxhub chat "Review this change"
  indoxhub transcribe a.wav | indoxhub chat -s "summarise"
  indoxhub chat -m openai/gpt-4o-mini -s "Answer in one line" "What is Lua?"
  indoxhub chat -i photo.jpg "What is this?"
  indoxhub chat --session holiday "Where is it warm in March?"
  indoxhub chat --session holiday             (goes on, at a prompt)
  indoxhub chat                               (a prompt)

At the prompt:
]] .. prompt.help() .. [[


Sessions are files in ${XDG_DATA_HOME:-~/.local/share}/indoxhub/sessions. One
that another terminal changed meanwhile is left alone: the conversation is kept
under a new name, which is told.
A pipe is read to its end: where the command stands in a loop that reads
lines, give it </dev/null.]])
  options.add_words(command, "prompt",
    "What to ask; -: stdin. What comes through a pipe is added.")
  options.add_model(command)
  options.add_fallback(command)
  command:option("-s --system", "Instructions for the model.")
    :argname("<text>")
  command:option("-i --image", "Picture to ask about, a file or a URL; may be "
    .. "given again."):argname("<file>"):count("*")
  command:option("--session", "Keep the conversation, and go on with it.")
    :argname("<name>"):convert(session.name)
  command:option("--max-tokens", "Most tokens of the answer.")
    :argname("<n>"):convert(options.count "--max-tokens")
  command:option("-t --temperature", "Sampling temperature.")
    :argname("<number>"):convert(options.number "--temperature")
  options.add_reasoning(command)
  options.add_common(command)
end

-- A question with its pictures.
local function parts_of(question, pictures)
  if not pictures[1] then
    return question
  end
  local parts = { question }
  for _, picture in ipairs(pictures) do
    parts[#parts + 1] = { image = picture }
  end
  return parts
end

local function ask(talk, given, question)
  local content = parts_of(question, given.image)
  if given.json then
    local reply, err = talk:send(content)
    if not reply then
      return nil, err
    end
    return output.json(reply)
  end
  local stream, err = talk:stream(content, { reasoning = given.reasoning })
  if not stream then
    return nil, err
  end
  return output.stream(stream, given.reasoning)
end

-- The session keeps also an answer that was broken off.
local function ask_once(talk, given, question)
  local before = #talk:messages()
  local ok, err = interrupt.run(ask, talk, given, question)
  if given.session and #talk:messages() > before then
    local saved, why = session.save(talk, given.session)
    ok, err = ok and saved, err or why
  end
  return ok and 0 or exit.with(err)
end

local function open(given)
  local settings, err = options.fields("chat", "create", {
    max_tokens = given.max_tokens, temperature = given.temperature }, given)
  if not settings then
    return nil, err
  end
  settings.system = given.system and input.as_text(given.system)
  return session.open(options.client(given), given.session, settings)
end

--- Runs the command. Returns its exit code.
function chat.run(given)
  interrupt.catch()
  local question, err = input.question(given.prompt)
  local at_prompt = question == "" and not input.is_piped()
    and not input.is_stdin(given.prompt)
  if question == "" and not at_prompt then
    err = exit.usage("nothing to ask: give a prompt, or pipe one in")
  elseif at_prompt and given.image[1] then
    err = exit.usage("a picture takes a question, as chat -i photo.jpg "
      .. '"What is this?"')
  end
  local talk
  if not err then
    talk, err = open(given)
  end
  if err then
    return exit.with(err)
  elseif at_prompt then
    return prompt.run(talk, given)
  end
  return ask_once(talk, given, question)
end

return chat
