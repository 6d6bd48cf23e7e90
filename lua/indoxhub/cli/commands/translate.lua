--- `indoxhub translate`: writes down in English what a recording says.

local recording = require "indoxhub.cli.shared.recording"

local translate = {}

--- Adds the command to the parser.
function translate.describe(parser)
  local command = parser:command("translate",
    "Write down in English what a recording says.")
    :epilog [[
Examples:
  indoxhub translate interview.mp3
  indoxhub translate interview.mp3 --format vtt >interview.vtt]]
  recording.describe(command)
end

--- Runs the command.
function translate.run(given)
  return recording.run("translate", given)
end

return translate
