-- What a server of HTTP/2 says it has not processed is sent again, also what
-- may be billed; whatever else ends without an answer is not.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local FIELDS = { messages = { { role = "user", content = "go" } } }

local function libcurl()
  local major, minor = core.curl_version():match "libcurl/(%d+)%.(%d+)"
  return major * 100 + minor
end

-- Where libcurl tells of a refused stream on a connection that was used before.
local TELLS_ALL = libcurl() == 788 or libcurl() >= 819
-- And where it tells of a GOAWAY.
local TELLS_GOAWAY = libcurl() >= 788

-- How many things are done.
local function size(deeds)
  return select(2, deeds:gsub("[^,]+", ""))
end

describe("over HTTP/2", function()
  local server

  after_each(function()
    if server then
      server:stop()
    end
    server = nil
  end)

  local function client_of(path, options)
    options = options or {}
    options.api_key, options.ca_file = "indox-test", server.certificate
    options.base_url = server.root .. "/" .. path
    return indoxhub.new(options)
  end

  -- Asks until a call is not answered; at most so often as things are done.
  local function ask_all(client, deeds)
    for _ = 1, size(deeds) do
      local reply, err = client.chat:create(FIELDS)
      if not reply then
        return err
      end
      assert.equal("ok", reply.data)
    end
  end

  local NOT_PROCESSED = {
    { "answer,below,answer", "a GOAWAY before it", TELLS_GOAWAY },
    { "below,answer", "a GOAWAY before it, on a new connection", true },
    { "answer,below-end,answer", "a GOAWAY and the end", TELLS_GOAWAY },
    { "answer,below-reset,answer", "a GOAWAY and a reset", TELLS_GOAWAY },
    { "warn-below-end,answer", "a GOAWAY that is announced", TELLS_GOAWAY },
    { "refuse,answer", "a refused stream, on a new connection", true },
    { "answer,refuse,answer", "a refused stream", TELLS_ALL },
    { "answer,refuse-below,answer", "both", TELLS_ALL },
    { "refuse,refuse,answer", "a stream refused twice", TELLS_ALL },
  }

  for _, row in ipairs(NOT_PROCESSED) do
    local deeds, is_told = row[1], row[3]
    it(("sends again after %s%s"):format(row[2],
      is_told and "" or ", once this libcurl tells"), function()
      server = servers.frames(deeds)
      local client = client_of("v1", { max_retries = 0 })
      local err
      for _ = 1, select(2, deeds:gsub("answer", "")) do
        err = select(2, client.chat:create(FIELDS))
      end
      assert.equal(is_told, err == nil, tostring(err))
      assert.equal(is_told, server:requests() == size(deeds))
    end)
  end

  local MAYBE_PROCESSED = {
    { "own", "a GOAWAY up to it, and the end", "-end" },
    { "own", "a GOAWAY up to it, and a reset", "-reset" },
    { "garbage", "a broken frame", "" },
    { "end", "the end", "" },
    { "reset", "a reset", "" },
  }

  local BEFORE = { "", "answer,", "refuse,", "answer,answer,",
    TELLS_ALL and "answer,refuse," or nil }

  for _, row in ipairs(MAYBE_PROCESSED) do
    for _, before in ipairs(BEFORE) do
      local deeds = before .. row[1] .. row[3]
      it(("sends nothing twice after %s (%s)"):format(row[2], deeds),
        function()
          server = servers.frames(deeds .. ",answer")
          assert.is_truthy(ask_all(client_of("v1"), deeds))
          assert.equal(size(deeds), server:requests())
        end)
    end
  end

  it("does not go on for ever", function()
    server = servers.frames "refuse"
    local err = ask_all(client_of("v1", { max_retries = 0 }), "refuse")
    assert.equal("network", err.kind)
    assert.is_true(server:requests() < 25)
  end)

  if TELLS_ALL then
    it("keeps no mark of one request for the next", function()
      -- The third call has a new connection, and what the second was sent with.
      server = servers.frames "answer,refuse,answer-own,reset,answer"
      local client = client_of("v1")
      indoxhub.assert(client.chat:create(FIELDS))
      indoxhub.assert(client.chat:create(FIELDS))
      local reply, err = client.chat:create(FIELDS)
      assert.is_nil(reply)
      assert.equal("network", err.kind)
      assert.equal(4, server:requests())
    end)
  end

  if TELLS_GOAWAY then
    it("is a try of its own when it goes on", function()
      server = servers.frames "below,below,below,answer"
      local told = {}
      local client = client_of("v1", { max_retries = 1, log = function(event)
        told[#told + 1] = event.name
      end })
      assert.equal("ok", indoxhub.assert(client.chat:create(FIELDS)).data)
      assert.same({ "attempt", "retry", "attempt", "done" }, told)
    end)

    for _, deed in ipairs { "below", "below-end", "warn-below",
      "warn-below-end", "warn-refuse", "warn-refuse-end" } do
      it("is no answer that broke off: " .. deed, function()
        server = servers.frames(deed)
        local err = ask_all(client_of("v1", { max_retries = 1 }), deed)
        assert.equal("network reset", err.kind .. " " .. err.code,
          tostring(err))
      end)
    end

    it("sends forms again, whole", function()
      server = servers.frames "answer,below,answer,below,answer"
      local client = client_of("v1", { max_retries = 0 })
      local name = files.write(os.tmpname(), ("x"):rep(10000))
      indoxhub.assert(client.chat:create(FIELDS))
      for _ = 1, 2 do
        indoxhub.assert(client:request { method = "POST", path = "x",
          form = { n = 5, file = indoxhub.file(name) } })
      end
      os.remove(name)
      local sizes = server:sizes()
      assert.equal(5, #sizes)
      assert.is_true(sizes[2] > 10000)
      for i = 3, 5 do
        assert.equal(sizes[2], sizes[i])
      end
    end)
  end

  describe("of node", function()
    before_each(function()
      server = servers.http2()
    end)

    -- How often a path was asked, and the connections without this one.
    local function counts(deeds)
      local status, body = servers.curl(("--cacert %s %s/__count/%s")
        :format(server.certificate, server.root, deeds))
      assert(status == 200, "no counts")
      return tonumber(body:match '"requests":(%d+)'),
        tonumber(body:match '"connections":(%d+)') - 1
    end

    for _, deeds in ipairs(TELLS_GOAWAY and { "answer,below,answer",
      "answer,graceful,answer", "refuse,answer" } or { "refuse,answer" }) do
      it("sends again after " .. deeds, function()
        local client = client_of(deeds)
        for _ = 1, select(2, deeds:gsub("answer", "")) do
          indoxhub.assert(client.chat:create(FIELDS))
        end
        assert.equal(size(deeds), (counts(deeds)))
      end)
    end

    for _, deeds in ipairs { "own", "answer,own", "internal",
      "answer,internal", "break", "answer,break", "end", "answer,end", "late",
      "answer,late", "refuse,end" } do
      it("sends nothing twice after " .. deeds, function()
        local path = deeds .. ",answer"
        assert.is_truthy(ask_all(client_of(path), deeds))
        assert.equal(size(deeds), (counts(path)))
      end)
    end

    it("uses one connection, whatever else is said on it", function()
      local client = client_of "chatty"
      for _ = 1, 20 do
        indoxhub.assert(client.chat:create(FIELDS))
        os.execute "sleep 0.02"
      end
      local asked, connections = counts "chatty"
      assert.equal(20, asked)
      assert.equal(1, connections)
    end)
  end)
end)
