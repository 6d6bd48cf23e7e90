-- Images, in the places and under the names that servers have for them.
local json = require "indoxhub.base.json"
local kinds = require "indoxhub.api.replies.kinds"

local function read(text)
  local body = json.decode(text)
  assert.is_true(kinds.images.is_reply(body), text)
  return kinds.images.make(body)
end

describe("an image", function()
  -- An item as the server sends it, and what it becomes.
  local ITEMS = {
    { '{"url":"http://a.test/1"}', { url = "http://a.test/1" } },
    { '{"b64_json":"BBBB"}', { b64_json = "BBBB" } },
    { '"http://a.test/1"', { url = "http://a.test/1" } },
    { '"/files/1.png"', { url = "/files/1.png" } },
    { '"data:image/png;base64,AAAA"', { url = "data:image/png;base64,AAAA" } },
    { '"/9j/4AAQ"', { b64_json = "/9j/4AAQ" } },
    { '{"type":"image_url","image_url":{"url":"http://a.test/1","x":1}}',
      { url = "http://a.test/1", type = "image_url",
        image_url = { url = "http://a.test/1", x = 1 } } },
    { '{"image_url":"http://a.test/1"}', { url = "http://a.test/1",
      image_url = "http://a.test/1" } },
    { '{"url":"","image_url":"http://a.test/1"}', { url = "http://a.test/1",
      image_url = "http://a.test/1" } },
    { '{"url":{"url":"http://a.test/1"}}', { url = "http://a.test/1" } },
    { '{"b64":"BBBB","mime_type":"image/png"}', { b64_json = "BBBB",
      b64 = "BBBB", mime_type = "image/png" } },
    { '{"data":"BBBB"}', { b64_json = "BBBB", data = "BBBB" } },
    { '{"data":"data:image/png;base64,AAAA"}', { url =
      "data:image/png;base64,AAAA", data = "data:image/png;base64,AAAA" } },
    { '{"image":"BBBB"}', { b64_json = "BBBB", image = "BBBB" } },
    { '{"image":"http://a.test/1"}', { url = "http://a.test/1",
      image = "http://a.test/1" } },
    { '{"b64_json":"BBBB","revised_prompt":"a sea","width":64,"index":3}',
      { b64_json = "BBBB", revised_prompt = "a sea", width = 64, index = 3 } },
    { '{"url":"http://a.test/1","b64_json":"BBBB","safety":{"a":[1]}}',
      { url = "http://a.test/1", b64_json = "BBBB", safety = { a = { 1 } } } },
  }

  it("is kept with all that the server says of it", function()
    for _, item in ipairs(ITEMS) do
      local expected = item[2]
      expected.index = expected.index or 0
      for _, body in ipairs { '{"created":1,"data":[%s]}', '{"images":[%s]}',
        '{"request_id":"r","success":true,"data":%s}', '{"data":[%s]}',
        '{"data":{"images":[%s]}}', '{"data":[],"images":[%s]}',
        '{"success":true,"data":"","images":[%s]}',
        } do
        local reply = read((body:gsub("%%s", (item[1]:gsub("%%", "%%%%")))))
        assert.same({ expected }, reply.data, item[1])
        assert.is_true(reply.success)
      end
    end
  end)

  it("is an address or bytes", function()
    for _, item in ipairs { "{}", '{"url":""}', '{"error":"refused"}' } do
      local body = json.decode('{"data":[' .. item .. "]}")
      local made, _, code = kinds.images.make(body)
      assert.is_nil(made, item)
      assert.equal("empty", code)
    end
  end)

  it("has its place in the list", function()
    local reply = read '{"data":["u","v",{"url":"w"}],"output_format":"png"}'
    assert.same({ 0, 1, 2 }, { reply.data[1].index, reply.data[2].index,
      reply.data[3].index })
    assert.equal("png", reply.output_format)
  end)

  it("is missed where there is none", function()
    for _, text in ipairs { '{"data":[]}', '{"data":{}}', '{"images":[]}',
      '{"success":true,"data":[]}' } do
      local reply, wrong, code = read(text)
      assert.is_nil(reply)
      assert.equal("the reply holds no image", wrong)
      assert.equal("empty", code)
    end
  end)

  it("is missed with the reason where the server says it", function()
    local reply, wrong, code = read('{"data":[{"url":null,"error":{"message":'
      .. '"a filter took it out"}},{"error":"and this"}]}')
    assert.is_nil(reply)
    assert.equal("the reply holds no image: a filter took it out", wrong)
    assert.equal("empty", code)
  end)
end)
