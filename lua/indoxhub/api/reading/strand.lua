--- One choice of an answer: its text, reasoning and refusal as they come, its
--- calls and images, and the reason of its end.
--
-- A server may send the same words twice: in two dialects at once, or piece by
-- piece and then as a whole. Each kind of words is taken from the source that
-- had it first; what another source brings counts only when it is no copy. What
-- is told as a whole fills gaps, once, when the answer ends.

local echoes = require "indoxhub.api.reading.echo"
local halves = require "indoxhub.api.reading.halves"
local images = require "indoxhub.api.reading.images"
local message = require "indoxhub.api.reading.message"
local tools = require "indoxhub.api.reading.tools"

local strand = {}

---@class indoxhub.Strand
---@field finish_reason? string
---@field function_call? boolean whether its call is of the kind without id
---@field echo indoxhub.Echo what the server wants to see again
local strand_methods = {}
local strand_mt = { __index = strand_methods }

local KINDS = { "reasoning", "text", "refusal" }

-- Pieces of another source that are compared with the text so far; who has
-- copied that long goes on copying.
local COMPARED = 64

---@class indoxhub.TextStore where the text of a stream is kept
---@field append fun(self, piece: string)
---@field text fun(self): string all of it

-- What most answers have nothing of, so that thousands of streams at once keep
-- no tables for it. Nothing is ever written to these: see `own`.
local NOTHING, NO_TOOLS, NO_ECHO = {}, tools.new(), echoes.new()

-- A field that is to be written to.
local function own(self, name)
  local value = self[name]
  if value == NOTHING then
    value = {}
    self[name] = value
  end
  return value
end

-- The calls, to be added to.
local function own_tools(self)
  if self._tools == NO_TOOLS then
    self._tools = tools.new()
  end
  return self._tools
end

-- What the server wants to see again, to be added to.
local function own_echo(self)
  if self.echo == NO_ECHO then
    self.echo = echoes.new()
  end
  return self.echo
end

---@param say fun(kind: string, piece: string) hands a piece out
---@param store? indoxhub.TextStore where the text is kept, if not here
---@return indoxhub.Strand
function strand.new(say, store)
  return setmetatable({ echo = NO_ECHO, _say = say, _store = store,
    _said = NOTHING, _source = NOTHING, _others = NOTHING,
    _other_tools = NOTHING, _waiting = NOTHING, _tools = NO_TOOLS,
    _images = nil,
    _whole = nil, _has_halves = false, _has_text = false, _has_one_call = false,
    finish_reason = nil, function_call = nil }, strand_mt)
end

---------------------------------------------------------------------------
-- words

--- All that was said so far of a kind.
---@param kind "text"|"reasoning"|"refusal"
---@return string
function strand_methods:so_far(kind)
  if kind == "text" and self._store then
    return self._store:text()
  end
  return table.concat(self._said[kind] or NOTHING)
end

local function hand_out(self, kind, piece)
  if piece == "" then
    return
  elseif kind == "text" then
    self._has_text = true
  end
  if kind == "text" and self._store then
    self._store:append(piece)
  else
    local said = own(self, "_said")
    local list = said[kind] or {}
    said[kind] = list
    list[#list + 1] = piece
  end
  self._say(kind, piece)
end

local function say(self, kind, piece)
  if self._has_halves then
    local waiting = own(self, "_waiting")
    piece, waiting[kind] = halves.piece(waiting[kind], piece)
  end
  hand_out(self, kind, piece)
end

-- A half that nothing followed.
local function say_waiting(self)
  if self._waiting == NOTHING then
    return
  end
  for _, kind in ipairs(KINDS) do
    local waiting = self._waiting[kind]
    if waiting then
      self._waiting[kind] = nil
      hand_out(self, kind, halves.whole(waiting))
    end
  end
end

-- What another source has said, without a half that still waits.
local function text_of(self, other)
  local text = table.concat(other.pieces)
  return self._has_halves and halves.piece(nil, text) or text
end

-- Whether the text of another source repeats what was said, or is ahead of it.
-- How much of it was a copy is kept in `copied`.
local function is_copying(self, kind, other, piece)
  table.insert(other.pieces, piece)
  if #other.pieces > COMPARED then
    return true
  end
  local text, so_far = text_of(self, other), self:so_far(kind)
  if so_far:sub(1, #text) == text then
    other.copied = #text
    return true
  end
  return text:sub(1, #so_far) == so_far
end

local function hear_other(self, kind, source, piece)
  local all = own(self, "_others")
  local others = all[kind] or {}
  all[kind] = others
  local other = others[source] or { pieces = {}, copied = 0, joins = false }
  others[source] = other
  if other.joins then
    say(self, kind, piece)
  elseif not is_copying(self, kind, other, piece) then
    other.joins = true
    say(self, kind, text_of(self, other):sub(other.copied + 1))
  end
end

local function hear_words(self, kind, source, piece)
  if not self._source[kind] then
    own(self, "_source")[kind] = source
  end
  if self._source[kind] == source then
    say(self, kind, piece)
  else
    hear_other(self, kind, source, piece)
  end
end

---------------------------------------------------------------------------
-- what an event says

-- The image that another one repeats.
local function find_image(list, image)
  for _, known in ipairs(list) do
    if known.url ~= nil and known.url == image.url
      or known.b64_json ~= nil and known.b64_json == image.b64_json then
      return known
    end
  end
end

-- Few answers have any.
local function add_images(self, list)
  self._images = self._images or {}
  for _, item in ipairs(list) do
    if images.is_one(item) then
      local image = images.make(item, #self._images)
      local known = find_image(self._images, image)
      if known then
        message.fill(known, image)
      else
        table.insert(self._images, image)
      end
    end
  end
end

-- Fragments are counted by the dialect that had some first. What another one
-- tells is added when it is whole.
local function add_calls(self, calls, source)
  local sources = own(self, "_source")
  sources.calls = sources.calls or source
  local into = own_tools(self)
  if source ~= sources.calls then
    local others = own(self, "_other_tools")
    into = others[source] or tools.new()
    others[source] = into
  end
  into:add(calls)
end

-- Beside calls of the other kind it repeats one of these.
local function add_function_call(self, call)
  self._has_one_call = self._has_one_call or not self._tools:has_any()
  if self._has_one_call then
    own_tools(self):add { { index = 0, ["function"] = call } }
  end
  self.function_call = true
end

--- Whether something is waiting for its other half.
---@return boolean
function strand_methods:is_waiting()
  return self._waiting.text ~= nil
end

--- Hears what an event says.
---@param said indoxhub.Said
---@param source string which dialect says it
---@param has_halves? boolean whether halves of characters came
function strand_methods:hear(said, source, has_halves)
  self._has_halves = self._has_halves or has_halves or false
  -- In this order one event hands them out.
  if said.reasoning then
    -- A server may tell its reasoning again in another place.
    hear_words(self, "reasoning", said.place and source .. "." .. said.place
      or source, said.reasoning)
  end
  if said.text then
    hear_words(self, "text", source, said.text)
  end
  if said.refusal then
    hear_words(self, "refusal", source, said.refusal)
  end
  if said.calls then
    add_calls(self, said.calls, source)
  end
  if said.function_call then
    add_function_call(self, said.function_call)
  end
  if said.images then
    add_images(self, said.images)
  end
  if said.echo then
    own_echo(self):add(said.echo, source)
  end
end

--- The calls of this strand, for events that tell of them item by item.
---@return indoxhub.Tools
function strand_methods:tools()
  return own_tools(self)
end

--- Who says the words of a kind; nil while nobody has.
---@param kind "text"|"reasoning"|"refusal"
---@return string? source
function strand_methods:source(kind)
  return self._source[kind]
end

--- Hears what was said as a whole: it waits for the end. What an earlier whole
--- had besides still counts.
---@param said indoxhub.Said
function strand_methods:hear_whole(said)
  message.fill(said, self._whole or {})
  self._whole = said
end

---------------------------------------------------------------------------
-- the end

-- The rest of what a whole goes on with; one that differs does not count.
local function rest_of(whole, so_far)
  return #whole > #so_far and whole:sub(1, #so_far) == so_far
    and whole:sub(#so_far + 1) or nil
end

local function fill_words(self, whole)
  for _, kind in ipairs(KINDS) do
    local text = whole[kind]
    if text and self._has_halves then
      text = halves.whole(text)
    end
    local rest = text and rest_of(text, self:so_far(kind))
    if rest then
      own(self, "_waiting")[kind] = nil -- the whole knows its other half
      hand_out(self, kind, rest)
    end
  end
end

-- What another source had more than the one that was heard.
local function fill_from_others(self)
  for _, kind in ipairs(KINDS) do
    for _, other in pairs(self._others[kind] or {}) do
      local rest = not other.joins
        and rest_of(text_of(self, other), self:so_far(kind))
      if rest then
        hand_out(self, kind, rest)
      end
    end
  end
end

local function fill_rest(self, whole)
  if whole.calls then
    own_tools(self):add_whole(whole.calls)
  end
  if whole.function_call and not self._tools:has_any() then
    add_function_call(self, whole.function_call)
  end
  if whole.images and not self._images then
    add_images(self, whole.images)
  end
  if whole.echo then
    own_echo(self):fill(whole.echo)
  end
end

--- Hears what one place of a body says; places that come later only fill what
--- those before left open.
---@param said indoxhub.Said
---@param has_halves? boolean whether halves of characters came
function strand_methods:fill(said, has_halves)
  self._has_halves = self._has_halves or has_halves or false
  for i = 1, #KINDS do
    local kind = KINDS[i]
    local text = said[kind]
    if text and self:so_far(kind) == "" then
      hand_out(self, kind, self._has_halves and halves.whole(text) or text)
    end
  end
  fill_rest(self, said)
end

--- Takes what was told as a whole for what did not come piece by piece.
---@param has_halves? boolean whether halves of characters came
function strand_methods:settle(has_halves)
  self._has_halves = self._has_halves or has_halves or false
  local whole = self._whole
  if whole then
    self._whole = nil
    fill_words(self, whole)
    fill_rest(self, whole)
  end
  say_waiting(self)
  if next(self._others) then
    fill_from_others(self)
  end
  for source, other in pairs(self._other_tools) do
    self._other_tools[source] = nil
    own_tools(self):add_whole(other:list(self._has_halves) or {})
  end
  if self._has_halves then
    halves.mend(self.echo.values)
    halves.mend(self._images)
  end
end

--- Whether anything of an answer was said.
---@return boolean
function strand_methods:has_any()
  return self._has_text or self._said.reasoning ~= nil
    or self._said.refusal ~= nil or self._tools:has_any()
    or self._images ~= nil and self._images[1] ~= nil
end

---------------------------------------------------------------------------
-- replies

--- What was said of a kind as a whole; nil when nothing was.
---@param kind "reasoning"|"refusal"
---@return string?
function strand_methods:words(kind)
  local said = self._said[kind]
  return said and table.concat(said)
end

--- The calls, as replies list them, and what the server wants to see again of
--- each.
---@return table[]? calls, table[]? echoes
function strand_methods:tool_calls()
  return self._tools:list(self._has_halves)
end

---@return table[]?
function strand_methods:images()
  return self._images and self._images[1] and self._images or nil
end

-- A call in OpenAI's form.
local function choice_call(call, index)
  local made = { index = index }
  for name, value in pairs(call) do
    made[name] = value
  end
  made.name, made.arguments = nil, nil
  made.type = "function"
  made["function"] = { name = call.name, arguments = call.arguments }
  return made
end

--- This choice in OpenAI's form.
---@param index integer
---@param text string
---@return table
function strand_methods:choice(index, text)
  local calls = {}
  for i, call in ipairs(self:tool_calls() or {}) do
    calls[i] = choice_call(call, i - 1)
  end
  return { index = index, finish_reason = self.finish_reason, message = {
    role = "assistant", content = text,
    reasoning_content = self:words "reasoning", refusal = self:words "refusal",
    reasoning_details = self.echo.values.reasoning_details,
    tool_calls = calls[1] and calls or nil, images = self:images() } }
end

return strand
