--- The dialect `legacy`: pieces of the envelope.

local notes = require "indoxhub.dialects.notes"
local reply = require "indoxhub.reply"
local text = require "indoxhub.resources.text"

local function on_legacy(self, event)
  notes.field(self, "request_id", notes.text_or_nil(event.request_id))
  notes.field(self, "finish_reason", notes.text_or_nil(event.finish_reason))
  self._usage_other = reply.usage(event.usage) or self._usage_other
  local images = notes.table_or_empty(event.images)
  for _, item in ipairs(images) do
    if type(item) == "table" then
      table.insert(notes.images(self), text.image(item, #notes.images(self)))
    end
  end
  return notes.claim(self, "data", event.data, images[1] and 0 or 1)
end

return on_legacy
