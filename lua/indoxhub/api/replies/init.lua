--- What a complete answer amounts to: a reply, or an error. What it is labelled
--- as is a hint; its bytes decide.

local answers = require "indoxhub.api.reading.answer"
local answer_errors = require "indoxhub.api.errors.answer"
local answer_text = require "indoxhub.api.errors.text"
local dialects = require "indoxhub.api.dialects"
local error_body = require "indoxhub.api.errors.body"
local errors = require "indoxhub.base.errors"
local failure = require "indoxhub.api.reading.failure"
local json = require "indoxhub.base.json"
local reason = require "indoxhub.api.errors.reason"
local reply = require "indoxhub.api.replies.reply"
local transfer_errors = require "indoxhub.api.errors.transfer"
local usage = require "indoxhub.api.reading.usage"

local replies = {}

-- How many characters of a reason are shown.
local LONGEST = 200

-- Whether there may have been more of it.
local function may_be_cut(answer)
  return answer.result ~= nil and answer.result.unsaid
end

local function no_json(answer, why)
  if answers.is_web_page(answer) then
    return answer_errors.protocol("the server sent a web page", answer, "html")
  elseif may_be_cut(answer) then
    return transfer_errors.unsaid()
  end
  return answer_errors.protocol(
    "the reply is not valid JSON: " .. tostring(why), answer, "json")
end

-- A success without a body, where there should be one.
local function no_body(answer)
  if may_be_cut(answer) then
    return transfer_errors.unsaid()
  end
  return answer_errors.protocol(
    ("the server answered %d without a body"):format(answer.status), answer,
    "empty")
end

-- A failure that is told by a body of another form than it should have: framed
-- as an event, in a list or a text, or before other things. Nil when there is
-- none.
local function told_otherwise(answer)
  local value = error_body.read(answer.text)
  value = error_body.nested(value) or value
  local first = type(value) == "table" and value[1]
  value = type(first) == "table" and first or value
  return type(value) == "table" and failure.is_of_generation(value)
    and answer_errors.from_body(value, answer) or nil
end

---------------------------------------------------------------------------
-- generated text

-- What was told before it failed is not lost.
local function add_told(err, one, answer)
  local text = one:text()
  err.partial = text ~= "" and text or nil
  err.usage = answer_errors.usage(one:used(), answer.hide) or err.usage
  return err
end

-- A body in which nothing of an answer stands may at least say why.
local function no_answer(answer, body, code)
  local said = reason.of(body)
  return answer_errors.protocol("the reply holds nothing of what was asked for"
    .. (said and ": " .. answer_text.cut(answer.hide(said), LONGEST) or ""),
    answer, code)
end

-- The error of an answer that was read; nil when it is whole.
local function failure_of(read, answer)
  local one = read.reading
  if one.failure then
    return answer_errors.from_failure(one.failure, answer)
  elseif not read.whole and one:has_any() then
    local is_body = read.body ~= nil
    return errors.new("truncated", is_body
      and "the answer says that it is not complete"
      or "the stream ended before the answer did",
      { code = is_body and "incomplete" or "closed", status = answer.status })
  elseif not read.whole then
    return no_answer(answer, read.body, "empty")
  end
end

-- The body that a text is, and whether it has halves of characters; nil and
-- what is wrong with it.
local function body_of(text)
  local body, why = json.decode_piece(text)
  -- Some servers put their errors into a list.
  local inner = type(body) == "table" and body[1]
  if type(inner) == "table" and next(body, 1) == nil then
    body = inner
  end
  return body, why
end

local function read_text(answer, text)
  if answers.begins_events(text, true) then
    local read, why = dialects.read_events(text)
    return read, not read and answer_errors.protocol(why, answer, "stream")
      or nil
  end
  local body, why = body_of(text)
  if body == nil then
    return nil, no_json(answer, why)
  elseif type(body) ~= "table" then
    return nil, answer_errors.protocol("the reply is JSON, but no object",
      answer, "reply")
  elseif type(body[1]) == "table" then
    return dialects.read_list(body)
  end
  local read = dialects.read_body(body, why == true)
  read.body = body
  return read
end

--- The reply of an answer of generated text, and its pieces as a stream would
--- hand them out: kind and piece in turn.
---@param answer indoxhub.Answer complete
---@return table? reply, indoxhub.Error|string[] err_or_pieces
function replies.of_text(answer)
  local text = answers.text(answer)
  if text == "" then
    return nil, no_body(answer)
  end
  local read, err = read_text(answer, text)
  if not read then
    return nil, told_otherwise(answer) or err
  end
  local one = read.reading
  err = failure_of(read, answer)
  if err then
    return nil, add_told(err, one, answer)
  end
  local made
  if read.body then
    made = one:fill(reply.envelope(read.body))
  else
    made = one:reply(answer.headers["x-request-id"])
  end
  return reply.remember(made, answer), read.pieces
end

--- The error of an answer that broke off, with what its events told before.
---@param err indoxhub.Error
---@param answer indoxhub.Answer
---@return indoxhub.Error err
function replies.broken_off(err, answer)
  local text = answers.text(answer)
  local read = answers.begins_events(text, true) and dialects.read_events(text)
  return read and add_told(err, read.reading, answer) or err
end

---------------------------------------------------------------------------
-- any other reply

-- The decoded body; nil and what is wrong with it.
local function decode(answer, kind, text, operation)
  if kind.decode then
    return kind.decode(kind.is_verbatim and answer.text or text, operation,
      answer)
  end
  return json.decode(text)
end

local function read_body(answer, kind, text, operation)
  if kind.is_verbatim and may_be_cut(answer) and json.decode(text) == nil then
    return nil, transfer_errors.unsaid()
  end
  local decoded, why = decode(answer, kind, text, operation)
  decoded = error_body.nested(decoded) or decoded
  if decoded == nil then
    return nil, no_json(answer, why)
  elseif type(decoded) ~= "table" then
    -- A text may be the answer itself; another scalar is not.
    local is_data = type(decoded) == "string" or not kind.is_reply
    decoded = { data = is_data and decoded ~= json.null and decoded or nil }
  end
  return decoded
end

--- The reply of a complete, successful answer.
---@param answer indoxhub.Answer
---@param kind table a reply kind of api/replies
---@param operation indoxhub.Operation what was asked for
---@return table? reply, indoxhub.Error? err
function replies.of(answer, kind, operation)
  local text = answers.text(answer)
  if kind.is_text then
    local made, err = replies.of_text(answer)
    return made, not made and err or nil
  elseif text == "" and not kind.is_verbatim then
    if kind.may_be_empty then
      return reply.remember({ success = true }, answer)
    end
    return nil, no_body(answer)
  end
  local body, err = read_body(answer, kind, text, operation)
  if not body then
    return nil, told_otherwise(answer) or err
  elseif kind.is_failure(body) then
    return nil, answer_errors.from_body(body, answer)
  elseif kind.is_reply and not kind.is_reply(body) then
    return nil, told_otherwise(answer) or no_answer(answer, body, "reply")
  end
  local made, wrong, code = kind.make(body, operation)
  if not made then
    err = answer_errors.protocol(wrong, answer, code)
    err.usage = answer_errors.usage(usage.of(body.usage), answer.hide)
    return nil, err
  end
  return reply.remember(made, answer)
end

return replies
