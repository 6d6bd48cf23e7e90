--- What the handlers of all dialects share: claiming an event's text, and
--- keeping what it tells for the final reply.
--
-- `self` is an indoxhub.Decoder.

local notes = {}

---@param value any
---@return table
function notes.table_or_empty(value)
  return type(value) == "table" and value or {}
end

---@param value any
---@return string? text that is not empty
function notes.text_or_nil(value)
  return type(value) == "string" and value ~= "" and value or nil
end

--- Claims text, which counts when its kind of event is the locked one.
---@param self indoxhub.Decoder
---@param dialect string the kind of event
---@param piece any
---@param holes integer in how many strings of the event it stands
---@return string? piece, string? kind, integer? holes
function notes.claim(self, dialect, piece, holes)
  piece = notes.text_or_nil(piece)
  if not piece then
    return nil
  end
  self._locked = self._locked or dialect
  if self._locked == dialect then
    return piece, "text", holes
  end
end

--- The same for what a model thinks; it locks kinds of its own.
---@param self indoxhub.Decoder
---@param dialect string
---@param piece any
---@return string? piece, string? kind, integer? holes
function notes.claim_reasoning(self, dialect, piece)
  piece = notes.text_or_nil(piece)
  if not piece then
    return nil
  end
  self._reasons = self._reasons or dialect
  if self._reasons == dialect then
    table.insert(self._reasoning, piece)
    return piece, "reasoning", 0
  end
end

--- Keeps an id by who told it; see decoder:stream_id.
---@param self indoxhub.Decoder
---@param from "response"|"frame"|"chunk"
---@param id any
function notes.id(self, from, id)
  self._ids[from] = self._ids[from] or notes.text_or_nil(id)
end

--- What a field of the final reply becomes the first time it is told.
---@param self indoxhub.Decoder
---@param name string
---@param value any
function notes.field(self, name, value)
  if self.reply[name] == nil then
    self.reply[name] = value
  end
end

--- The images of the final reply. Few answers have any.
---@param self indoxhub.Decoder
---@return table[]
function notes.images(self)
  self._images = self._images or {}
  return self._images
end

--- Keeps the reason of an end, which makes the answer a whole one.
---@param self indoxhub.Decoder
---@param reason any
function notes.finish(self, reason)
  reason = notes.text_or_nil(reason)
  if reason then
    self.complete = true
    notes.field(self, "finish_reason", reason)
  end
end

return notes
