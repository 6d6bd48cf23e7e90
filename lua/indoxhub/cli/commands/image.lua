--- `indoxhub image`: draws.

local input = require "indoxhub.cli.shared.input"
local options = require "indoxhub.cli.shared.options"
local result_file = require "indoxhub.cli.shared.result_file"

local image = {}

--- Adds the command to the parser.
function image.describe(parser)
  local command = parser:command("image", "Draw pictures.")
    :epilog [[
Examples:
  indoxhub image "a fox" -o fox.png
  indoxhub image "a fox" -n 3 -o fox.png      (fox-1.png, fox-2.png, fox-3.png)
  indoxhub image "a fox in the snow"          (a-fox-in-the-snow.png)
  indoxhub image "a fox" | convert - fox.jpg
  indoxhub image "a fox" --size 1024x1024 --set quality=hd -o fox.png]]
  options.add_words(command, "prompt", "What to draw; - or nothing: stdin.")
  options.add_model(command)
  options.add_fallback(command)
  command:option("-n --count", "How many."):argname("<n>")
    :convert(options.count "--count")
  command:option("--size", "Such as 1024x1024."):argname("<size>")
  options.add_output(command)
  options.add_common(command)
end

--- Runs the command.
function image.run(given)
  local prompt, err = input.text(given.prompt, "description of the picture")
  local fields = prompt and { prompt = prompt, n = given.count,
    size = given.size }
  if fields then
    fields, err = options.fields("images", "generate", fields, given)
  end
  err = err or result_file.check(given, fields and fields.n or 1)
  if err then
    return nil, err
  end
  local client = options.client(given)
  local reply
  reply, err = client.images:generate(fields)
  if not reply then
    return nil, err
  end
  return result_file.put(client, given, { items = reply.data, shown = reply,
    text = prompt, kind = "image" })
end

return image
