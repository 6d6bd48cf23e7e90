-- Images, and everything a server says of them.
return function(dialects)
  local chunk, message, event = dialects.chunk, dialects.message, dialects.event
  local CREATED, FRAMES_BEGIN = dialects.CREATED, dialects.FRAMES_BEGIN
  local DONE = "[DONE]"

  local vectors = {}

  local forms = {
    { name = "an address", '{"url":"http://img.test/1.png"}',
      image = { url = "http://img.test/1.png" } },
    { name = "an object with an address",
      '{"type":"image_url","image_url":{"url":"data:image/png;base64,QQ=="}}',
      image = { url = "data:image/png;base64,QQ==" } },
    { name = "an address in place of that object",
      '{"type":"image_url","image_url":"http://img.test/1.png"}',
      image = { url = "http://img.test/1.png" } },
    { name = "base64", '{"b64_json":"QQ=="}', image = { b64_json = "QQ==" } },
    { name = "all there is to say", '{"url":"http://img.test/1.png",'
        .. '"index":4,"mime_type":"image/png","width":64,"alt":"a boat"}',
      image = { url = "http://img.test/1.png", index = 4,
        mime_type = "image/png", width = 64, alt = "a boat" } },
  }

  for _, form in ipairs(forms) do
    local images = '"images":[' .. form[1] .. "]"
    for _, vector in ipairs {
      { name = "in a delta", finish_reason = "stop",
        events = { chunk('{"content":"Rime",' .. images .. "}"),
          chunk("{}", "stop"), DONE } },
      { name = "in the delta of a frame", finish_reason = "stop",
        events = { FRAMES_BEGIN, dialects.frame "Rime",
          dialects.frame_delta("{" .. images .. "}"),
          dialects.frame_finish "stop" } },
      { name = "in the message of a chunk", finish_reason = "stop",
        events = { message('{"content":"Rime",' .. images .. "}", "stop"),
          DONE } },
      { name = "in the message of a body", finish_reason = "stop",
        body = message('{"content":"Rime",' .. images .. "}", "stop") },
      { name = "in an envelope", finish_reason = "stop",
        body = dialects.envelope('"data":"Rime"', '"finish_reason":"stop"',
          images) },
      { name = "in a stream of envelopes", finish_reason = "stop",
        events = { dialects.legacy "Rime", "{" .. images .. "}",
          dialects.legacy("", '"finish_reason":"stop"') } },
    } do
      vector.name = form.name .. " " .. vector.name
      vector.data, vector.images = "Rime", { form.image }
      vectors[#vectors + 1] = vector
    end
  end

  local ONE, TWO = "http://img.test/1.png", "http://img.test/2.png"
  local PART = '{"type":"output_image","image_url":"' .. ONE .. '"}'
  local TEXT = dialects.text_part "Rime"

  for _, vector in ipairs {
    { name = "in two deltas",
      events = { chunk('{"images":[{"image_url":{"url":"' .. ONE .. '"}}]}'),
        chunk('{"images":[{"image_url":{"url":"' .. TWO .. '"}}]}'),
        chunk('{"content":"Rime"}', "stop"), DONE },
      data = "Rime", images = { { url = ONE }, { url = TWO } },
      finish_reason = "stop" },
    { name = "in a delta, and again in the message at the end",
      events = { chunk('{"images":[{"image_url":{"url":"' .. ONE .. '"}}]}'),
        message('{"content":"Rime","images":[{"image_url":{"url":"' .. ONE
          .. '"}}]}', "stop"), DONE },
      data = "Rime", images = { { url = ONE } }, finish_reason = "stop" },
    { name = "in two deltas that say one thing",
      events = { chunk('{"images":[{"image_url":{"url":"' .. ONE .. '"}}]}'),
        chunk('{"content":"Rime","images":[{"url":"' .. ONE
          .. '","alt":"a boat"}]}', "stop"), DONE },
      data = "Rime", images = { { url = ONE, alt = "a boat" } },
      finish_reason = "stop" },
    { name = "in a part, and again in the list",
      body = message('{"content":[' .. TEXT .. "," .. PART
        .. '],"images":[{"url":"' .. ONE .. '"}]}', "stop"),
      data = "Rime", images = { { url = ONE } }, finish_reason = "stop" },
    { name = "in parts of an output",
      body = dialects.response("completed", '"output":['
        .. dialects.item_message(TEXT .. "," .. PART) .. "]"),
      data = "Rime", images = { { url = ONE } } },
    { name = "in parts of an item",
      events = { CREATED, dialects.output_text "Rime",
        dialects.item(dialects.item_message(TEXT .. "," .. PART)),
        dialects.ended("completed", "completed") },
      data = "Rime", images = { { url = ONE } } },
    { name = "in a part that is told as a whole",
      events = { CREATED, dialects.output_text "Rime",
        event("response.content_part.done", '"part":' .. PART),
        dialects.ended("completed", "completed") },
      data = "Rime", images = { { url = ONE } } },
    { name = "in a part, in its item and in the whole",
      events = { CREATED, dialects.output_text "Rime",
        event("response.content_part.done", '"part":' .. PART),
        dialects.item(dialects.item_message(TEXT .. "," .. PART)),
        dialects.ended("completed", "completed", '"output":['
          .. dialects.item_message(TEXT .. "," .. PART) .. "]") },
      data = "Rime", images = { { url = ONE } } },
    { name = "in the vendor's event",
      events = { CREATED, dialects.part "Rime",
        event("response.image_generation_call.completed", '"output_index":1',
          '"image_generation_call":{"id":"i-9","url":"' .. ONE
          .. '","revised_prompt":"a boat"}'),
        dialects.ended("done", "completed"), DONE },
      data = "Rime",
      images = { { url = ONE, revised_prompt = "a boat" } } },
    { name = "none where the list is null or empty",
      events = { chunk '{"content":"Ri","images":null}',
        chunk('{"content":"me","images":[]}', "stop"), DONE },
      data = "Rime", finish_reason = "stop" },
  } do
    vectors[#vectors + 1] = vector
  end

  return vectors
end
