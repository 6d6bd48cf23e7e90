-- Files in JSON: data URIs, wherever they stand.
local core = require "indoxhub.core"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"
local uploads = require "spec.support.upload_calls"

local pieces_of = uploads.pieces_of

describe("an upload", function()
  local scene = uploads.scene()
  local serve, write = scene.serve, scene.write

  before_each(function()
    serve(uploads.READS)
  end)

  after_each(function()
    scene.client:close()
  end)

  describe("in JSON", function()
    local PNG = "\137PNG\r\n\26\n\0\255"
    local URI = "data:image/png;base64," .. core.base64(PNG)

    local function sent_json()
      local got = scene.got()
      return json.decode(got:match("\r\n\r\n({.*})$")), got
    end

    before_each(function()
      serve(servers.json('{"data":{"job_id":"j","status":"pending"}}'))
    end)

    it("is a data URI, from any kind of file", function()
      local path = write("picture", PNG)
      for _, file in ipairs { indoxhub.file(path), indoxhub.bytes(PNG),
        indoxhub.reader(pieces_of { PNG:sub(1, 4), "", PNG:sub(5) }),
        indoxhub.reader(pieces_of { PNG }, { size = #PNG }) } do
        serve(servers.json('{"data":{"job_id":"j"}}'))
        indoxhub.assert(scene.client.videos:generate { prompt = "p",
          input_image = file })
        assert.equal(URI, sent_json().input_image)
        scene.client:close()
      end
    end)

    it("has the type that was given, or that its name tells", function()
      indoxhub.assert(scene.client:request { path = "x", json = {
        indoxhub.bytes("x", "a.webp"), indoxhub.bytes("x", "a.webp", "x/y"),
        indoxhub.bytes("x"), indoxhub.bytes("") } })
      local _, got = sent_json()
      local list = json.decode(got:match("\r\n\r\n(%[.*%])$"))
      assert.same({ "data:image/webp;base64,eA==", "data:x/y;base64,eA==",
        "data:application/octet-stream;base64,eA==",
        "data:application/octet-stream;base64," }, list)
    end)

    it("stands anywhere, and changes no table of the program", function()
      local picture = indoxhub.bytes(PNG)
      local part_of = { type = "image_url", image_url = { url = picture } }
      local message = { role = "user", content = { part_of, part_of } }
      serve(servers.json('{"data":"seen","success":true}'))
      indoxhub.assert(scene.client.chat:create { messages = { message } })
      local content = sent_json().messages[1].content
      assert.equal(URI, content[1].image_url.url)
      assert.equal(URI, content[2].image_url.url)
      assert.equal(picture, message.content[1].image_url.url)
    end)

    it("is a text when it is one", function()
      indoxhub.assert(scene.client.videos:generate { prompt = "p",
        input_image = scene.folder .. "/picture" })
      assert.equal(scene.folder .. "/picture", sent_json().input_image)
    end)

    it("that cannot be read sends nothing", function()
      local torn = indoxhub.reader(function() return nil, "torn" end)
      local short = indoxhub.reader(pieces_of { "ab" }, { size = 3 })
      for _, case in ipairs {
        { indoxhub.file(scene.folder .. "/none.png"), "unreadable",
          "No such file" },
        { indoxhub.file(scene.folder), "unreadable", "Is a directory" },
        { torn, "reader", "torn" },
        { short, "size", "2 bytes and not the announced 3" },
      } do
        local reply, err = scene.client.videos:generate { prompt = "p",
          input_image = case[1] }
        assert.is_nil(reply)
        assert.equal("videos.generate", err.operation)
        assert.equal("file " .. case[2], err.kind .. " " .. err.code)
        assert.matches(case[3], err.message)
        reply, err = scene.client:request { path = "x", json = { case[1] } }
        assert.is_nil(reply)
        assert.matches(" x$", err.operation)
        assert.equal("file", err.kind)
      end
      assert.equal("", scene.got())
    end)

    it("refuses what contains itself, with a file in it", function()
      local loop = { indoxhub.bytes("x") }
      loop[2] = loop
      local ok, message = pcall(function()
        local reply = scene.client:request { path = "x", json = loop }
        return reply
      end)
      assert.is_false(ok)
      assert.matches("nested too deeply", message)
    end)
  end)
end)
