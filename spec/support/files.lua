-- Files and folders of the specs.
local files = {}

--- What a file holds; nil when it cannot be read.
function files.read(name)
  local file = io.open(name, "rb")
  if file then
    local text = file:read("*a")
    file:close()
    return text
  end
end

--- Writes a file. Returns its name.
function files.write(name, bytes)
  local file = assert(io.open(name, "wb"))
  assert(file:write(bytes))
  file:close()
  return name
end

--- Makes an empty folder. Returns its name.
function files.folder()
  local name = os.tmpname()
  os.remove(name)
  assert(os.execute("mkdir " .. name))
  return name
end

--- Removes a folder with all that is in it.
function files.remove_folder(name)
  os.execute("chmod -R u+w " .. name .. "; rm -rf " .. name)
end

--- What a command prints.
function files.output(command)
  local pipe = io.popen(command)
  local text = pipe:read("*a")
  pipe:close()
  return text
end

--- The SHA-256 of a file, as hex.
function files.sha256(name)
  return files.output("sha256sum " .. name):match("^%x+")
end

--- The names in a folder, each with a line end.
function files.list(folder)
  return files.output("ls -A " .. folder)
end

return files
