-- Transfers of an engine, while memory runs out.
--
--     transfers.lua NOW STEP URL TLS_URL CERTIFICATE NAME...
--
-- URL is that of a raw server with the scripts of run.lua, TLS_URL that of one
-- with TLS in front of it, and NAME are the things of below to be done. The
-- last line printed is "N runs, N failed".
local core = require "indoxhub.core"
local exhaust = require "spec.support.short_memory.exhaust"

local STEP, SCRIPTS, TLS_URL = tonumber(arg[2]), arg[3] .. "/%s", arg[4]
local CERTIFICATE = arg[5]

-- Bytes of the large answers, and how many of them wait at most.
local LARGE, QUEUE = 100000, 4096

local engine

local function submit(fields)
  fields.headers = fields.headers or {}
  fields.method = fields.method or "GET"
  engine = engine and not engine:closed() and engine or core.engine()
  if not engine then
    return nil, "out of memory"
  end
  return engine:submit(fields)
end

-- Steps until one has ended. What it reads meanwhile is added to `pieces`.
local function finish(transfer, pieces)
  local list = {}
  repeat
    engine:step(list, nil, nil, 0.02)
    if pieces then
      pieces[#pieces + 1] = transfer:read()
    end
  until transfer:result()
  return transfer:result()
end

-- What memory can have to do with it. libcurl does not always say so.
local FOR_WANT_OF_MEMORY = { [6] = true, [7] = true, [27] = true, [35] = true,
  [55] = true, [56] = true, [77] = true, [58] = true, [59] = true, [60] = true }

local ENDS = { memory = true, head_limit = true, connect = true,
  first_byte = true }

-- What is wrong with how a transfer ended, if anything is.
local function judge(strict, transfer, text, expected)
  local result = transfer:result()
  if result.ended == "complete" then
    return transfer:status() ~= 200 and "status " .. transfer:status()
      or text ~= expected
      and ("%d bytes in place of %d"):format(#text, #expected) or nil
  elseif strict or not ENDS[result.ended]
    and not (result.ended == "curl" and FOR_WANT_OF_MEMORY[result.curl]) then
    return ("it ended by %s (%d, %s)"):format(result.ended, result.curl,
      result.text)
  end
end

local function judge_refusal(strict, message)
  return (strict or message ~= "out of memory") and message or nil
end

-- Sends a request and reads its answer at the end.
local function whole(strict, fields, expected)
  local transfer, message = submit(fields)
  if not transfer then
    return judge_refusal(strict, message)
  end
  finish(transfer)
  return judge(strict, transfer, transfer:read(), expected)
end

-- A transfer that is left would go on beside the next one.
local function close()
  if engine then
    engine:close()
  end
end

local things = {}

function things.get(strict)
  return whole(strict, { url = SCRIPTS:format "hello" }, "hello")
end

function things.named(strict)
  return whole(strict, { url = SCRIPTS:format "hello"
    :gsub("127%.0%.0%.1", "named.invalid") }, "hello")
end

function things.encoded(strict)
  return whole(strict, { url = SCRIPTS:format "encoded" }, "hello hello hello")
end

-- An engine keeps the authorities it has loaded, and OpenSSL does not find out
-- that it has loaded one by half: another engine must do. Out of memory for an
-- alert and for the error itself, it waits for the server as if nothing had
-- been: so there must be a timeout.
function things.tls(strict)
  local request = { url = TLS_URL .. "/hello", ca_file = CERTIFICATE,
    connect = 2, first_byte = 2 }
  local wrong = whole(false, request, "hello")
  if strict and engine then
    engine:close()
    wrong = wrong or whole(true, request, "hello")
  end
  return wrong
end

-- It is held whenever the queue is full, and goes on when that was read.
function things.held(strict)
  local pieces = {}
  local transfer, message = submit { url = SCRIPTS:format "large",
    paced = true, queue_bytes = QUEUE }
  if not transfer then
    return judge_refusal(strict, message)
  end
  finish(transfer, pieces)
  return judge(strict, transfer, table.concat(pieces), ("x"):rep(LARGE))
end

-- A form of a file, of bytes, and of what is fed while it is sent.
function things.form(strict)
  local transfer, message = submit { method = "POST",
    url = SCRIPTS:format "hello", form = {
      { name = "file", path = CERTIFICATE }, { name = "bytes", data = "some" },
      { name = "fed", pull = true, size = 3 } } }
  if not transfer then
    return judge_refusal(strict, message)
  end
  for _, piece in ipairs { "a", "b", "c", false } do
    engine:step({}, nil, nil, 0.001)
    transfer:feed(piece or nil)
  end
  finish(transfer)
  return judge(strict, transfer, transfer:read(), "hello")
end

-- Five at a time, two of which wait in front of a gate. All must end, and whom
-- libcurl does not have yet is not touched by what happens to the others.
function things.crowd(strict)
  local gate, all, wrong = core.gate(1), {}, nil
  if not gate then
    return judge_refusal(strict, "out of memory")
  end
  for i = 1, 5 do
    all[i], wrong = submit { url = SCRIPTS:format "hello",
      gate = i > 2 and gate or nil }
    wrong = not all[i] and judge_refusal(strict, wrong) or nil
  end
  for i = 1, 5 do
    if all[i] and not wrong then
      finish(all[i])
      wrong = judge(strict, all[i], all[i]:read(), "hello")
    end
  end
  return wrong
end

-- A process begins with it: libcurl and OpenSSL are made ready. What OpenSSL
-- does once and failed to do, it never does again: its calls then fail for
-- good.
function things.start()
  return things.tls(false)
end

-- So much does the library for TLS ask for.
local OFTEN = { tls = 29, start = 97 }

for i = 6, #arg do
  local name = arg[i]
  exhaust.all({ name = name, anew = name == "start", run = things[name],
    close = close }, STEP * (OFTEN[name] or 1))
end
exhaust.done()
