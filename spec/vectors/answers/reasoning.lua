-- What a model thought: once, from whatever place has it.
return function(dialects)
  local chunk, message, event = dialects.chunk, dialects.message, dialects.event
  local CREATED, FRAMES_BEGIN = dialects.CREATED, dialects.FRAMES_BEGIN
  local DONE = "[DONE]"

  local vectors = {}

  local function text(value)
    return '"' .. value .. '"'
  end

  local function details(kind, field)
    return function(value)
      return '[{"type":"reasoning.' .. kind .. '","' .. field .. '":"' .. value
        .. '","format":"f-1","index":0}]'
    end
  end

  for _, field in ipairs {
    { "reasoning_content", text }, { "reasoning", text }, { "thinking", text },
    { "reasoning_details", details("text", "text"), "its text" },
    { "reasoning_details", details("summary", "summary"), "its summary" },
  } do
    local name = field[1] .. (field[3] and ", " .. field[3] or "")
    local function thought(value)
      return '"' .. field[1] .. '":' .. field[2](value)
    end
    local in_pieces = { { "reasoning", "so " }, { "reasoning", "be it" },
      "Rime" }
    for _, vector in ipairs {
      { name = "chunks", finish_reason = "stop", pieces = in_pieces,
        events = { chunk("{" .. thought "so " .. "}"),
          chunk("{" .. thought "be it" .. ',"content":null}'),
          chunk '{"content":"Rime"}', chunk("{}", "stop"), DONE } },
      { name = "frames", finish_reason = "stop", pieces = in_pieces,
        events = { FRAMES_BEGIN,
          dialects.frame_delta("{" .. thought "so " .. "}"),
          dialects.frame_delta("{" .. thought "be it" .. "}"),
          dialects.frame "Rime", dialects.frame_finish "stop" } },
      { name = "a body", finish_reason = "stop",
        body = message('{"content":"Rime",' .. thought "so be it" .. "}",
          "stop") },
      { name = "an envelope",
        body = dialects.envelope('"data":"Rime"', thought "so be it") },
      { name = "a stream of envelopes", pieces = in_pieces,
        events = { dialects.legacy("", thought "so "),
          dialects.legacy("", thought "be it"), dialects.legacy "Rime",
          DONE } },
    } do
      vector.name = name .. ": " .. vector.name
      vector.data, vector.reasoning_content = "Rime", "so be it"
      vectors[#vectors + 1] = vector
    end
  end

  local COPIES = '"reasoning":"so","reasoning_content":"so","thinking":"so",'
    .. '"reasoning_details":[{"type":"reasoning.text","text":"so"}]'
  local SIGNED = '{"type":"reasoning.text","text":"so","format":"f-1",'
    .. '"signature":"c2ln","index":0}'
  local SEALED = '{"type":"reasoning.encrypted","data":"c2Vj","id":"d-1"}'

  for _, vector in ipairs {
    -- once
    { name = "copies in one delta",
      events = { chunk("{" .. COPIES .. "}"), chunk('{"content":"Rime"}',
        "stop"), DONE },
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      pieces = { { "reasoning", "so" }, "Rime" } },
    { name = "copies in one body",
      body = message('{"content":"Rime",' .. COPIES .. "}", "stop"),
      data = "Rime", reasoning_content = "so", finish_reason = "stop" },
    { name = "a copy in a part of the text",
      events = { chunk('{"reasoning_content":"so","content":[{"type":'
        .. '"thinking","thinking":"so"},{"type":"text","text":"Rime"}]}',
        "stop"), DONE },
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      pieces = { { "reasoning", "so" }, "Rime" } },
    { name = "a copy in the message at the end",
      events = { chunk '{"reasoning":"so"}', chunk '{"content":"Rime"}',
        message('{"content":"Rime","reasoning":"so"}', "stop"), DONE },
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      pieces = { { "reasoning", "so" }, "Rime" } },
    { name = "a copy in details at the end",
      events = { chunk '{"reasoning":"s"}', chunk '{"reasoning":"o"}',
        chunk '{"content":"Rime"}',
        chunk('{"reasoning_details":[' .. SIGNED .. "]}", "stop"), DONE },
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      pieces = { { "reasoning", "s" }, { "reasoning", "o" }, "Rime" },
      reply = { reasoning_details = { { signature = "c2ln" } } } },
    { name = "a copy under another name, frame by frame",
      events = { FRAMES_BEGIN, dialects.frame_delta '{"thinking":"s"}',
        dialects.frame_delta '{"reasoning_content":"s"}',
        dialects.frame_delta '{"thinking":"o"}',
        dialects.frame_delta '{"reasoning_content":"o"}',
        dialects.frame "Rime", dialects.frame_finish "stop" },
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      pieces = { { "reasoning", "s" }, { "reasoning", "o" }, "Rime" } },
    { name = "a name that changes on the way",
      events = { chunk '{"reasoning_content":"so "}',
        chunk '{"reasoning":"be it"}', chunk('{"content":"Rime"}', "stop"),
        DONE },
      data = "Rime", reasoning_content = "so be it", finish_reason = "stop",
      pieces = { { "reasoning", "so " }, { "reasoning", "be it" }, "Rime" } },
    { name = "a copy in the item of the vendor's events",
      events = { CREATED, event("response.reasoning.delta", '"delta":"so"'),
        dialects.part "Rime", dialects.item('{"type":"message","content":['
          .. dialects.text_part "Rime" .. '],"reasoning":"so"}'),
        dialects.ended("done", "completed"), DONE },
      data = "Rime", reasoning_content = "so",
      pieces = { { "reasoning", "so" }, "Rime" } },

    -- none
    { name = "none where it is null or empty",
      events = { chunk '{"reasoning_content":null,"reasoning":""}',
        chunk('{"content":"Rime","thinking":null,"reasoning_details":[]}',
          "stop"), DONE },
      data = "Rime", finish_reason = "stop" },
    { name = "none where another place is empty",
      body = message('{"content":"Rime","reasoning_content":"",'
        .. '"reasoning":"so"}', "stop"),
      data = "Rime", reasoning_content = "so", finish_reason = "stop" },

    -- details are kept
    { name = "details of a body as they were sent",
      body = message('{"content":"Rime","reasoning_details":[' .. SIGNED .. ","
        .. SEALED .. "]}", "stop"),
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      reply = { reasoning_details = {
        { type = "reasoning.text", text = "so", format = "f-1",
          signature = "c2ln", index = 0 },
        { type = "reasoning.encrypted", data = "c2Vj", id = "d-1" } } } },
    { name = "details of a stream as they were sent",
      events = { chunk('{"reasoning_details":[' .. SIGNED .. "]}"),
        chunk('{"reasoning_details":[' .. SEALED .. "]}"),
        chunk('{"content":"Rime"}', "stop"), DONE },
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      reply = { reasoning_details = {
        { type = "reasoning.text", signature = "c2ln" },
        { type = "reasoning.encrypted", data = "c2Vj", id = "d-1" } } } },
    { name = "details that are sealed are no text",
      events = { FRAMES_BEGIN, dialects.frame_delta('{"reasoning_details":['
        .. SEALED .. "]}"), dialects.frame "Rime",
        dialects.frame_finish "stop" },
      data = "Rime", finish_reason = "stop",
      reply = { reasoning_details = { { data = "c2Vj" } } } },

    -- items
    { name = "the item of a stream",
      events = { CREATED, dialects.item('{"type":"reasoning","id":"s-1",'
        .. '"summary":[{"type":"summary_text","text":"so"}]}', 0),
        dialects.output_text("Rime", 1),
        dialects.ended("completed", "completed") },
      data = "Rime", reasoning_content = "so",
      pieces = { { "reasoning", "so" }, "Rime" } },
    { name = "a part of a summary that is told as a whole",
      events = { CREATED, dialects.event("response.reasoning_summary_part.done",
          '"output_index":0', '"summary_index":0',
          '"part":{"type":"summary_text","text":"so"}'),
        dialects.output_text("Rime", 1),
        dialects.ended("completed", "completed") },
      data = "Rime", reasoning_content = "so",
      pieces = { { "reasoning", "so" }, "Rime" } },
    { name = "a summary under its short name, as objects",
      events = { CREATED, event("response.reasoning_summary.delta",
          '"output_index":0', '"delta":{"text":"s"}'),
        event("response.reasoning_summary.delta", '"output_index":0',
          '"delta":"o"'), event("response.reasoning_summary.done",
          '"output_index":0', '"text":"so"'), dialects.output_text("Rime", 1),
        dialects.ended("completed", "completed") },
      data = "Rime", reasoning_content = "so",
      pieces = { { "reasoning", "s" }, { "reasoning", "o" }, "Rime" } },
    { name = "the last response of a stream only", late = "reasoning",
      events = { CREATED, dialects.output_text("Rime", 1),
        dialects.ended("completed", "completed", '"output":[{"type":'
          .. '"reasoning","summary":[{"type":"summary_text","text":"so"}]},'
          .. dialects.item_message(dialects.text_part "Rime") .. "]") },
      data = "Rime", reasoning_content = "so" },
    { name = "an item without a summary",
      body = dialects.response("completed", '"output":[{"type":"reasoning",'
        .. '"id":"s-1","summary":[]},'
        .. dialects.item_message(dialects.text_part "Rime") .. "]"),
      data = "Rime" },
  } do
    vectors[#vectors + 1] = vector
  end

  return vectors
end
