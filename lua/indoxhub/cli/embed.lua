--- `indoxhub embed`: turns texts into vectors.

local exit = require "indoxhub.cli.exit"
local input = require "indoxhub.cli.input"
local json = require "indoxhub.json"
local options = require "indoxhub.cli.options"
local output = require "indoxhub.cli.output"

local embed = {}

--- Adds the command to the parser.
function embed.describe(parser)
  local command = parser:command("embed", "Turn texts into vectors.")
    :epilog [[
Each argument is a text, and each line of the answer its vector, a JSON list.

Examples:
  indoxhub embed "a fox" "a hound"
  indoxhub embed <chapter.txt                 (one vector)
  indoxhub embed --lines <titles.txt          (one for each line)
  indoxhub embed "a fox" | jq length]]
  command:argument("text", "Text; else a pipe."):args("*")
  command:flag("--lines", "Each line that comes through the pipe is a text.")
  options.add_model(command)
  options.add_common(command)
end

local function lines_of(text)
  local lines = {}
  for line in text:gmatch("[^\r\n]+") do
    if line:find("%S") then
      lines[#lines + 1] = line
    end
  end
  return lines
end

-- The texts, as a list.
local function texts_of(given)
  if given.text[1] then
    if given.lines then
      return nil, exit.usage("--lines is for what comes through a pipe")
    end
    return given.text
  end
  local text, err = input.text({}, "text")
  if not text then
    return nil, err
  end
  return given.lines and lines_of(text) or { text }
end

--- Runs the command.
function embed.run(given)
  local texts, err = texts_of(given)
  local fields = texts
  if fields then
    fields, err = options.fields("embeddings", "create", { text = texts },
      given)
  end
  if not fields then
    return nil, err
  end
  local reply
  reply, err = options.client(given).embeddings:create(fields)
  if not reply then
    return nil, err
  elseif given.json then
    return output.json(reply)
  end
  local lines = {}
  for i, vector in ipairs(reply.data) do
    lines[i] = json.encode(vector) .. "\n"
  end
  return output.bytes(table.concat(lines))
end

return embed
