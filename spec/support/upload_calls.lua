-- Uploads of the specs: files and readers, a client whose server takes them or
-- refuses them, and what that server got.
local assert = require "luassert"
local busted = require "busted"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local hurry = require "spec.support.hurry"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local uploads = {}

uploads.GO_AHEAD = "HTTP/1.1 100 Continue\r\n\r\n"
uploads.REPLY = servers.reply("200 OK", "application/json",
  '{"success":true,"data":{"text":"heard"}}')
local BUSY = servers.reply("503 Service Unavailable", "text/plain", "busy")

-- An upload is complete when the server has read it and says so.
uploads.READS = { { "send", uploads.GO_AHEAD }, { "body" },
  { "send", uploads.REPLY }, { "again" } }
uploads.REFUSES = { { "send", uploads.GO_AHEAD }, { "body" },
  { "send", BUSY }, { "again" } }

--- A reader of these pieces, and whatever else is to happen before each.
function uploads.pieces_of(pieces, before)
  local i = 0
  return function()
    i = i + 1
    if before then
      before(i)
    end
    return pieces[i]
  end
end

-- Takes the marks of chunks out of a body.
local function join_chunks(body)
  local pieces, at = {}, 1
  while true do
    local first, last, size = body:find("^(%x+)\r\n", at)
    size = first and tonumber(size, 16) or 0
    if size == 0 then
      return table.concat(pieces)
    end
    pieces[#pieces + 1] = body:sub(last + 1, last + size)
    at = last + size + 3
  end
end

-- The parts of a form, { head =, bytes = } each.
local function parts_of(body, boundary)
  local parts = {}
  body = "\r\n" .. body
  for piece in body:gmatch("()\r\n%-%-" .. boundary:gsub("%-", "%%-")
    .. "\r\n") do
    local from = piece + #boundary + 6
    local to = assert(body:find("\r\n--" .. boundary, from, true))
    local part = body:sub(from, to - 1)
    local part_head, bytes = part:match("^(.-)\r\n\r\n(.*)$")
    parts[#parts + 1] = { head = part_head, bytes = bytes }
  end
  return parts
end

--- A scene for the tests of a block, in which it is called: `raw` is its
--- server, `folder` one for files, `client` the client that `serve` made last,
--- and `name` the name of its script.
function uploads.scene()
  local scene, count = { raw = during_tests(servers.raw) }, 0

  hurry.at_once()

  busted.setup(function()
    scene.folder = files.folder()
  end)

  busted.teardown(function()
    files.remove_folder(scene.folder)
  end)

  --- Makes a client of a server that follows one script after the other, the
  --- next whenever a call is tried again.
  function scene.serve(...)
    count = count + 1
    scene.name = "u" .. count
    local lay_out = scene.raw:in_turn(scene.name, { ... })
    scene.client = indoxhub.new { api_key = "k", base_url = lay_out(),
      log = hurry.log(lay_out) }
    return scene.client
  end

  --- Writes a file into the folder. Returns its path.
  function scene.write(name, bytes)
    return files.write(scene.folder .. "/" .. name, bytes)
  end

  --- Uploads a file with the client.
  function scene.transcribe(file, options, fields)
    fields = fields or {}
    fields.file = file
    return scene.client.audio:transcribe(fields, options)
  end

  --- The bytes the server got.
  function scene.got()
    return scene.raw:got(scene.name)
  end

  --- The same as a list of requests, each a list of parts, { head =, bytes = },
  --- with a `head` of its own.
  function scene.received()
    local got, requests, at = scene.got(), {}, 1
    while true do
      local first, last = got:find("POST .-\r\n\r\n", at)
      if not first then
        return requests
      end
      local head = got:sub(first, last)
      local next_one = got:find("POST /" .. scene.name .. "/", last, true)
      local body = got:sub(last + 1, (next_one or 0) - 1)
      if head:lower():find("chunked", 1, true) then
        body = join_chunks(body)
      end
      local parts = parts_of(body, head:match("boundary=([^\r\n]+)"))
      parts.head = head
      requests[#requests + 1] = parts
      at = next_one or #got + 1
    end
  end

  --- The one part of the one request.
  function scene.part()
    local requests = scene.received()
    assert.equal(1, #requests)
    assert.equal(1, #requests[1])
    return requests[1][1]
  end

  --- How many transfers the server has seen the end of that it left open.
  function scene.gone()
    return scene.raw:gone(scene.name)
  end

  --- Waits for the end of one.
  function scene.wait_for_end()
    servers.wait_until(function()
      indoxhub.step()
      return scene.gone() == 1
    end, "the end of the transfer")
  end

  return scene
end

--- Checks that the server's reply came.
function uploads.assert_heard(reply, err)
  indoxhub.assert(reply, err)
  assert.equal("heard", reply.data.text)
end

--- What a transcription failed with: kind and code in one text, and what is
--- said.
function uploads.kind_and_code(reply, err)
  assert.is_nil(reply)
  assert.equal("audio.transcribe", err.operation)
  return err.kind .. " " .. tostring(err.code), err.message
end

return uploads
