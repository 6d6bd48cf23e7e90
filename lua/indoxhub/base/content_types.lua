--- Content types of pictures, sound and films: by the ending of a file's name,
--- by its first bytes, and back to the ending.

local content_types = {}

-- Ending -> type. Of several endings for one type the first listed is the one
-- given to a file without a name.
local BY_ENDING = {
  { "mp3", "audio/mpeg" }, { "mpga", "audio/mpeg" }, { "wav", "audio/wav" },
  { "flac", "audio/flac" }, { "ogg", "audio/ogg" }, { "oga", "audio/ogg" },
  { "opus", "audio/ogg" }, { "m4a", "audio/mp4" }, { "aac", "audio/aac" },
  { "webm", "audio/webm" }, { "mp4", "video/mp4" },
  { "mov", "video/quicktime" }, { "mpeg", "video/mpeg" },
  { "png", "image/png" }, { "jpg", "image/jpeg" }, { "jpeg", "image/jpeg" },
  { "webp", "image/webp" }, { "gif", "image/gif" },
}

-- First bytes -> type; a dot stands for any byte.
local BY_BYTES = {
  { "RIFF....WAVE", "audio/wav" }, { "RIFF....WEBP", "image/webp" },
  { "fLaC", "audio/flac" }, { "OggS", "audio/ogg" }, { "ID3", "audio/mpeg" },
  { "....ftypM4A", "audio/mp4" }, { "....ftypqt", "video/quicktime" },
  { "....ftyp", "video/mp4" }, { "\26\69\223\163", "audio/webm" },
  { "\137PNG\r\n\26\n", "image/png" }, { "\255\216\255", "image/jpeg" },
  { "GIF8", "image/gif" }, { "\255\241", "audio/aac" },
  { "\255\249", "audio/aac" }, { "\255\251", "audio/mpeg" },
  { "\255\250", "audio/mpeg" }, { "\255\243", "audio/mpeg" },
  { "\255\242", "audio/mpeg" }, { "\255\227", "audio/mpeg" },
  { "\255\226", "audio/mpeg" },
}

--- The type of a file by its name's ending.
---@param name string
---@return string?
function content_types.of_name(name)
  local ending = (name:match("%.(%w+)$") or ""):lower()
  for _, pair in ipairs(BY_ENDING) do
    if pair[1] == ending then
      return pair[2]
    end
  end
end

local function begins(bytes, pattern)
  if #bytes < #pattern then
    return false
  end
  for i = 1, #pattern do
    local wanted = pattern:byte(i)
    if wanted ~= 46 and wanted ~= bytes:byte(i) then
      return false
    end
  end
  return true
end

--- The type of a file by its first bytes.
---@param bytes string 12 or more
---@return string?
function content_types.of_bytes(bytes)
  for _, pair in ipairs(BY_BYTES) do
    if begins(bytes, pair[1]) then
      return pair[2]
    end
  end
end

--- The ending for a type, with its dot; "" when there is none.
---@param content_type string
---@return string
function content_types.ending(content_type)
  content_type = content_type:lower():match("^[^;%s]*")
  for _, pair in ipairs(BY_ENDING) do
    if pair[2] == content_type then
      return "." .. pair[1]
    end
  end
  return ""
end

return content_types
