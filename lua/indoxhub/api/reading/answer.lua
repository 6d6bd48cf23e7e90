--- What an answer is: by its head, and by its first bytes, which decide where
--- the two differ.

local answer = {}

local REDIRECTS = { [301] = true, [302] = true, [303] = true, [307] = true,
  [308] = true }

---@class indoxhub.Answer what a server sent
---@field status integer
---@field http_version string
---@field headers table<string, string> names in lower case
---@field text string the body
---@field encoded? boolean it was compressed, so its length says nothing
---@field recorded? boolean it was played, and nobody was asked
---@field hide indoxhub.Hide takes out what must not be shown

local function has_type(self, what)
  return (self.headers["content-type"] or ""):lower():find(what, 1, true) ~= nil
end

--- Whether it is JSON, of whatever kind.
---@param self indoxhub.Answer
---@return boolean
function answer.is_json(self)
  return has_type(self, "json")
end

--- Whether it is a page for people, which the API never sends. Once its bytes
--- are there they decide, and its type only where they leave it open.
---@param self indoxhub.Answer
---@return boolean
function answer.is_web_page(self)
  local beginning = (self.text or ""):sub(1, 200):lower()
    :match("^[\239\187\191%s]*<(.*)$")
  return beginning ~= nil and (beginning:find("^!doctype html") ~= nil
      or beginning:find("^html") ~= nil)
    or has_type(self, "html") and (not self.text or beginning ~= nil)
end

--- Whether it is a text and nothing else.
---@param self indoxhub.Answer
---@return boolean
function answer.is_plain_text(self)
  return has_type(self, "text/plain")
end

--- Whether it is a stream of events.
---@param self indoxhub.Answer
---@return boolean
function answer.is_stream(self)
  return has_type(self, "event-stream")
end

-- A byte order mark, which some servers write before anything.
local MARK = "\239\187\191"

--- Its body without a mark and blanks in front; "" when nothing else came.
---@param self indoxhub.Answer
---@return string
function answer.text(self)
  local text = self.text
  if text:sub(1, 3) == MARK then
    text = text:sub(4)
  end
  return text:find("^%s") and text:match("^%s+(.*)$") or text
end

-- Names of the fields of an event, and with what a text begins in which one
-- stands.
local FIELDS = { "data", "event", "id", "retry" }
local BEGINNINGS = { "^data[:\r\n]", "^event[:\r\n]", "^id[:\r\n]",
  "^retry[:\r\n]" }

--- Whether a text begins like a stream of events; nil when it is too short to
--- tell.
---@param text string without blanks in front
---@param is_all boolean whether nothing more comes
---@return boolean?
function answer.begins_events(text, is_all)
  local undecided = text == ""
  if not undecided and not text:find("^[:deir]") then
    return false
  elseif text:sub(1, 1) == ":" then
    return true
  end
  for i, field in ipairs(FIELDS) do
    if text:find(BEGINNINGS[i]) then
      return true
    end
    undecided = undecided or field:sub(1, #text) == text
  end
  if undecided and not is_all then
    return nil
  end
  return false
end

-- What begins a body that is no stream, whatever its type says.
local WHOLE = { ["{"] = true, ["["] = true, ['"'] = true, ["<"] = true }

--- Whether what comes is to be read event by event: "events", or "whole"; nil
--- when it is too early to tell.
---@param self indoxhub.Answer
---@param first string its first bytes but for blanks
---@param is_all boolean whether nothing more comes
---@return "events"|"whole"|nil
function answer.form(self, first, is_all)
  if first == "" then
    return is_all and (answer.is_stream(self) and "events" or "whole") or nil
  elseif answer.is_stream(self) then
    return WHOLE[first:sub(1, 1)] and "whole" or "events"
  end
  local is_events = answer.begins_events(first, is_all)
  if is_events == nil then
    return nil
  end
  return is_events and "events" or "whole"
end

--- Whether it brought what was asked for.
---@param self indoxhub.Answer
---@return boolean
function answer.is_success(self)
  return self.status >= 200 and self.status < 300
end

--- Whether it sends on to another address.
---@param self indoxhub.Answer
---@return boolean
function answer.is_redirect(self)
  return REDIRECTS[self.status] == true
end

-- Statuses that come without a body.
local PHRASES = { [204] = " No Content", [205] = " Reset Content",
  [304] = " Not Modified" }

--- What it is when it has no body, as "204 No Content"; nil when it has one, or
--- may have.
---@param self indoxhub.Answer
---@return string?
function answer.bodiless(self)
  local phrase = PHRASES[self.status]
  if phrase or self.text and not self.text:find("%S") then
    return self.status .. (phrase or "")
  end
end

-- How compressed bytes begin.
local MAGIC = { ["^\31\139"] = "gzip", ["^%(\181/\253"] = "zstd" }

local COMPRESSIONS = { gzip = true, ["x-gzip"] = true, deflate = true,
  br = true, zstd = true, compress = true }

--- By what its bytes are compressed; nil for a text, whatever its head says.
---@param self indoxhub.Answer
---@return string?
function answer.compression(self)
  local bytes = self.text or ""
  for magic, name in pairs(MAGIC) do
    if bytes:find(magic) then
      return name
    end
  end
  local named = (self.headers["content-encoding"] or ""):lower()
  return COMPRESSIONS[named] and bytes:find("[%z\1-\8\14-\26\28-\31]")
    and named or nil
end

--- How many redirects are followed, one after the other.
answer.MOST_REDIRECTS = 3

return answer
