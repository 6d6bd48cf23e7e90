-- Finds notes by what they mean, not by the words they use:
--     lua examples/notes.lua FOLDER "Which birds live by the sea?"
-- Notes are the files *.md and *.txt, paragraph by paragraph. What each means,
-- its vector, is kept in FOLDER/.notes.*: only new paragraphs are asked for.
local indoxhub = require "indoxhub"

local MODEL = "openai/text-embedding-3-small"
local HITS = 3

local folder, question = arg[1], arg[2]
if not question then
  io.stderr:write('usage: lua examples/notes.lua FOLDER "QUESTION"\n')
  os.exit(2)
end

local client = indoxhub.new() -- the key comes from INDOXHUB_API_KEY
local TEXTS, VECTORS = folder .. "/.notes.texts", folder .. "/.notes.vectors"

local function names()
  local quoted = "'" .. folder:gsub("'", [['\'']]) .. "'"
  local pipe = assert(io.popen("find " .. quoted
    .. " -type f '(' -name '*.md' -o -name '*.txt' ')' | sort"))
  local list = {}
  for name in pipe:lines() do
    list[#list + 1] = name
  end
  pipe:close()
  return list
end

-- Paragraphs as { text, name, line }.
local function paragraphs()
  local list = {}
  for _, name in ipairs(names()) do
    local file = assert(io.open(name))
    local lines, first, number = {}, nil, 0
    local function finish()
      if first then
        list[#list + 1] = { text = table.concat(lines, "\n"), name = name,
          line = first }
      end
      lines, first = {}, nil
    end
    for line in file:lines() do
      number = number + 1
      if line:find("%S") then
        first = first or number
        lines[#lines + 1] = line
      elseif lines[2] or not (lines[1] or ""):find("^#") then
        finish() -- a heading stays with what follows
      end
    end
    finish()
    file:close()
  end
  return list
end

---------------------------------------------------------------------------
-- what is known already: text -> vector

local function load()
  local known, texts = {}, {}
  local file = io.open(TEXTS, "rb")
  local model, dimensions
  if file then
    model, dimensions = file:read("*l"), tonumber(file:read("*l"))
    for line in file:lines() do
      texts[#texts + 1] = file:read(tonumber(line))
      file:seek("cur", 1) -- past the end of the line
    end
    file:close()
  end
  local vectors = model == MODEL and dimensions
    and indoxhub.vectors.open(VECTORS, dimensions)
  if vectors and #vectors == #texts then
    for i, text in ipairs(texts) do
      known[text] = vectors[i]
    end
  end
  return known
end

local function save(texts, vectors)
  os.remove(TEXTS) -- never the texts of other vectors
  indoxhub.assert(indoxhub.vectors.save(VECTORS, vectors))
  local file = assert(io.open(TEXTS, "wb"))
  file:write(MODEL, "\n", #vectors[1], "\n")
  for _, text in ipairs(texts) do
    file:write(#text, "\n", text, "\n")
  end
  file:close()
end

-- Adds the vectors of texts that are not known.
local function learn(known, texts)
  local missing = {}
  for _, text in ipairs(texts) do
    if not known[text] then
      missing[#missing + 1] = text
    end
  end
  if not missing[1] then
    return
  end
  io.stderr:write(("%d of %d paragraphs are new\n"):format(#missing, #texts))
  local reply = indoxhub.assert(client.embeddings:batch(
    { text = missing, model = MODEL }, { as = "vectors" }))
  for i, text in ipairs(missing) do
    known[text] = reply.data[i]
  end
end

---------------------------------------------------------------------------

local found, known = paragraphs(), load()
if not found[1] then
  io.stderr:write("there are no notes in ", folder, "\n")
  os.exit(1)
end
local texts, vectors = {}, {}
for i, paragraph in ipairs(found) do
  texts[i] = paragraph.text
end
learn(known, texts)
for i, text in ipairs(texts) do
  vectors[i] = known[text]
end
save(texts, vectors)

local asked = indoxhub.assert(client.embeddings:create(
  { text = question, model = MODEL }, { as = "vectors" })).data[1]
local hits = indoxhub.assert(indoxhub.top_k(asked, vectors, HITS))
for _, hit in ipairs(hits) do
  local paragraph = found[hit.index]
  print(("%.2f  %s:%d"):format(hit.score, paragraph.name, paragraph.line))
  print("      " .. paragraph.text:gsub("\n", "\n      "))
end
