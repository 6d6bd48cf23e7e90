--- What can be seen of the pictures in a message: their form, size and place.

local pictures = {}

-- What a picture counts as, as some vendors reckon.
pictures.TOKENS = 85

local function number(bytes, at)
  local a, b = bytes:byte(at, at + 1)
  return b and a * 256 + b
end

-- Width and height of a JPEG: its frame header is somewhere in its segments.
local function jpeg_size(bytes)
  local at = 3
  while true do
    local mark, kind = bytes:byte(at, at + 1)
    if mark ~= 0xFF or not kind then
      return nil
    elseif kind >= 0xC0 and kind <= 0xCF and kind ~= 0xC4 and kind ~= 0xC8
      and kind ~= 0xCC then
      return number(bytes, at + 7), number(bytes, at + 5)
    end
    local length = number(bytes, at + 2)
    if not length or length < 2 then
      return nil
    end
    at = at + 2 + length
  end
end

-- Beginning of a file -> what it is, and its width and height.
local FORMS = {
  { "\137PNG\r\n\26\n", "PNG", function(bytes)
    return number(bytes, 19), number(bytes, 23)
  end },
  { "\255\216\255", "JPEG", jpeg_size },
  { "GIF8", "GIF", function(bytes)
    local a, b, c, d = bytes:byte(7, 10)
    return d and a + b * 256, d and c + d * 256
  end },
  { "RIFF", "WebP", function() end },
}

local DIGITS = {}
for i, digit in ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" ..
  "0123456789+/"):gmatch "()(.)" do
  DIGITS[digit] = i - 1
end

-- Enough to find a size in.
local MOST_DIGITS = 65536

local function decode(text)
  local bytes, bits, count = {}, 0, 0
  for digit in text:sub(1, MOST_DIGITS):gmatch "[%w+/]" do
    bits, count = bits * 64 + DIGITS[digit], count + 6
    if count >= 8 then
      count = count - 8
      bytes[#bytes + 1] = string.char(math.floor(bits / 2 ^ count))
      bits = bits % 2 ^ count
    end
  end
  return table.concat(bytes)
end

local function describe_bytes(base64)
  local bytes = decode(base64)
  for _, form in ipairs(FORMS) do
    if bytes:sub(1, #form[1]) == form[1] then
      local width, height = form[3](bytes)
      if width and height then
        return ("a %s of %d x %d pixels"):format(form[2], width, height)
      end
      return "a " .. form[2]
    end
  end
  return ("%d bytes that are no picture I know"):format(
    math.floor(#base64:gsub("[^%w+/]", "") * 3 / 4))
end

local function describe_address(url)
  local data = url:match "^data:[^,]*;base64,(.*)$"
  if data then
    return describe_bytes(data)
  end
  return ("a picture at %s, which I cannot fetch"):format(
    url:match "^%a+://([^?#]*)" or url)
end

-- One part of a message, if it is a picture.
local function describe(part)
  local kind = type(part) == "table" and part.type
  if kind == "image_url" or kind == "input_image" then
    local url = type(part.image_url) == "table" and part.image_url.url
      or part.image_url
    return type(url) == "string" and describe_address(url) or nil
  elseif kind == "image" then
    local image = type(part.image) == "table" and part.image
      or type(part.source) == "table" and part.source or {}
    return type(image.data) == "string" and describe_bytes(image.data)
      or type(image.url) == "string" and describe_address(image.url) or nil
  end
end

--- What each picture of a message is.
---@param content any
---@return string[]
function pictures.list(content)
  local seen = {}
  for _, part in ipairs(type(content) == "table" and content or {}) do
    seen[#seen + 1] = describe(part)
  end
  return seen
end

--- What is said about pictures.
---@param seen string[]
---@return string
function pictures.tell(seen)
  if #seen == 1 then
    return ("I see %s."):format(seen[1])
  end
  return ("I see %d pictures: %s."):format(#seen, table.concat(seen, ", "))
end

return pictures
