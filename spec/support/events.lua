-- Event streams of the specs: a short answer in the commonest dialect.
local events = {}

function events.frame(json)
  return "data: " .. json .. "\n\n"
end

events.created = events.frame(
  '{"type":"response.created","response":{"id":"r-1","model":"m"}}')

function events.delta(text)
  return events.frame(('{"type":"response.content_part.delta",' ..
    '"response_id":"r-1","output_index":0,"content_index":0,"delta":"%s"}')
    :format(text))
end

function events.reasoning(text)
  return events.frame(('{"type":"response.reasoning.delta",' ..
    '"response_id":"r-1","delta":"%s"}'):format(text))
end

--- A piece of text in a chunk of OpenAI's. It tells no id, so that nobody is
--- told to stop the stream.
function events.chunk(text)
  return events.frame(('{"choices":[{"index":0,"delta":{"content":"%s"}}]}')
    :format(text))
end

events.completed = events.frame('{"type":"response.done","response":{' ..
  '"id":"r-1","status":"completed","usage":{"input_tokens":3,' ..
  '"output_tokens":4,"total_tokens":7}}}')

events.done = events.frame("[DONE]")

--- A whole answer whose text is the given pieces.
function events.answer(...)
  local frames = { events.created }
  for _, piece in ipairs { ... } do
    frames[#frames + 1] = events.delta(piece)
  end
  frames[#frames + 1] = events.completed .. events.done
  return table.concat(frames)
end

return events
