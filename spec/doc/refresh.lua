-- Runs the listings of the pages and writes down what they print, where it is
-- something else than the page says: `make pages` runs it. Read the difference
-- before you keep it.
local files = require "spec.support.files"
local pages = require "spec.doc.pages"
local run_in_host = require "spec.doc.hosts"
local running = require "spec.doc.running"
local servers = require "spec.support.servers"
local varying = require "spec.doc.varying"

local RUN = { lua = running.lua, console = running.console,
  ["console prompt"] = running.prompt }
local NOT_RUN = { ["console elsewhere"] = true, json = true,
  dockerfile = true,
  ["lua lazy"] = true, ["lua lines"] = true, ["nginx http"] = true }

-- What stands in place of text:sub(from, to), and from and to; nothing when the
-- page is right.
local function correction(listing, url)
  if NOT_RUN[listing.kind] then
    return
  end
  local said = (RUN[listing.kind] or run_in_host)(listing, url)
  if varying.same(pages.expected(listing), said) then
    return
  elseif listing.kind:find "^console" then
    return said, listing.block.from, listing.block.to
  elseif listing.output then
    return said, listing.output.from, listing.output.to
  end
  return listing.code .. "```\n\n```text\n" .. said, listing.block.from,
    listing.block.to
end

local sandbox = servers.sandbox "--pace 0 --job-seconds 0.1"
local wanted = arg[1] and { arg[1] } or pages.with_listings()
for _, page in ipairs(wanted) do
  local text = files.read(page)
  local listings = pages.listings(text)
  for i = #listings, 1, -1 do -- from the end: places before it stay
    local listing = listings[i]
    listing.name = (page .. "-" .. listing.line):gsub("%W", "-")
    listing.lua = "luajit"
    local said, from, to = correction(listing, sandbox.url)
    if said then
      print(("%s, line %d"):format(page, listing.line))
      text = text:sub(1, from - 1) .. said .. text:sub(to + 1)
    end
  end
  files.write(page, text)
end
servers.kill(sandbox)
