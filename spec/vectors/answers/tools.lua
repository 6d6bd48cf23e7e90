-- Calls of tools: which fragments are one call, in every dialect, and what a
-- call amounts to.
return function(dialects)
  local chunk, message, event = dialects.chunk, dialects.message, dialects.event
  local CREATED, FRAMES_BEGIN = dialects.CREATED, dialects.FRAMES_BEGIN
  local DONE = "[DONE]"

  local vectors = {}

  -- A fragment: its fields as JSON, nil for none.
  local function call(index, id, name, arguments)
    local fields, inner = {}, {}
    fields[#fields + 1] = index and '"index":' .. index
    fields[#fields + 1] = id and '"id":' .. id
    inner[#inner + 1] = name and '"name":' .. name
    inner[#inner + 1] = arguments and '"arguments":' .. arguments
    fields[#fields + 1] = '"function":{' .. table.concat(inner, ",") .. "}"
    return "{" .. table.concat(fields, ",") .. "}"
  end

  local TIDE = { id = "t-1", name = "tide", arguments = '{"at":"Bodo"}' }
  local MOON = { id = "t-2", name = "moon", arguments = '{"on":2}' }

  -- The arguments of TIDE and MOON, whole and in two.
  local AT, ON = '"{\\"at\\":\\"Bodo\\"}"', '"{\\"on\\":2}"'
  local AT1, AT2 = '"{\\"at\\":"', '"\\"Bodo\\"}"'
  local ON1, ON2 = '"{\\"on\\":"', '"2}"'
  local T1, T2, tide, moon = '"t-1"', '"t-2"', '"tide"', '"moon"'

  local function without_id(known)
    return { name = known.name, arguments = known.arguments }
  end

  -----------------------------------------------------------------------
  -- streams of deltas: each element is one delta's list of fragments

  local streams = {
    -- with an index
    { name = "fragments by their index", calls = { TIDE, MOON },
      { call(0, T1, tide, '""') }, { call(0, nil, nil, AT1) },
      { call(0, nil, nil, AT2) }, { call(1, T2, moon, ON) } },
    { name = "fragments by their index, in turn", calls = { TIDE, MOON },
      { call(0, T1, tide, AT1) }, { call(1, T2, moon, ON1) },
      { call(0, nil, nil, AT2) }, { call(1, nil, nil, ON2) } },
    { name = "fragments of both calls in each delta", calls = { TIDE, MOON },
      { call(0, T1, tide, AT1), call(1, T2, moon, ON1) },
      { call(0, nil, nil, AT2), call(1, nil, nil, ON2) } },
    { name = "indexes that are texts", calls = { TIDE, MOON },
      { call('"0"', T1, tide, AT1) }, { call('"0"', nil, nil, AT2) },
      { call('"1"', T2, moon, ON) } },
    { name = "indexes that begin with 1", calls = { TIDE, MOON },
      { call(1, T1, tide, AT) }, { call(2, T2, moon, ON) } },
    { name = "an index without an id",
      calls = { without_id(TIDE), without_id(MOON) },
      { call(0, nil, tide, AT1) }, { call(0, nil, nil, AT2) },
      { call(1, nil, moon, ON) } },
    { name = "the index 0 for every call", calls = { TIDE, MOON },
      { call(0, T1, tide, AT) }, { call(0, T2, moon, ON) } },
    { name = "the index 0 for every call of one delta",
      calls = { TIDE, MOON },
      { call(0, T1, tide, AT), call(0, T2, moon, ON) } },
    { name = "the index 0 for every call, in fragments",
      calls = { TIDE, MOON },
      { call(0, T1, tide, AT1) }, { call(0, nil, nil, AT2) },
      { call(0, T2, moon, ON1) }, { call(0, nil, nil, ON2) } },
    { name = "the index 0 for every call, told apart by their ids",
      calls = { TIDE, MOON },
      { call(0, T1, tide, '""') }, { call(0, T2, moon, '""') },
      { call(0, T1, nil, AT1) }, { call(0, T2, nil, ON1) },
      { call(0, T1, nil, AT2) }, { call(0, T2, nil, ON2) } },
    { name = "the index 0 for every call, ids and names in each fragment",
      calls = { TIDE, MOON },
      { call(0, T1, tide, AT1) }, { call(0, T2, moon, ON1) },
      { call(0, T1, tide, AT2) }, { call(0, T2, moon, ON2) } },
    { name = "the index 0 for two calls of one tool",
      calls = { TIDE, { id = "t-2", name = "tide", arguments = MOON.arguments }
      },
      { call(0, T1, tide, AT) }, { call(0, T2, tide, ON) } },
    { name = "the index 0 for two tools without ids",
      calls = { without_id(TIDE), without_id(MOON) },
      { call(0, nil, tide, AT) }, { call(0, nil, moon, ON) } },
    { name = "a name that comes again with its index",
      calls = { without_id(TIDE) },
      { call(0, nil, tide, AT1) }, { call(0, nil, tide, AT2) } },
    { name = "an id and a name that come again", calls = { TIDE },
      { call(0, T1, tide, AT1) }, { call(0, T1, tide, AT2) } },
    { name = "an id that comes again, and an empty name", calls = { TIDE },
      { call(0, T1, tide, AT1) }, { call(0, T1, '""', AT2) } },
    { name = "ids and names that are empty or null", calls = { TIDE },
      { call(0, T1, tide, '""') }, { call(0, '""', '""', AT1) },
      { call(0, "null", "null", AT2) } },
    { name = "an id that comes late", calls = { TIDE },
      { call(0, nil, tide, AT1) }, { call(0, T1, nil, AT2) } },
    { name = "an id of its own for each fragment", calls = { TIDE },
      { call(0, T1, tide, AT1) }, { call(0, T2, nil, AT2) } },
    { name = "an id of its own for each, and empty names",
      calls = { TIDE, { id = "t-9", name = "moon", arguments = MOON.arguments }
      },
      { call(0, T1, tide, '""') }, { call(0, T2, '""', AT1) },
      { call(0, '"t-3"', '""', AT2) }, { call(1, '"t-9"', moon, ON) } },

    -- without an index
    { name = "fragments by their ids", calls = { TIDE, MOON },
      { call(nil, T1, tide, AT1) }, { call(nil, T2, moon, ON1) },
      { call(nil, T1, nil, AT2) }, { call(nil, T2, nil, ON2) } },
    { name = "indexes that are null", calls = { TIDE, MOON },
      { call("null", T1, tide, AT1) }, { call("null", T2, moon, ON) },
      { call("null", T1, nil, AT2) } },
    { name = "an id of its own for each fragment, without an index",
      calls = { TIDE },
      { call(nil, T1, tide, AT1) }, { call(nil, T2, nil, AT2) } },
    { name = "arguments go to the last call", calls = { TIDE, MOON },
      { call(nil, T1, tide, AT1) }, { call(nil, nil, nil, AT2) },
      { call(nil, T2, moon, ON1) }, { call(nil, nil, nil, ON2) } },
    { name = "a name begins a call",
      calls = { without_id(TIDE), without_id(MOON) },
      { call(nil, nil, tide, AT1) }, { call(nil, nil, nil, AT2) },
      { call(nil, nil, moon, ON1) }, { call(nil, nil, nil, ON2) } },
    { name = "the same name begins another call",
      calls = { without_id(TIDE), { name = "tide",
        arguments = MOON.arguments } },
      { call(nil, nil, tide, AT) }, { call(nil, nil, tide, ON) } },
    { name = "several in one delta",
      calls = { without_id(TIDE), without_id(MOON) },
      { call(nil, nil, tide, AT), call(nil, nil, moon, ON) } },
    { name = "several of one tool in one delta",
      calls = { without_id(TIDE), { name = "tide",
        arguments = MOON.arguments } },
      { call(nil, nil, tide, AT), call(nil, nil, tide, ON) } },
    { name = "several with ids in one delta", calls = { TIDE, MOON },
      { call(nil, T1, tide, AT), call(nil, T2, moon, ON) } },

    -- copies
    { name = "a call that comes again", calls = { TIDE },
      { call(0, T1, tide, AT) }, { call(0, T1, tide, AT) } },
    { name = "arguments that come again when they are whole",
      calls = { TIDE },
      { call(0, T1, tide, AT1) }, { call(0, nil, nil, AT2) },
      { call(0, nil, nil, AT) } },
    { name = "a call that comes again without arguments", calls = { TIDE },
      { call(0, T1, tide, AT) }, { call(0, T1, tide, '""') } },
    { name = "a call that comes again by its id", calls = { TIDE },
      { call(nil, T1, tide, AT) }, { call(nil, T1, tide, AT) } },
    { name = "equal fragments of arguments that are not whole",
      calls = { { id = "t-1", name = "tide", arguments = '{"a":[{},{},{}]}' }
      },
      { call(0, T1, tide, '"{\\"a\\":["') }, { call(0, nil, nil, '"{}"') },
      { call(0, nil, nil, '",{}"') }, { call(0, nil, nil, '",{}"') },
      { call(0, nil, nil, '"]}"') } },
    { name = "equal fragments inside a text",
      calls = { { id = "t-1", name = "tide", arguments = '{"a":"haha"}' } },
      { call(0, T1, tide, '"{\\"a\\":\\""') }, { call(0, nil, nil, '"ha"') },
      { call(0, nil, nil, '"ha"') }, { call(0, nil, nil, '"\\"}"') } },

    -- what calls are made of
    { name = "an id that is a number",
      calls = { { id = "17", name = "tide", arguments = "{}" } },
      { call(0, "17", tide, '"{}"') } },
    { name = "arguments that are an object",
      calls = { { id = "t-1", name = "tide",
        arguments = '{ "b": 1.0, "a": [9007199254740993, {}] }' } },
      { call(0, T1, tide, '{ "b": 1.0, "a": [9007199254740993, {}] }') } },
    { name = "arguments that are empty", calls = { { id = "t-1",
        name = "tide", arguments = "{}" }, MOON },
      { call(0, T1, tide, '""') }, { call(1, T2, moon, ON) } },
    { name = "arguments that are null", calls = { { id = "t-1",
        name = "tide", arguments = "{}" } },
      { call(0, T1, tide, "null") } },
    { name = "arguments that are absent", calls = { { id = "t-1",
        name = "tide", arguments = "{}" } },
      { call(0, T1, tide) } },
    { name = "arguments that are an empty list, as PHP has it",
      calls = { { id = "t-1", name = "tide", arguments = "{}" } },
      { call(0, T1, tide, "[]") } },
    { name = "arguments that begin as the text of an empty object",
      calls = { TIDE }, { call(0, T1, tide, '"{}"') },
      { call(0, nil, nil, AT1) }, { call(0, nil, nil, AT2) } },
    { name = "arguments that are an empty object, and then are there",
      calls = { TIDE }, { call(0, T1, tide, '"{ }"') },
      { call(0, nil, nil, AT) } },
    { name = "arguments that are an empty object, twice",
      calls = { { id = "t-1", name = "tide", arguments = "{}" } },
      { call(0, T1, tide, '"{}"') }, { call(0, nil, nil, '"{}"') } },
    { name = "arguments that begin as an empty object", calls = { TIDE },
      { call(0, T1, tide, "{}") }, { call(0, nil, nil, AT) } },
    { name = "arguments that are an object with a null", calls = { {
        id = "t-1", name = "tide", arguments = '{"at":null}' } },
      { call(0, T1, tide, '{"at":null}') } },
    { name = "a list that is one object", calls = { TIDE },
      one = call(0, T1, tide, AT) },
    { name = "a list of nothing", calls = nil, { "null" }, { "7" } },
  }

  -- Deltas, and the events of envelopes, which hold the same.
  local carriers = {
    { name = "chunks", begin = chunk '{"role":"assistant"}', delta = chunk,
      finish = chunk("{}", "tool_calls") },
    { name = "frames", begin = FRAMES_BEGIN, delta = dialects.frame_delta,
      finish = dialects.frame_finish "tool_calls" },
    { name = "envelopes", begin = ": one moment", delta = function(delta)
      return dialects.legacy("", delta:sub(2, -2))
    end, finish = dialects.legacy("", '"finish_reason":"tool_calls"') },
  }

  for _, stream in ipairs(streams) do
    for _, carrier in ipairs(carriers) do
      local events = { carrier.begin }
      for _, fragments in ipairs(stream) do
        events[#events + 1] = carrier.delta('{"tool_calls":['
          .. table.concat(fragments, ",") .. "]}")
      end
      if stream.one then
        events[#events + 1] = carrier.delta('{"tool_calls":' .. stream.one
          .. "}")
      end
      events[#events + 1] = carrier.finish
      events[#events + 1] = DONE
      vectors[#vectors + 1] = { name = carrier.name .. ": " .. stream.name,
        events = events, data = "", tool_calls = stream.calls, pieces = {},
        finish_reason = "tool_calls" }
    end
  end

  -----------------------------------------------------------------------
  -- whole calls, in each body and at the end of each stream

  local wholes = {
    { name = "a call", calls = { TIDE }, "[" .. call(nil, T1, tide, AT) .. "]"
    },
    { name = "two calls", calls = { TIDE, MOON },
      "[" .. call(nil, T1, tide, AT) .. "," .. call(nil, T2, moon, ON) .. "]" },
    { name = "two calls without ids",
      calls = { without_id(TIDE), without_id(MOON) },
      "[" .. call(nil, nil, tide, AT) .. "," .. call(nil, '""', moon, ON)
        .. "]" },
    { name = "two calls that are equal but for their ids",
      calls = { TIDE, { id = "t-2", name = "tide", arguments = TIDE.arguments }
      },
      "[" .. call(nil, T1, tide, AT) .. "," .. call(nil, T2, tide, AT) .. "]" },
    { name = "two calls of one index", calls = { TIDE, MOON },
      "[" .. call(0, T1, tide, AT) .. "," .. call(0, T2, moon, ON) .. "]" },
    { name = "one object", calls = { TIDE }, call(nil, T1, tide, AT) },
    { name = "an object, a number and nothing as arguments",
      calls = { { id = "17", name = "tide", arguments = '{"a": 1}' },
        { id = "t-2", name = "moon", arguments = "{}" } },
      "[" .. call(nil, "17", tide, '{"a": 1}') .. "," .. call(nil, T2, moon)
        .. "]" },
  }

  for _, whole in ipairs(wholes) do
    local calls = '"tool_calls":' .. whole[1]
    for _, vector in ipairs {
      { name = "the message of a body",
        body = message('{"content":null,' .. calls .. "}", "tool_calls") },
      { name = "an envelope", body = dialects.envelope('"data":""',
        '"finish_reason":"tool_calls"', calls) },
      { name = "data that is a message",
        body = dialects.envelope('"finish_reason":"tool_calls"',
          '"data":{"role":"assistant","content":null,' .. calls .. "}") },
      { name = "the message of a chunk",
        events = { message('{"content":null,' .. calls .. "}", "tool_calls"),
          DONE } },
      { name = "a stream of envelopes",
        events = { dialects.legacy("", calls),
          dialects.legacy("", '"finish_reason":"tool_calls"') } },
    } do
      vector.name = whole.name .. ": " .. vector.name
      vector.data, vector.finish_reason = "", "tool_calls"
      vector.tool_calls = whole.calls
      vectors[#vectors + 1] = vector
    end
  end

  -----------------------------------------------------------------------
  -- items

  local function item(number, id, name, arguments)
    return ('{"type":"function_call","id":"f-%d","call_id":%s,"name":%s,'
      .. '"arguments":%s}'):format(number, id, name, arguments)
  end

  local function added(number, id, name)
    return event("response.output_item.added", '"output_index":' .. number,
      '"item":' .. item(number, id, name, '""'))
  end

  local function arguments(number, text)
    return event("response.function_call_arguments.delta",
      '"item_id":"f-' .. number .. '"', '"output_index":' .. number,
      '"delta":' .. text)
  end

  local COMPLETED = dialects.ended("completed", "completed")
  local LEGACY_CALL = '"function_call":{"name":"tide","arguments":'
  local AS_LEGACY = { name = "tide", arguments = TIDE.arguments }

  for _, vector in ipairs {
    { name = "an item, its arguments in pieces",
      events = { CREATED, added(0, T1, tide), arguments(0, AT1),
        arguments(0, AT2), COMPLETED },
      data = "", tool_calls = { TIDE }, pieces = {} },
    { name = "an item, its arguments in pieces, and all of it again",
      events = { CREATED, added(0, T1, tide), arguments(0, AT1),
        arguments(0, AT2), event("response.function_call_arguments.done",
          '"item_id":"f-0"', '"output_index":0', '"arguments":' .. AT),
        dialects.item(item(0, T1, tide, AT), 0),
        dialects.ended("completed", "completed", '"output":['
          .. item(0, T1, tide, AT) .. "]") },
      data = "", tool_calls = { TIDE } },
    { name = "two items, their arguments in turn",
      events = { CREATED, added(0, T1, tide), added(1, T2, moon),
        arguments(0, AT1), arguments(1, ON1), arguments(0, AT2),
        arguments(1, ON2), COMPLETED },
      data = "", tool_calls = { TIDE, MOON } },
    { name = "two items, told apart by their ids only",
      events = { CREATED,
        event("response.output_item.added", '"item":' .. item(0, T1, tide,
          '""')),
        event("response.output_item.added", '"item":' .. item(1, T2, moon,
          '""')),
        event("response.function_call_arguments.delta", '"item_id":"f-0"',
          '"delta":' .. AT),
        event("response.function_call_arguments.delta", '"item_id":"f-1"',
          '"delta":' .. ON), COMPLETED },
      data = "", tool_calls = { TIDE, MOON } },
    { name = "an item whose arguments come when they are done only",
      events = { CREATED, added(0, T1, tide),
        event("response.function_call_arguments.done", '"item_id":"f-0"',
          '"output_index":0', '"arguments":' .. AT), COMPLETED },
      data = "", tool_calls = { TIDE } },
    { name = "an item whose arguments come before it",
      events = { CREATED, arguments(0, AT1), arguments(0, AT2),
        dialects.item(item(0, T1, tide, AT), 0), COMPLETED },
      data = "", tool_calls = { TIDE } },
    { name = "an item behind text",
      events = { CREATED, dialects.output_text("Rime", 0),
        dialects.item(dialects.item_message(dialects.text_part "Rime"), 0),
        added(1, T1, tide), arguments(1, AT),
        dialects.item(item(1, T1, tide, AT), 1),
        dialects.ended("done", "completed"), DONE },
      data = "Rime", tool_calls = { TIDE }, pieces = { "Rime" } },
    { name = "an item that came without arguments",
      events = { CREATED, added(0, T1, tide), COMPLETED },
      data = "", tool_calls = { { id = "t-1", name = "tide",
        arguments = "{}" } } },
    { name = "items that come when they are done only",
      events = { CREATED, dialects.item(item(0, T1, tide, AT), 0),
        dialects.item(item(1, T2, moon, ON), 1), COMPLETED },
      data = "", tool_calls = { TIDE, MOON } },
    { name = "items of the last response only",
      events = { CREATED, dialects.ended("done", "completed", '"output":['
        .. dialects.item_message(dialects.text_part "Rime") .. ","
        .. item(1, T1, tide, AT) .. "," .. item(2, T2, moon, ON) .. "]"),
        DONE },
      data = "Rime", tool_calls = { TIDE, MOON } },
    { name = "an item whose id is a number",
      events = { CREATED, dialects.item(item(0, "17", tide, AT), 0),
        COMPLETED },
      data = "", tool_calls = { { id = "17", name = "tide",
        arguments = TIDE.arguments } } },
    { name = "an item among frames and events",
      events = { FRAMES_BEGIN, CREATED, dialects.frame "Rime",
        dialects.part "Rime", dialects.item(item(1, T1, tide, AT), 1),
        dialects.frame_finish "tool_calls",
        dialects.ended("done", "completed"), DONE },
      data = "Rime", tool_calls = { TIDE }, finish_reason = "tool_calls" },
    { name = "the same call in a frame and in an item",
      events = { FRAMES_BEGIN, CREATED,
        dialects.frame_delta('{"tool_calls":[' .. call(0, T1, tide, AT)
          .. "]}"), dialects.item(item(0, T1, tide, AT), 0),
        dialects.frame_finish "tool_calls",
        dialects.ended("done", "completed"), DONE },
      data = "", tool_calls = { TIDE }, finish_reason = "tool_calls" },
    { name = "items of a body, with text",
      body = dialects.response("completed", '"output":['
        .. dialects.item_message(dialects.text_part "Rime") .. ","
        .. item(1, T1, tide, AT) .. "," .. item(2, T2, moon, '""') .. "]"),
      data = "Rime", tool_calls = { TIDE, { id = "t-2", name = "moon",
        arguments = "{}" } } },
    { name = "an item of a body, its arguments an object",
      body = dialects.response("completed", '"output":['
        .. item(1, T1, tide, '{"a": [1, 2]}') .. "]"),
      data = "", tool_calls = { { id = "t-1", name = "tide",
        arguments = '{"a": [1, 2]}' } } },

    -- the call that a message once had
    { name = "function_call in deltas",
      events = { chunk("{" .. LEGACY_CALL .. '""}}'),
        chunk('{"function_call":{"arguments":' .. AT1 .. "}}"),
        chunk('{"function_call":{"arguments":' .. AT2 .. "}}"),
        chunk("{}", "function_call"), DONE },
      data = "", tool_calls = { without_id(TIDE) }, function_call = AS_LEGACY,
      finish_reason = "function_call" },
    { name = "function_call in the deltas of frames",
      events = { FRAMES_BEGIN,
        dialects.frame_delta("{" .. LEGACY_CALL .. AT1 .. "}}"),
        dialects.frame_delta('{"function_call":{"arguments":' .. AT2 .. "}}"),
        dialects.frame_finish "function_call" },
      data = "", tool_calls = { without_id(TIDE) }, function_call = AS_LEGACY,
      finish_reason = "function_call" },
    { name = "function_call in envelopes of a stream",
      events = { dialects.legacy("", LEGACY_CALL .. AT1 .. "}"),
        dialects.legacy("", '"function_call":{"arguments":' .. AT2 .. "}"),
        dialects.legacy("", '"finish_reason":"function_call"') },
      data = "", tool_calls = { without_id(TIDE) }, function_call = AS_LEGACY,
      finish_reason = "function_call" },
    { name = "function_call in the message of a chunk",
      events = { message('{"content":null,' .. LEGACY_CALL .. AT .. "}}",
        "function_call"), DONE },
      data = "", tool_calls = { without_id(TIDE) }, function_call = AS_LEGACY,
      finish_reason = "function_call" },
    { name = "function_call in a body",
      body = message('{"content":null,' .. LEGACY_CALL .. AT .. "}}",
        "function_call"),
      data = "", tool_calls = { without_id(TIDE) }, function_call = AS_LEGACY,
      finish_reason = "function_call" },
    { name = "function_call beside the same call in a list",
      events = { chunk('{"tool_calls":[' .. call(0, T1, tide, AT1) .. '],'
          .. LEGACY_CALL .. AT1 .. "}}"),
        chunk('{"tool_calls":[' .. call(0, nil, nil, AT2)
          .. '],"function_call":{"arguments":' .. AT2 .. "}}"),
        chunk("{}", "tool_calls"), DONE },
      data = "", tool_calls = { TIDE }, function_call = AS_LEGACY,
      finish_reason = "tool_calls" },
    { name = "function_call that is null",
      body = message('{"content":"Rime","function_call":null,'
        .. '"tool_calls":null}', "stop"),
      data = "Rime", finish_reason = "stop" },

    -- deltas and a message
    { name = "a message that says what the deltas said",
      events = { chunk('{"tool_calls":[' .. call(0, T1, tide, AT1) .. "]}"),
        chunk('{"tool_calls":[' .. call(0, nil, nil, AT2) .. "]}"),
        message('{"content":null,"tool_calls":[' .. call(nil, T1, tide, AT)
          .. "]}", "tool_calls"), DONE },
      data = "", tool_calls = { TIDE }, finish_reason = "tool_calls" },
    { name = "a message that adds a call to those of the deltas",
      events = { chunk('{"tool_calls":[' .. call(0, T1, tide, AT) .. "]}"),
        message('{"content":null,"tool_calls":[' .. call(nil, T1, tide, AT)
          .. "," .. call(nil, T2, moon, ON) .. "]}", "tool_calls"), DONE },
      data = "", tool_calls = { TIDE, MOON }, finish_reason = "tool_calls" },
    { name = "fragments in two dialects at once",
      events = { chunk('{"tool_calls":[' .. call(0, T1, tide, AT1) .. "]}"),
        dialects.legacy("", '"tool_calls":[' .. call(0, T1, tide, AT1) .. "]"),
        chunk('{"tool_calls":[' .. call(0, nil, nil, AT2) .. "]}"),
        dialects.legacy("", '"tool_calls":[' .. call(0, nil, nil, AT2) .. "]"),
        dialects.legacy("", '"tool_calls":[' .. call(1, T2, moon, ON) .. "]"),
        chunk("{}", "tool_calls"), DONE },
      data = "", tool_calls = { TIDE, MOON }, finish_reason = "tool_calls" },
    { name = "messages that say one thing each",
      events = { message('{"content":"Wait."}'),
        message('{"content":null,"tool_calls":[' .. call(nil, T1, tide, AT)
          .. "]}"), message('{"content":""}', "tool_calls"), DONE },
      data = "Wait.", tool_calls = { TIDE }, finish_reason = "tool_calls",
      late = "text" },
    { name = "what signs a call whose item was only added",
      events = { CREATED, event("response.output_item.added",
          '"output_index":0', '"item":{"type":"function_call","call_id":"t-1",'
          .. '"name":"tide","arguments":"","extra_content":{"s":"c2ln"}}'),
        event("response.function_call_arguments.done", '"output_index":0',
          '"arguments":' .. AT), dialects.ended("completed", "completed") },
      data = "", tool_calls = { { id = "t-1", name = "tide",
        arguments = TIDE.arguments, extra_content = { s = "c2ln" } } } },
    { name = "calls of the second choice are not the reply's",
      events = { '{"choices":[{"index":1,"delta":{"tool_calls":['
        .. call(0, T2, moon, ON) .. "]}}]}",
        chunk('{"tool_calls":[' .. call(0, T1, tide, AT) .. "]}"),
        chunk("{}", "tool_calls"), DONE },
      data = "", tool_calls = { TIDE }, finish_reason = "tool_calls" },
  } do
    vectors[#vectors + 1] = vector
  end

  return vectors
end
