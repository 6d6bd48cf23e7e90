--- The prompt of `indoxhub chat`: a conversation on a terminal.
--
-- Ctrl-C stops an answer, and at the prompt forgets what was typed; it never
-- ends the program, which Ctrl-D and /quit do. A session is written after each
-- answer, so that nothing is lost whatever comes.

local exit = require "indoxhub.cli.shared.exit"
local interrupt = require "indoxhub.cli.shared.interrupt"
local line = require "indoxhub.cli.shared.line"
local output = require "indoxhub.cli.shared.output"
local session = require "indoxhub.cli.shared.session"

local prompt = {}

local LONGEST_ECHO = 60

---@class indoxhub.cli.Prompt
---@field talk indoxhub.Conversation
---@field name? string of the session
---@field json? boolean answers as JSON
---@field reasoning? boolean show what the model thinks
---@field leaving? boolean
---@field unanswered? string the last question, when nothing came of it: then
--- the conversation knows nothing of it

local function keep(self)
  if self.name then
    local name, err = session.save(self.talk, self.name)
    if not name then
      exit.with(err)
    end
    self.name = name or self.name
    return name
  end
end

local STOPPED = "(stopped; /retry asks again)"
local STOPPED_HALFWAY = "(stopped; /retry asks again, /undo forgets it)"

-- Shows an answer, which `begin` asks for.
local function answer(self, question, begin)
  local before = #self.talk:messages()
  local function show()
    local stream, err = begin()
    if not stream then
      return nil, err
    elseif self.json then
      local reply
      reply, err = stream:reply()
      if not reply then
        return nil, err
      end
      return output.json(reply)
    end
    return output.stream(stream, self.reasoning)
  end
  local called, ok, err = pcall(interrupt.run, show)
  local is_kept = ok or #self.talk:messages() > before
  self.unanswered = not is_kept and question or nil
  keep(self)
  if not called then
    exit.raised(ok)
  elseif not ok and output.is_unread(err) then
    self.leaving = true
  elseif not ok and err.kind == "cancelled" and err.code ~= "server" then
    output.note(is_kept and STOPPED_HALFWAY or STOPPED)
  elseif not ok then
    exit.with(err)
  end
end

local function ask(self, question)
  answer(self, question, function()
    return self.talk:stream(question, { reasoning = self.reasoning })
  end)
end

---------------------------------------------------------------------------
-- what begins with a slash

local function shorten(content)
  local text = type(content) == "string" and content or "a question of parts"
  text = text:gsub("%s+", " ")
  return #text > LONGEST_ECHO
    and text:sub(1, LONGEST_ECHO):gsub("[\192-\255][\128-\191]*$", "") .. "..."
    or text
end

local COMMANDS = {
  { "/help", "", "this list", function()
    output.note(prompt.help())
  end },
  { "/model", "[NAME]", "ask another model, or tell which one is asked",
    function(self, name)
      if name ~= "" then
        self.talk.model = name
        keep(self)
      end
      output.note("Model: " .. (self.talk.model or "the server chooses"))
    end },
  { "/retry", "", "ask the last question again", function(self)
    if self.unanswered then
      ask(self, self.unanswered)
    elseif #self.talk:messages() == 0 then
      output.note("There is no question yet.")
    else
      answer(self, nil, function()
        return self.talk:regenerate { stream = true,
          reasoning = self.reasoning }
      end)
    end
  end },
  { "/undo", "", "forget the last question and its answer", function(self)
    local content = self.unanswered or self.talk:undo()
    if not content then
      return output.note("There is nothing to undo.")
    end
    self.unanswered = nil
    keep(self)
    output.note("Forgotten: " .. shorten(content))
  end },
  { "/save", "[NAME]", "keep the conversation, now and after each answer",
    function(self, name)
      local wrong
      if name ~= "" then
        name, wrong = session.name(name)
      end
      if wrong then
        return output.complain(wrong)
      elseif name == "" and not self.name then
        return output.complain("give it a name, as /save holiday")
      end
      self.name = name ~= "" and name or self.name
      if keep(self) then
        output.note(("Saved. To go on another day: indoxhub chat --session %s")
          :format(self.name))
      end
    end },
  { "/quit", "", "leave, as Ctrl-D does", function(self)
    self.leaving = true
  end },
}

--- What can be typed.
---@return string
function prompt.help()
  local lines = {}
  for i, command in ipairs(COMMANDS) do
    lines[i] = ("%-14s %s"):format(command[1] .. " " .. command[2], command[3])
  end
  lines[#lines + 1] = "Ctrl-C stops an answer. A question that begins with "
    .. "a slash takes\na blank before it."
  return table.concat(lines, "\n")
end

local function obey(self, name, argument)
  for _, command in ipairs(COMMANDS) do
    if command[1] == name then
      return command[4](self, argument)
    end
  end
  output.complain(("there is no %s; /help lists what there is. A question that "
    .. "begins with a slash takes a blank before it."):format(name))
end

---------------------------------------------------------------------------
-- the conversation

local function read(self, typed)
  local name, argument = typed:match("^(/%S*)%s*(.-)%s*$")
  if name then
    obey(self, name, argument)
  elseif typed:find("%S") then
    ask(self, typed)
  end
end

local function greet(self)
  local count = #self.talk:messages()
  if count > 0 then
    output.note(("%d messages so far."):format(count))
  end
  output.note("Ctrl-C stops an answer, Ctrl-D leaves, /help tells more.")
end

--- Reads questions and answers them until the user leaves.
---@param talk indoxhub.Conversation
---@param given table what argparse read
---@return integer code
function prompt.run(talk, given)
  local self = { talk = talk, name = given.session, json = given.json,
    reasoning = given.reasoning }
  local words = {}
  for i, command in ipairs(COMMANDS) do
    words[i] = command[1]
  end
  local next_line = line.reader(words)
  greet(self)
  while not self.leaving do
    local typed, why = next_line("> ")
    if typed then
      read(self, typed)
    elseif why == "interrupted" then
      output.note("(Ctrl-D or /quit leaves)")
    else
      break
    end
  end
  return 0
end

return prompt
