--- `indoxhub complete`: goes on from a text.

local input = require "indoxhub.cli.shared.input"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"

local complete = {}

--- Adds the command to the parser.
function complete.describe(parser)
  local command = parser:command("complete",
    "Go on from a text, and read it as it comes.")
    :epilog [[
Examples:
  indoxhub complete "Once upon a time"
  indoxhub complete -m openai/gpt-4o-mini --max-tokens 50 <beginning.txt]]
  options.add_words(command, "text", "What to go on from; - or nothing: stdin.")
  options.add_model(command)
  options.add_fallback(command)
  command:option("--max-tokens", "Most tokens of the answer.")
    :argname("<n>"):convert(options.count "--max-tokens")
  command:option("-t --temperature", "Sampling temperature.")
    :argname("<number>"):convert(options.number "--temperature")
  options.add_reasoning(command)
  options.add_common(command)
end

--- Runs the command.
function complete.run(given)
  local prompt, err = input.text(given.text, "text to go on from")
  local fields = prompt and { prompt = prompt, max_tokens = given.max_tokens,
    temperature = given.temperature }
  if fields then
    fields, err = options.fields("completions", "create", fields, given)
  end
  if not fields then
    return nil, err
  end
  local completions = options.client(given).completions
  if given.json then
    local reply
    reply, err = completions:create(fields)
    if not reply then
      return nil, err
    end
    return output.json(reply)
  end
  local stream
  stream, err = completions:stream(fields, { reasoning = given.reasoning })
  if not stream then
    return nil, err
  end
  return output.stream(stream, given.reasoning)
end

return complete
