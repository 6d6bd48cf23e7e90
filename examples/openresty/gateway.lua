--- Answers questions of browsers: streams each answer as server-sent events,
--- keeps the key to itself, and limits what each client may ask for.

local indoxhub = require "indoxhub"
local json = require "cjson.safe"

local gateway = {}

-- What each client, known by its address, may do.
local QUESTIONS_PER_MINUTE = 20
local ANSWERS_AT_ONCE = 2

-- Seconds and bytes.
local LONGEST_ANSWER = 300
local LONGEST_QUESTION = 8000

-- Seconds after which it may be worth trying again, where nobody knows better.
local A_WHILE = 5

-- Made once for all workers; each opens its connections by itself.
local client = indoxhub.new { timeout = { total = LONGEST_ANSWER } }

local limits = ngx.shared.limits

-- Ends the request with an error that the page can show.
local function refuse(status, message, retry_after)
  ngx.status = status
  ngx.header["Content-Type"] = "application/json"
  ngx.header["Retry-After"] = retry_after
  ngx.say(json.encode { error = message, retry_after = retry_after })
  return ngx.exit(ngx.HTTP_OK)
end

---------------------------------------------------------------------------
-- limits

-- Seconds until the client may ask again; nil when it may now.
local function count_question(who)
  local now = ngx.time()
  local asked, message = limits:incr(
    ("asked:%s:%d"):format(who, math.floor(now / 60)), 1, 0, 60)
  if not asked then
    error("the limits cannot be kept: " .. message)
  end
  return asked > QUESTIONS_PER_MINUTE and 60 - now % 60 or nil
end

-- Takes one of the client's places; nil when all are taken. A place that a
-- crashed worker took along becomes free by itself.
local function take_place(who)
  for i = 1, ANSWERS_AT_ONCE do
    local place = ("answer:%s:%d"):format(who, i)
    if limits:add(place, true, LONGEST_ANSWER + 60) then
      return place
    end
  end
end

--- In the access phase: refuses a client that asks for too much.
function gateway.admit()
  local who = ngx.var.remote_addr
  local wait = count_question(who)
  if wait then
    return refuse(429, ("You have asked %d questions in a minute. Ask again " ..
      "in %d seconds."):format(QUESTIONS_PER_MINUTE, wait), wait)
  end
  ngx.ctx.place = take_place(who)
  if not ngx.ctx.place then
    return refuse(429, ("You have %d answers coming. Wait for one to end.")
      :format(ANSWERS_AT_ONCE), A_WHILE)
  end
end

--- In the log phase, which comes however the request has ended.
function gateway.leave()
  if ngx.ctx.place then
    limits:delete(ngx.ctx.place)
  end
end

---------------------------------------------------------------------------
-- answers

-- The question; nil and what is wrong. Other sites' pages cannot send JSON here
-- without being allowed to, and they are not.
local function read_question()
  local content_type = ngx.var.content_type or ""
  if not content_type:find("^application/json") then
    return nil, "The question must come as JSON."
  end
  ngx.req.read_body()
  local body = json.decode(ngx.req.get_body_data() or "")
  local question = type(body) == "table" and body.question
  if type(question) ~= "string" or not question:find("%S") then
    return nil, "There is no question."
  elseif #question > LONGEST_QUESTION then
    return nil, "The question is too long."
  end
  return question
end

-- Error of the library -> status, what the visitor is told, seconds to wait.
-- Why it happened is for the log.
local function explain(err)
  if err.kind ~= "cancelled" then -- by the visitor, who is gone
    ngx.log(ngx.WARN, tostring(err))
  end
  if err.kind == "rate_limit" or err.kind == "unavailable" then
    return 503, "The service is busy. Try again soon.",
      math.ceil(err.retry_after or A_WHILE)
  elseif err.kind == "timeout" or err.kind == "server_timeout" then
    return 504, "The answer did not come in time."
  end
  return 502, "There is no answer, because of an error behind this page."
end

-- Sends an event; nil when the browser is gone.
local function send(name, fields)
  return ngx.print("event: ", name, "\ndata: ", json.encode(fields), "\n\n")
    and ngx.flush(true)
end

local function send_answer(stream)
  ngx.header["Content-Type"] = "text/event-stream"
  ngx.header["Cache-Control"] = "no-store"
  ngx.header["X-Accel-Buffering"] = "no" -- of an nginx in front of this one
  while true do
    local delta, err = stream:next()
    if delta then
      if not send("text", { text = delta }) then
        return stream:close()
      end
    elseif err then
      local _, message = explain(err)
      return send("problem", { error = message })
    else
      return send("done", { usage = stream:reply().usage })
    end
  end
end

local function answer(question, call)
  local err
  call.stream, err = client.chat:stream {
    messages = { { role = "user", content = question } },
  }
  if call.stream then
    return send_answer(call.stream)
  end
  return refuse(explain(err))
end

--- In the content phase: {"question": "..."} is answered by events `text`,
--- then `done`, or `problem`.
function gateway.chat()
  local question, wrong = read_question()
  if not question then
    return refuse(400, wrong)
  end
  local call = {}
  call.task = indoxhub.spawn(answer, question, call)
  -- When the browser goes away, the service may stop, too.
  ngx.on_abort(function()
    if call.stream then
      call.stream:close()
    end
    call.task:cancel()
  end)
  call.task:await()
end

---------------------------------------------------------------------------
-- the page

local page

--- Before there are workers: reads the page.
---@param name string
function gateway.load_page(name)
  local file = assert(io.open(name, "rb"))
  page = file:read("*a")
  file:close()
end

--- In the content phase: the page.
function gateway.page()
  ngx.header["Content-Type"] = "text/html; charset=utf-8"
  ngx.print(page)
end

return gateway
