--- `indoxhub transcribe`: writes down what a recording says.

local recording = require "indoxhub.cli.shared.recording"

local transcribe = {}

--- Adds the command to the parser.
function transcribe.describe(parser)
  local command = parser:command("transcribe",
    "Write down what a recording says.")
    :epilog [[
Examples:
  indoxhub transcribe meeting.mp3
  indoxhub transcribe meeting.mp3 | indoxhub chat -s "summarise"
  indoxhub transcribe film.mp4 --format srt >film.srt
  ffmpeg -i film.mkv -f wav - | indoxhub transcribe - --language en]]
  command:option("--language", "Language spoken, such as en.")
    :argname("<code>")
  recording.describe(command)
end

--- Runs the command.
function transcribe.run(given)
  return recording.run("transcribe", given)
end

return transcribe
