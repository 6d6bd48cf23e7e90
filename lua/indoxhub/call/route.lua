--- Where a call is sent, and where an answer sends it on: redirects, and the
--- slash at the end of a path that some servers insist on.

local address = require "indoxhub.base.address"
local answers = require "indoxhub.api.reading.answer"

local route = {}

-- Origin -> "on" or "off", found out by trying; "auto" where paths arrive as
-- they are written.
local known_slashes = {}

-- What a server answers to a path whose slash it does not like.
local REFUSALS = { [403] = true, [404] = true, [405] = true }

---@class indoxhub.Route
---@field base indoxhub.Base
---@field path string
---@field query string
---@field url string where to send it now
---@field tries_slash boolean whether the other slash may be tried
---@field turned? string the slash that is being tried
---@field redirects integer

local function url_of(self)
  return self.base.url .. "/" .. self.path .. self.query
end

--- The way of a call, at its beginning.
---@param settings indoxhub.Settings
---@param operation indoxhub.Operation
---@return indoxhub.Route
function route.new(settings, operation)
  local base = settings.base
  local slash = settings.options.trailing_slash or "auto"
  local self = { base = base, redirects = 0, tries_slash = slash == "auto",
    path = address.path(base, operation.path, slash == "auto"
      and known_slashes[base.origin] or slash),
    query = address.query(operation.query) }
  self.url = url_of(self)
  return self
end

--- Whether it is known how the server wants its paths to end, or there is
--- nothing left to be tried.
---@param self indoxhub.Route
---@return boolean
function route.is_known(self)
  return not self.tries_slash or self.turned ~= nil
    or known_slashes[self.base.origin] ~= nil
end

-- Whether two URLs of one origin differ by a slash at the end of their paths
-- only.
local function differ_by_slash(one, other)
  local a, b = one:match("^[^/]*//[^/?]*([^?]*)"),
    other:match("^[^/]*//[^/?]*([^?]*)")
  return a == b .. "/" or b == a .. "/"
end

-- Turns to the path with the other slash; false when that was tried before, or
-- the path is one that a redirect gave.
local function turn(self)
  if not self.tries_slash or self.turned or self.redirects > 0 then
    return false
  end
  self.turned = self.path:find("/$") and "off" or "on"
  self.path = address.path(self.base, self.path, self.turned)
  self.url = url_of(self)
  return true
end

-- Whether a server does not like how the path ends.
local function is_refusal(answer)
  return REFUSALS[answer.status] == true and answers.is_web_page(answer)
end

local function follow(self, location)
  local to = location and address.resolve(self.url, location)
  if not to or address.origin(to) ~= self.base.origin then
    return false
  elseif differ_by_slash(to, self.url) and turn(self) then
    return true
  end
  self.redirects = self.redirects + 1
  self.url = to
  return self.redirects <= answers.MOST_REDIRECTS
end

--- Whether an answer sends the call on; the route then leads there.
---@param self indoxhub.Route
---@param answer indoxhub.Answer
---@return boolean
function route.goes_on(self, answer)
  if answers.is_redirect(answer) then
    return follow(self, answer.headers.location)
  end
  return is_refusal(answer) and turn(self)
end

--- Remembers what the server likes, if the call has arrived: an answer of the
--- API itself, and not of what stands before it.
---@param self indoxhub.Route
---@param answer indoxhub.Answer
function route.arrived(self, answer)
  local origin = self.base.origin
  if self.tries_slash and answer.status < 500
    and not answers.is_redirect(answer) and not is_refusal(answer) then
    known_slashes[origin] = self.turned or known_slashes[origin] or "auto"
  end
end

return route
