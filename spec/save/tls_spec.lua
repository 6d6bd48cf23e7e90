-- Downloads over TLS and HTTP/2: nginx before a server that follows scripts.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local hurry = require "spec.support.hurry"
local servers = require "spec.support.servers"

local KEY = "indox-" .. ("k"):rep(32)

describe("a download over TLS", function()
  local raw = during_tests(servers.raw)
  local nginx, place, client

  hurry.at_once()

  setup(function()
    nginx = servers.nginx(raw.port)
  end)

  teardown(function()
    nginx:stop()
  end)

  before_each(function()
    place = os.tmpname()
  end)

  after_each(function()
    os.remove(place)
  end)

  -- The address of a script behind nginx.
  local function url_of(name)
    return ("https://127.0.0.1:%s/%s/f"):format(nginx.port, name)
  end

  local function read()
    return files.read(place)
  end

  it("goes on where a stream of HTTP/2 was cut", function()
    local bytes = {}
    for i = 1, 400000 do
      bytes[i] = ("%07d"):format(i)
    end
    bytes = table.concat(bytes)
    local tag = 'ETag: "v1"\r\n'
    local first
    raw:script("cut",
      servers.head("200 OK", "a/b", #bytes, tag) .. bytes:sub(1, 1500000))
    client = indoxhub.new { api_key = KEY, base_url = nginx.url,
      ca_file = nginx.certificate, log = function(event)
        if event.name == "retry" and not first then
          local got = io.popen("ls -l " .. place .. ".*.part")
          first = tonumber(got:read("*a"):match("%s(%d+) %a%a%a +%d+ "))
          got:close()
          raw:script("cut", servers.head("206 Partial Content", "a/b",
            #bytes - first, tag .. ("Content-Range: bytes %d-%d/%d\r\n")
            :format(first, #bytes - 1, #bytes)) .. bytes:sub(first + 1))
        end
      end }
    local saved = indoxhub.assert(client:save(url_of("cut"), place))
    assert.equal(#bytes, saved.bytes)
    assert.is_true(bytes == read())
    assert.is_true(first > 0)
    assert.matches(("\r\nRange: bytes=%d-\r\n"):format(first):lower():gsub("%-",
      "%%-"), raw:got("cut"):lower())
    assert.matches("HTTP/2.0 %d+ /cut/f", nginx:log())
    client:close()
  end)

  it("is followed to from elsewhere, and the key stays behind", function()
    raw:script("there", servers.reply("200 OK", "a/b", "behind"))
    local base = raw:script("here", servers.reply("302 Found", "a/b", "",
      "Location: " .. url_of("there") .. "\r\n"))
    client = indoxhub.new { api_key = KEY, base_url = base,
      ca_file = nginx.certificate, headers = { ["X-Own"] = "mine" } }
    indoxhub.assert(client:save(base .. "/f", place))
    assert.equal("behind", read())
    assert.matches("Authorization: Bearer " .. KEY, raw:got("here"), 1, true)
    assert.matches("X-Own: mine", raw:got("here"), 1, true)
    local got = raw:got("there"):lower()
    assert.matches("^get /there/f http", got)
    assert.is_nil(got:find("authorization", 1, true))
    assert.is_nil(got:find("x-own", 1, true))
    assert.is_nil(got:find(KEY, 1, true))
    client:close()
  end)

  it("is not followed back to where there is no TLS", function()
    -- nginx would take the other name of this machine for its own.
    raw:script("back", servers.reply("302 Found", "a/b", "",
      ("Location: http://localhost:%s/never/f\r\n"):format(raw.port)))
    client = indoxhub.new { api_key = KEY, base_url = nginx.url,
      ca_file = nginx.certificate }
    local saved, err = client:save(url_of("back"), place)
    assert.is_nil(saved)
    assert.equal("protocol redirect", err.kind .. " " .. err.code)
    assert.equal("", raw:got("never"))
    client:close()
  end)

  it("is refused where the certificate is not trusted", function()
    client = indoxhub.new { api_key = KEY, base_url = nginx.url }
    local saved, err = client:save(url_of("untrusted"), place)
    assert.is_nil(saved)
    assert.equal("network tls", err.kind .. " " .. err.code)
    assert.equal("", raw:got("untrusted"))
    client:close()
  end)
end)
