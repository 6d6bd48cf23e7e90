-- Holds what a reader made of an answer against what the answer means.
local answers = require "spec.meaning.answers"
local errors = require "indoxhub.base.errors"

local compare = {}

-- In this order they are compared, so that a difference is always the same one.
local FIELDS = { "data", "reasoning_content", "refusal", "tool_calls", "images",
  "finish_reason", "other", "tokens_prompt", "tokens_completion",
  "tokens_total", "cache_read_tokens", "reasoning_tokens", "request_id",
  "model", "provider" }

local USAGE = { tokens_prompt = true, tokens_completion = true,
  tokens_total = true, cache_read_tokens = true, reasoning_tokens = true }

local function show(value)
  if type(value) == "string" then
    return ("%q"):format(value):gsub("[^\32-\126]", function(c)
      return ("\\%d"):format(c:byte())
    end)
  elseif type(value) ~= "table" then
    return tostring(value)
  end
  local out = {}
  for name, item in pairs(value) do
    out[#out + 1] = ("%s=%s"):format(tostring(name), show(item))
  end
  table.sort(out)
  return "{" .. table.concat(out, ", ") .. "}"
end

compare.show = show

-- What of a reply is held against the answer.
local take = {}

function take.tool_calls(reply)
  local calls = {}
  for i, call in ipairs(reply.tool_calls or {}) do
    calls[i] = { id = call.id, name = call.name, arguments = call.arguments }
  end
  return calls[1] and calls
end

function take.images(reply)
  local images = {}
  for i, image in ipairs(reply.images or {}) do
    images[i] = { url = image.url, b64_json = image.b64_json }
  end
  return images[1] and images
end

function take.other(reply)
  local choice = reply.choices and reply.choices[2] or {}
  return choice.message and choice.message.content
end

local function taken(from, name)
  if take[name] then
    return take[name](from)
  elseif USAGE[name] then
    return (from.usage or {})[name]
  end
  return from[name]
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for name, item in pairs(a) do
    if not same(item, b[name]) then
      return false
    end
  end
  for name in pairs(b) do
    if a[name] == nil then
      return false
    end
  end
  return true
end

local PIECES = { text = "data", reasoning = "reasoning_content",
  refusal = "refusal" }

local function wrong_pieces(got)
  for kind, name in pairs(PIECES) do
    local whole, said = got.reply[name] or "", got.pieces[kind] or ""
    if type(whole) == "string" and whole ~= said then
      return "pieces of " .. kind, whole, said
    end
  end
  for kind in pairs(got.pieces) do
    if not PIECES[kind] then
      return "pieces", "kinds that are known", kind
    end
  end
  if got.empty then
    return "pieces", "none that is empty", "an empty one"
  end
end

-- Returns what is wrong, what was expected and what was found.
local function wrong_reply(answer, told, got, count)
  if not got.reply then
    return "success", "a reply", tostring(got.err)
  end
  local expected = answers.reply(answer)
  for _, name in ipairs(FIELDS) do
    local how = told[name]
    if how then
      local want, found = expected[name], taken(got.reply, name)
      if how == "absent" then
        want = nil
      end
      if not same(want or nil, found or nil) then
        return name, want, found
      end
      count(name, want)
    end
  end
  if got.pieces then
    count("pieces", true)
    return wrong_pieces(got)
  end
end

local function wrong_kind(answer, expected, err)
  if err.kind == expected.kind then
    return nil
  elseif answer.finish.kind == "truncated" and err.kind == "protocol"
    and expected.partial == "" then
    return nil -- nothing that could be cut off was said
  end
  return "err.kind", expected.kind, err.kind
end

local function wrong_usage(told, expected, err, count)
  if told.no_partial then
    return nil
  end
  for _, name in ipairs(FIELDS) do
    if USAGE[name] and told[name] then
      local found = (err.usage or {})[name]
      if expected[name] ~= found then
        return "err.usage." .. name, expected[name], found
      end
      count("err.usage", true)
    end
  end
end

local function wrong_error(answer, told, got, count)
  local err, expected = got.err, answers.error(answer)
  if got.reply then
    return "success", "an error", got.reply.data
  elseif not errors.is(err) then
    return "success", "an error object", err
  elseif told.any_error then
    return nil
  end
  local what, want, found = wrong_kind(answer, expected, err)
  if what then
    return what, want, found
  elseif expected.code and err.code ~= expected.code then
    return "err.code", expected.code, err.code
  elseif expected.partial ~= (err.partial or "") and not told.no_partial then
    return "err.partial", expected.partial, err.partial
  elseif told.message
    and not tostring(err):find(expected.message, 1, true) then
    return "err.message", expected.message, tostring(err)
  elseif got.pieces and (got.pieces.text or "") ~= expected.partial then
    return "pieces of text", expected.partial, got.pieces.text
  end
  count("err", true)
  return wrong_usage(told, expected, err, count)
end

--- The first difference as a text and what it is about; nil where there is
--- none. `count(field, value)` is called with what was compared.
function compare.difference(answer, told, got, count)
  if got.raised then
    return "raised: " .. got.raised, "raised"
  end
  local wrong = answer.is_whole and wrong_reply or wrong_error
  local what, want, found = wrong(answer, told, got, count)
  if what then
    return ("%s: expected %s, got %s"):format(what, show(want), show(found)),
      what
  end
end

return compare
