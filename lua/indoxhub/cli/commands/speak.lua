--- `indoxhub speak`: speaks a text.

local input = require "indoxhub.cli.shared.input"
local options = require "indoxhub.cli.shared.options"
local result_file = require "indoxhub.cli.shared.result_file"

local speak = {}

--- Adds the command to the parser.
function speak.describe(parser)
  local command = parser:command("speak", "Speak a text.")
    :epilog [[
Examples:
  indoxhub speak "The ferry leaves at nine." -o ferry.mp3
  indoxhub speak --voice alloy --speed 1.2 -o news.mp3 <news.txt
  indoxhub speak --format wav "Mind the gap." | aplay]]
  options.add_words(command, "text", "What to speak; - or nothing: stdin.")
  options.add_model(command)
  command:option("--voice", "Such as alloy."):argname("<name>")
  command:option("--format", "Such as mp3, the default, or wav.")
    :argname("<name>")
  command:option("--speed", "0.25 to 4; 1 is normal."):argname("<number>")
    :convert(options.positive "--speed")
  options.add_output(command)
  options.add_common(command)
end

--- Runs the command.
function speak.run(given)
  local text, err = input.text(given.text, "text to speak")
  local fields = text and { input = text, voice = given.voice,
    response_format = given.format, speed = given.speed }
  if fields then
    fields, err = options.fields("audio", "speak", fields, given)
  end
  err = err or result_file.check(given, 1)
  if err then
    return nil, err
  end
  local client = options.client(given)
  local reply
  reply, err = client.audio:speak(fields)
  if not reply then
    return nil, err
  end
  return result_file.put(client, given, { items = { reply }, shown = reply,
    text = text, kind = "speech" })
end

return speak
