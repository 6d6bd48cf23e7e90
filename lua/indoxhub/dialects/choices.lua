--- The dialect `openai`: chunks with choices.

local notes = require "indoxhub.dialects.notes"
local reply = require "indoxhub.reply"

-- Indexes come from the server and become keys of tables.
local MOST_TOOL_CALLS = 128

-- Fragments of a call carry its number. Without one, an id of its own begins
-- the next call.
local function tool_index(self, fragment)
  local last = self._tools[#self._tools]
  local id = notes.text_or_nil(fragment.id)
  if last and id and last.id and last.id ~= id then
    return #self._tools
  end
  return math.max(0, #self._tools - 1)
end

local function add_tool_fragment(self, fragment)
  local index = tonumber(fragment.index) or tool_index(self, fragment)
  if index < 0 or index >= MOST_TOOL_CALLS or index % 1 ~= 0 then
    return
  end
  for i = #self._tools + 1, index + 1 do
    self._tools[i] = { pieces = {} }
  end
  local call = self._tools[index + 1]
  local fn = notes.table_or_empty(fragment["function"])
  call.id = call.id or notes.text_or_nil(fragment.id)
  call.name = call.name or notes.text_or_nil(fn.name)
  if type(fn.arguments) == "string" then
    table.insert(call.pieces, fn.arguments)
  end
end

-- Only the first choice becomes the reply's data.
local function on_choice(self, choice)
  local delta = notes.table_or_empty(choice.delta)
  local calls = notes.table_or_empty(delta.tool_calls)
  for _, fragment in ipairs(calls) do
    add_tool_fragment(self, notes.table_or_empty(fragment))
  end
  notes.finish(self, choice.finish_reason)
  local reasoning = notes.text_or_nil(delta.reasoning_content)
    or notes.text_or_nil(delta.reasoning)
  local piece = notes.text_or_nil(delta.content)
    or notes.text_or_nil(choice.text)
  if not piece then
    return notes.claim_reasoning(self, "choices", reasoning)
  end
  -- Both at once are rare: the reasoning shows up in the reply only.
  notes.claim_reasoning(self, "choices", reasoning)
  return notes.claim(self, "choices", piece, (reasoning or calls[1]) and 0 or 1)
end

local function on_choices(self, event)
  notes.id(self, "chunk", event.id)
  notes.field(self, "id", notes.text_or_nil(event.id))
  notes.field(self, "model", event.model)
  notes.field(self, "provider", event.provider)
  notes.field(self, "created_at", event.created)
  self._usage_other = reply.usage(event.usage) or self._usage_other
  for _, choice in ipairs(event.choices) do
    if type(choice) == "table" and (choice.index or 0) == 0 then
      return on_choice(self, choice)
    end
  end
end

return on_choices
