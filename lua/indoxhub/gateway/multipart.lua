--- Forms with files (multipart/form-data), as transcripts are asked for with.
--
-- The body is in memory as a whole: nginx has bounded its size. A file is never
-- more than bytes with a name; no name of a file leads to one of this machine.

local multipart = {}

-- Fields that a form may have.
local MOST = 64

-- The value of a parameter of a header: quoted or not.
local function parameter(header, name)
  local lower = header:lower()
  local from = select(2, lower:find("[;%s]" .. name .. '="'))
  if from then
    return header:match('^[^"]*', from + 1)
  end
  from = select(2, lower:find("[;%s]" .. name .. "="))
  return from and header:match("^[^;%s]+", from + 1)
end

-- The name of a file, which some write in bytes of their own (RFC 5987).
local function filename_of(header)
  local coded = parameter(header, "filename%*")
  return parameter(header, "filename") or coded
    and coded:gsub("^[^']*'[^']*'", ""):gsub("%%(%x%x)", function(digits)
      return string.char(tonumber(digits, 16))
    end) or nil
end

local function add(form, name, part)
  local base = name:match("^(.-)%[%]$")
  if part.filename then
    form.files[name] = form.files[name] or part
  elseif base or form.fields[name] ~= nil then
    name = base or name
    local list = form.fields[name]
    if type(list) ~= "table" then
      list = { list }
      form.fields[name] = list
    end
    list[#list + 1] = part.bytes
  else
    form.fields[name] = part.bytes
  end
end

-- A part, of its head and its bytes; nil when it has no name.
local function read_part(head, bytes)
  local name, filename, content_type
  for line in (head .. "\r\n"):gmatch("(.-)\r\n") do
    local key, value = line:match("^([^:]+):%s*(.*)$")
    key = (key or ""):lower()
    if key == "content-disposition" then
      name = parameter(value, "name")
      filename = filename_of(value)
    elseif key == "content-type" then
      content_type = value
    end
  end
  return name, { bytes = bytes, filename = filename,
    content_type = content_type }
end

--- Reads a form. Nil and what is wrong with it.
---@param content_type string
---@param body string
---@return { fields: table, files: table<string, table> }? form
---@return string? wrong
function multipart.read(content_type, body)
  local boundary = content_type:lower():find("^multipart/form%-data")
    and parameter(content_type, "boundary")
  if not boundary or boundary == "" or #boundary > 200 then
    return nil, "the body must be a form: multipart/form-data with a boundary"
  end
  local form, count = { fields = {}, files = {} }, 0
  local mark = "\r\n--" .. boundary
  body = "\r\n" .. body
  local from = select(2, body:find(mark, 1, true))
  while from do
    if body:find("^%-%-", from + 1) then
      return form
    end
    local head_from = select(2, body:find("^[ \t]*\r\n", from + 1))
    local head_end, bytes_from = body:find("\r\n\r\n", from + 1, true)
    local to, next_from = body:find(mark, bytes_from or from + 1, true)
    if not head_from or not head_end or not to or to <= bytes_from then
      break
    end
    local name, part = read_part(body:sub(head_from + 1, head_end - 1),
      body:sub(bytes_from + 1, to - 1))
    count = count + 1
    if not name or count > MOST then
      return nil, "the form has a part without a name, or too many parts"
    end
    add(form, name, part)
    from = next_from
  end
  return nil, "the form is cut off or malformed"
end

return multipart
