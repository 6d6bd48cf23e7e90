--- What `transcribe` and `translate` have in common: both write down what a
--- recording says.

local exit = require "indoxhub.cli.shared.exit"
local indoxhub = require "indoxhub"
local input = require "indoxhub.cli.shared.input"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local progress = require "indoxhub.cli.shared.progress"

local recording = {}

--- Adds what both have to a command.
---@param command table of argparse
function recording.describe(command)
  command:argument("file", "Recording; -: stdin.")
  options.add_model(command)
  command:option("--format", "text, the default, srt or vtt for subtitles, "
    .. "json or verbose_json."):argname("<name>")
    :choices { "text", "srt", "vtt", "json", "verbose_json" }
  command:option("--prompt", "Text that shows style or spelling.")
    :argname("<text>")
  options.add_common(command)
end

-- The recording as a field of a form.
local function file_of(path)
  if path ~= "-" then
    return path
  elseif not input.is_piped() then
    return nil, exit.usage("- means stdin: pipe a recording in")
  end
  local bytes, err = input.read_all()
  if bytes == "" then
    return nil, exit.usage("nothing came through the pipe")
  end
  return bytes and indoxhub.bytes(bytes), err
end

--- Runs a command.
---@param method "transcribe"|"translate"
---@param given table what argparse read
---@return any ok, indoxhub.Error? err
function recording.run(method, given)
  local file, err = file_of(given.file)
  local fields = file and { file = file,
    prompt = given.prompt and input.as_text(given.prompt),
    response_format = given.format, language = given.language }
  if fields then
    fields, err = options.fields("audio", method, fields, given)
  end
  if not fields then
    return nil, err
  end
  local audio = options.client(given).audio
  local reply
  reply, err = audio[method](audio, fields,
    { on_progress = progress.of_bytes("Sending") })
  progress.clear()
  if not reply then
    return nil, err
  elseif given.json or (given.format or ""):find("json") then
    return output.json(reply)
  end
  return output.line(reply.data.text)
end

return recording
