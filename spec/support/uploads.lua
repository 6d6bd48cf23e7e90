-- Forms of the specs and what is fed into them, and what a server got of them.
local assert = require "luassert"
local busted = require "busted"
local engines = require "spec.support.engines"
local files = require "spec.support.files"
local servers = require "spec.support.servers"

local uploads = {}

-- What the test that runs has.
local raw, engine

--- Files of the test that runs, which are removed after it.
uploads.files = {}

--- Answers of a server that ends its script there, and of one that goes on.
uploads.OK = { "send", servers.reply("200 OK", "text/plain", "ok",
  "Connection: close\r\n") }
uploads.NEXT = { "send", servers.reply("200 OK", "text/plain", "ok") }

--- Gives the tests of a block what engines.for_tests gives them. All that is
--- submitted here goes to the engine of the test that runs.
function uploads.for_tests(take)
  engines.for_tests(function(...)
    raw, engine = ...
    take(...)
  end)

  busted.after_each(function()
    while #uploads.files > 0 do
      os.remove(table.remove(uploads.files))
    end
  end)
end

--- A file of these bytes.
function uploads.file_of(bytes)
  local path = files.write(os.tmpname(), bytes)
  table.insert(uploads.files, path)
  return path
end

--- Bytes of every value, without a pattern that could hide a shift.
function uploads.noise(n)
  local seed, pieces = 1, {}
  for i = 1, math.min(n, 4096) do
    seed = (seed * 1103 + 12345) % 65536
    pieces[i] = string.char(math.floor(seed / 256))
  end
  local block = table.concat(pieces)
  local whole = block:rep(math.floor(n / math.max(1, #block)) + 1)
  return whole:sub(1, n)
end

-- The bytes that chunks carry.
local function join_chunks(text)
  local pieces, at = {}, 1
  while true do
    local size, from = text:match("^(%x+)\r\n()", at)
    size = tonumber(size, 16)
    if size == 0 then
      assert.equal("\r\n", text:sub(from))
      return table.concat(pieces)
    end
    pieces[#pieces + 1] = text:sub(from, from + size - 1)
    assert.equal("\r\n", text:sub(from + size, from + size + 1))
    at = from + size + 2
  end
end

--- One recorded request as its head, body and parts; a part is
--- { head =, disposition =, type =, data = }.
function uploads.read_form(got)
  local head, body = got:match("^(.-\r\n)\r\n(.*)$")
  local length = tonumber(head:match("\r\n[Cc]ontent%-[Ll]ength: (%d+)\r\n"))
  if length then
    assert.equal(length, #body)
  else
    assert.truthy(head:find("\r\nTransfer-Encoding: chunked\r\n", 1, true))
    body = join_chunks(body)
  end
  local mark = "--" .. assert(head:match(
    "\r\n[Cc]ontent%-[Tt]ype: multipart/form%-data; boundary=([^\r\n]+)"))
  local form = { head = head, body = body, length = length }
  local at = #mark + 1
  assert.equal(mark, body:sub(1, #mark))
  while body:sub(at, at + 3) ~= "--\r\n" do
    local till = assert(body:find("\r\n" .. mark, at, true))
    local part_head, data = body:sub(at, till - 1)
      :match("^\r\n(.-\r\n)\r\n(.*)$")
    form[#form + 1] = { head = part_head, data = data,
      disposition = part_head:match("Content%-Disposition: ([^\r\n]*)\r\n"),
      type = part_head:match("Content%-Type: ([^\r\n]*)\r\n") }
    at = till + 2 + #mark
  end
  assert.equal(#body, at + 3)
  return form
end

function uploads.submit(url, fields)
  return engines.submit(engine, { method = "POST", url = url }, fields)
end

function uploads.step(wait)
  return engines.step(engine, wait)
end

function uploads.step_until(condition, what)
  engines.step_until(engine, condition, what)
end

function uploads.finish(transfer)
  return engines.finish(engine, transfer)
end

--- Feeds the pieces as the transfer asks for them, then the end.
function uploads.feed(transfer, pieces)
  local i = 0
  uploads.step_until(function()
    while transfer:hungry() do
      i = i + 1
      transfer:feed(pieces[i])
    end
    return transfer:result()
  end, "the end of a fed transfer")
  return transfer:result()
end

--- Sends a form and returns it as the server got it.
function uploads.send(name, form, fields)
  local request = { form = form }
  for field, value in pairs(fields or {}) do
    request[field] = value
  end
  local url = raw:script(name, { { "body" }, uploads.OK })
  local transfer = uploads.submit(url, request)
  local result = uploads.finish(transfer)
  assert.equal("complete", result.ended)
  assert.equal(200, transfer:status())
  assert.is_true(result.sent_all)
  local got = uploads.read_form(raw:got(name))
  assert.equal(#got.body, result.bytes_out)
  return got, transfer
end

return uploads
