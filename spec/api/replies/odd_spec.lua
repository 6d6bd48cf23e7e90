-- Bodies of status 200 that are not what the API promises: each becomes a reply
-- or is known to be none, and nothing raises.
local dialects = require "indoxhub.api.dialects"
local json = require "indoxhub.base.json"
local kinds = require "indoxhub.api.replies.kinds"

local BODIES = {
  '[null]', '[5]', '[true]', '["x"]', '[[]]', '[[1]]', '{}', '[]',
  '{"models":[],"data":[5]}', '{"data":5}', '{"data":true}', '{"data":""}',
  '{"data":[null]}', '{"data":[5]}', '{"data":[[]]}', '{"data":{}}',
  '{"data":[{"embedding":[1]},5]}', '{"data":[{"embedding":[1]},null]}',
  '{"data":[{"embedding":[1],"index":"0"},{"embedding":[2],"index":1}]}',
  '{"data":[{"embedding":[1],"index":{}}]}',
  '{"data":[{"embedding":[1],"index":1},{"index":0}]}',
  '{"data":"","images":[{"url":"u"}]}', '{"images":5}', '{"images":[5]}',
  '{"data":{"url":5}}', '{"data":{"text":5}}', '{"text":5}', '{"jobs":5}',
  '{"jobs":{"a":1}}', '{"status":5}', '{"data":{"status":"x"}}',
  '{"usage":5}', '{"usage":[1]}', '{"choices":5}', '{"choices":[5]}',
  '{"output":5}', '{"output":[5,{"content":5}]}', '{"provider":5}',
  '{"model":{"id":"m"}}', '{"id":[]}', '{"created":{},"data":"x"}',
}

describe("a body that is odd", function()
  for name, kind in pairs(kinds) do
    it("raises nothing as the reply of kind " .. name, function()
      for _, text in ipairs(BODIES) do
        local body = json.decode(text)
        local ok, made = pcall(function()
          if kind.is_text then
            return dialects.read_body(body).reading:fill(body)
          elseif not kind.is_failure(body)
            and (not kind.is_reply or kind.is_reply(body)) then
            return kind.make(body) or {}
          end
          return {}
        end)
        assert.is_true(ok, text .. ": " .. tostring(made))
        assert.is_table(made, text)
      end
    end)
  end

  it("is a failure where it is an error and nothing else", function()
    local is_failure = kinds.plain.is_failure
    for _, text in ipairs { '{"error":{"message":"no such key"}}',
      '{"error":{"message":"x"},"request_id":"q-1"}', '{"success":false}',
      '{"error":{"code":500},"detail":"x","status":500}' } do
      assert.is_true(is_failure(json.decode(text)), text)
    end
    for _, text in ipairs { "{}", '{"message":"done"}', '{"detail":"done"}',
      '{"error":null}', '{"error":{}}', '{"error":"x"}', '{"status":"failed"}',
      '{"error":{"message":"x"},"job_id":"j-1"}' } do
      assert.is_false(is_failure(json.decode(text)), text)
    end
  end)

  it("loses no vector and no image", function()
    local body = json.decode '{"data":[{"embedding":[1]},{},{"embedding":[2]}]}'
    assert.is_nil(kinds.embeddings.make(body))
    body = json.decode '{"data":"","images":[{"url":"u"}]}'
    assert.is_true(kinds.images.is_reply(body))
    assert.equal("u", kinds.images.make(body).data[1].url)
  end)
end)
