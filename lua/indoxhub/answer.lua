--- What an answer is, by its head.

local answer = {}

local REDIRECTS = { [301] = true, [302] = true, [303] = true, [307] = true,
  [308] = true }

---@class indoxhub.Answer what a server sent
---@field status integer
---@field http_version string
---@field headers table<string, string> names in lower case
---@field text string the body
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

--- Whether it is a page for people, which the API never sends.
---@param self indoxhub.Answer
---@return boolean
function answer.is_web_page(self)
  return has_type(self, "html")
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

--- How many redirects are followed, one after the other.
answer.MOST_REDIRECTS = 3

return answer
