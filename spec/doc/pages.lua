-- The pages that users read, and what stands in them: listings and links.
local files = require "spec.support.files"

local pages = {}

-- What a listing may be, by the first words behind its fence, and what the
-- block behind it holds: "text" is what it prints. See CONTRIBUTING.md.
local KINDS = {
  ["lua"] = "text", -- a program for every interpreter
  ["lua neovim"] = "text", -- what a user types into init.lua, say
  ["lua lazy"] = "nothing", -- an entry for a plugin manager
  ["lua lines"] = "nothing", -- of a program that a host runs: they are parsed
  ["lua luv"] = "text", ["lua cqueues"] = "text",
  ["lua love"] = "text", -- main.lua of a game
  ["nginx"] = "console", -- a whole nginx.conf, and how it is asked
  ["nginx http"] = "nothing", -- lines for its block `http`
  ["console"] = "nothing", -- commands, each with what it prints
  ["console elsewhere"] = "nothing", -- commands that elsewhere.lua names
  ["console prompt"] = "nothing", -- a command, and what is typed behind "> "
  ["json"] = "nothing", -- a file of settings
  ["dockerfile"] = "nothing", -- lines for an image, which nothing here makes
}

-- What runs of those print that say nothing on their page.
local PRINTS = { ["lua lazy"] = "function\n" }

local function names(pattern)
  local list = {}
  for name in files.output("find README.md CONTRIBUTING.md CHANGELOG.md doc "
    .. "-name '*.md' | sort"):gmatch("[^\n]+") do
    if name:find(pattern) then
      list[#list + 1] = name
    end
  end
  return list
end

--- All pages, by the name of their file.
function pages.all()
  return names "."
end

-- How the library is built, and what is made by a program: no guides.
local INSIDE = { ["CONTRIBUTING.md"] = true, ["CHANGELOG.md"] = true,
  ["doc/architecture.md"] = true }

--- Those whose listings run: the README, the guides and the pages of hosts.
function pages.with_listings()
  local list = {}
  for _, name in ipairs(pages.all()) do
    if not INSIDE[name] and not name:find "^doc/reference/" then
      list[#list + 1] = name
    end
  end
  return list
end

-- Blocks between fences as { info =, body =, line =, from =, to = }: the body
-- is text:sub(from, to).
local function blocks(text)
  local list, at, line, block = {}, 1, 0, nil
  for content, stop in text:gmatch("([^\n]*)\n()") do
    line = line + 1
    local info = content:match("^```(.*)$")
    assert(info or block or not content:find "^%s*```"
      and not content:find "^%s*~~~", "nothing runs what stands in this fence: "
      .. content)
    if block and info then
      block.to = at - 1
      block.body = text:sub(block.from, block.to)
      block.after = stop
      list[#list + 1], block = block, nil
    elseif info then
      block = { info = info, from = stop, line = line }
    end
    at = stop
  end
  assert(not block, "a fence is not closed")
  return list
end

local function is_next_to(text, one, other)
  return text:sub(one.after, other.from - 1):find "^\n```[^\n]*\n$" ~= nil
end

--- Listings of a text, in their order: `kind` is a key of KINDS, `code` what
--- stands in it, `prints` what the page says that it prints, with the place in
--- the text, `line` where it begins.
function pages.listings(text)
  local list, previous = {}, nil
  for _, block in ipairs(blocks(text)) do
    local follows = previous and is_next_to(text, previous.block, block)
    local expected = follows and KINDS[previous.kind]
    if expected == block.info and not previous.output then
      previous.prints, previous.output = block.body, block
    else
      assert(KINDS[block.info], ("line %d: %q is no kind of listing, or its "
        .. "place is not behind one"):format(block.line, block.info))
      previous = { kind = block.info, code = block.body, line = block.line,
        block = block }
      list[#list + 1] = previous
    end
  end
  return list
end

--- Calls fn(listing, title) for each listing of a kind, on all pages. The
--- listing has also `page`, `name`, which is its own, and `previous`, the one
--- of the same page that stands before it, of any kind.
function pages.each_listing(kind, fn)
  for _, page in ipairs(pages.with_listings()) do
    local previous
    for _, listing in ipairs(pages.listings(files.read(page))) do
      listing.page, listing.previous = page, previous
      listing.name = (page .. "-" .. listing.line):gsub("%W", "-")
      if listing.kind == kind then
        fn(listing, ("%s, line %d"):format(page, listing.line))
      end
      previous = listing
    end
  end
end

--- What a listing should print, as its page has it; for commands that is the
--- listing itself.
function pages.expected(listing)
  if listing.kind == "console" or listing.kind == "console prompt" then
    return listing.code
  end
  return listing.prints or PRINTS[listing.kind] or ""
end

--- A text without what stands between fences and in `code`.
function pages.prose(text)
  local lines, inside = {}, false
  for line in text:gmatch("([^\n]*)\n") do
    if line:find "^```" then
      inside = not inside
    elseif not inside then
      lines[#lines + 1] = line:gsub("`[^`]*`", "")
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

-- Small letters, those with accents of Latin 1 too.
local function lower(text)
  return (text:lower():gsub("\195([\128-\150\152-\158])", function(byte)
    return "\195" .. string.char(byte:byte() + 32)
  end))
end

--- Anchors of a page, as GitHub makes them of headings.
function pages.anchors(text)
  local found, counts = {}, {}
  local inside = false
  for line in text:gmatch("([^\n]*)\n") do
    if line:find "^```" then
      inside = not inside
    end
    local title = not inside and line:match("^#+ +(.-) *$")
    if title then
      local anchor = lower(title):gsub("%[(.-)%]%b()", "%1")
        :gsub("[^%w _\128-\255-]", ""):gsub(" ", "-")
      local count = counts[anchor]
      counts[anchor] = (count or 0) + 1
      found[count and anchor .. "-" .. count or anchor] = true
    end
    for name in line:gmatch('<a name="(.-)">') do
      found[name] = true
    end
  end
  return found
end

return pages
