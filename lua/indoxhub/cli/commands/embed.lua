--- `indoxhub embed`: turns texts into vectors.

local exit = require "indoxhub.cli.shared.exit"
local indoxhub = require "indoxhub"
local input = require "indoxhub.cli.shared.input"
local json = require "indoxhub.base.json"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local progress = require "indoxhub.cli.shared.progress"
local result_file = require "indoxhub.cli.shared.result_file"
local unfinished = require "indoxhub.cli.shared.unfinished"
local utf8 = require "indoxhub.base.utf8"

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
  indoxhub embed --lines -o titles.f32 <titles.txt
  indoxhub embed "a fox" | jq length

The file of -o holds float32 numbers, the lowest byte first, one vector after
the other, and nothing else.

Many texts take many requests. When some fail, or FILE cannot be written, the
vectors that came are kept in FILE.part (embed.part without -o), or in the data
folder when there is no room, and the same command asks only for the rest.
Another text, model, field or server does not use them.]]
  command:argument("text", "Text; - or nothing: stdin."):args("*")
  command:flag("--lines", "Each line that comes through the pipe is a text.")
  options.add_model(command)
  command:option("-o --output", "File to write the vectors to, as float32.")
    :argname("<file>")
  options.add_common(command)
end

local function lines_of(text)
  local lines = {}
  for line in text:gmatch("[^\r\n]+") do
    local plain = utf8.without_mark(line) -- one for each file in the pipe
    if plain:find("%S") then
      lines[#lines + 1] = plain
    end
  end
  return lines
end

-- The texts, as a list.
local function texts_of(given)
  if given.text[1] and not input.is_stdin(given.text) then
    if given.lines then
      return nil, exit.usage("--lines is for what comes through a pipe")
    end
    local texts = {}
    for i, text in ipairs(given.text) do
      texts[i] = input.as_text(text)
    end
    return texts
  end
  local text, err = input.text(given.text, "text")
  if not text then
    return nil, err
  end
  return given.lines and lines_of(text) or { text }
end

-- As many calls as it takes, which for a few texts is one.
local function ask(given, fields, kept)
  local resume, err = unfinished.open(kept)
  if err then
    return nil, err
  end
  local bar = progress.new("Embedding")
  local reply
  reply, err = options.client(given).embeddings:batch(fields, {
    as = given.output and "vectors" or nil, resume = resume,
    on_progress = function(done, total)
      bar:show(done / total, ("%d of %d"):format(done, total))
    end })
  progress.clear()
  local came = reply or err.missing and err.partial
  local mixed = came and unfinished.join(kept, came)
  if mixed then
    return nil, mixed
  elseif came and not reply then
    unfinished.keep(kept, came)
  end
  return reply, err
end

local function save(reply, path)
  local ok, err = indoxhub.vectors.save(path, reply.data)
  if ok then
    output.note(("%s (%d vectors of %d numbers)"):format(path, #reply.data,
      reply.dimensions))
  end
  return ok, err
end

local function show(reply, given)
  if given.json then
    return output.json(reply)
  elseif given.output then
    return save(reply, given.output)
  end
  local lines = {}
  for i, vector in ipairs(reply.data) do
    lines[i] = json.encode(vector) .. "\n"
  end
  return output.bytes(table.concat(lines))
end

--- Runs the command.
function embed.run(given)
  if given.json and given.output then
    return nil, exit.usage("--json and -o are two forms: choose one")
  end
  local err = given.output and result_file.refuse(given.output)
  if err then
    return nil, err
  end
  local texts
  texts, err = texts_of(given)
  local fields = texts
  if texts then
    fields, err = options.fields("embeddings", "create", { text = texts },
      given)
  end
  if not fields then
    return nil, err
  end
  local kept = unfinished.new(given, texts)
  local reply
  reply, err = ask(given, fields, kept)
  local ok = reply
  if reply then
    ok, err = show(reply, given)
  end
  if ok then
    unfinished.done(kept)
  elseif reply and not output.is_unread(err) then
    unfinished.keep(kept, reply)
  end
  return ok, err
end

return embed
