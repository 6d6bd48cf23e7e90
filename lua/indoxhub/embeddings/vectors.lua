--- Vectors of float32, and the nearest of many.
--
-- A vector is an object of the C core, a list of numbers to read; a matrix is
-- many of one size in one block of memory, as a file has them. All that goes
-- over many vectors gives way to other tasks.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"
local options_of = require "indoxhub.api.params.options"
local target = require "indoxhub.base.atomic_file"

local vectors = {}

-- Numbers to go over before others get their turn: about a millisecond.
local SLICE = 1000000

local OPTIONS = { by = { "cosine", "dot" } }

local vector_mt = getmetatable(core.vector {})
local matrix_mt = getmetatable(core.matrix {})

local function is_vector(value)
  return getmetatable(value) == vector_mt
end

local function is_matrix(value)
  return getmetatable(value) == matrix_mt
end

---------------------------------------------------------------------------
-- checking

-- A vector, or a list of numbers as one; nil and what is wrong.
local function vector_of(value, name)
  if is_vector(value) then
    return value
  elseif type(value) ~= "table" then
    return nil, ("%s must be a vector or a list of numbers, not %s")
      :format(name, value == nil and "nil" or "a " .. type(value))
  elseif value[1] == nil then
    return nil, name .. " must not be empty"
  end
  local vector, index = core.vector(value)
  if not vector then
    return nil, ("%s[%d] must be a number that fits into 32 bits, not %s")
      :format(name, index, type(value[index]) == "number" and value[index]
        or "a " .. type(value[index]))
  end
  return vector
end

local function mismatch(name, index, item, expected, whose)
  return ("%s[%d] has %d dimensions, and %s has %d"):format(name, index,
    #item, whose, expected)
end

-- A matrix, or a list of vectors, which may be lists of numbers; nil and what
-- is wrong. The list is a copy, and may not change under who waits.
local function many_of(value, name)
  if is_matrix(value) then
    return value
  elseif type(value) ~= "table" then
    return nil, ("%s must be a list of vectors or a matrix, not %s")
      :format(name, value == nil and "nil" or "a " .. type(value))
  end
  local list = {}
  for i = 1, #value do
    local item, wrong = value[i], nil
    if not is_vector(item) then
      item, wrong = vector_of(item, ("%s[%d]"):format(name, i))
    end
    if not item then
      return nil, wrong
    end
    list[i] = item
  end
  return list
end

-- What is wrong with a list whose vectors are not of one size.
local function check_sizes(list, name)
  for i = 2, is_matrix(list) and 0 or #list do
    if #list[i] ~= #list[1] then
      return mismatch(name, i, list[i], #list[1], "the first")
    end
  end
end

local function check_dimensions(value)
  if type(value) ~= "number" or value % 1 ~= 0 or value < 1 or value > 1e9 then
    return ("dimensions must be a whole number of at least 1, not %s")
      :format(tostring(value))
  end
end

local function check_path(path)
  if type(path) ~= "string" or path == "" then
    return "path must be the name of a file, not "
      .. (path == "" and "an empty string" or "a " .. type(path))
  elseif path:find("%z") then
    return "path must not contain a NUL byte"
  end
end

---------------------------------------------------------------------------
-- making

--- A vector of numbers. Raises when one is no number, or none of float32.
---@param numbers number[] The numbers.
---@return indoxhub.Vector vector
function vectors.vector(numbers)
  local vector, wrong = vector_of(numbers, "numbers")
  if not vector then
    error("vector: " .. wrong, 2)
  end
  return vector
end

--- A matrix of vectors of one size: they take no more memory than their
--- numbers, and are gone over as fast as memory allows.
---@param list (indoxhub.Vector|number[])[] All of one size.
---@return indoxhub.Matrix matrix
function vectors.matrix(list)
  local many, wrong = many_of(list, "list")
  wrong = wrong or check_sizes(many, "list")
  if wrong then
    error("matrix: " .. wrong, 2)
  end
  return is_matrix(many) and many or core.matrix(many)
end

--- The vector that `vector:bytes()` told, or, with the dimensions of each, the
--- matrix that `matrix:bytes()` told. Raises when the bytes are no whole number
--- of them.
---@param bytes string Float32, each with its lowest byte first.
---@param dimensions? integer How many numbers each vector has.
---@return indoxhub.Vector|indoxhub.Matrix made
function vectors.from_bytes(bytes, dimensions)
  local wrong = type(bytes) ~= "string" and "bytes must be a string, not "
    .. (bytes == nil and "nil" or "a " .. type(bytes))
    or dimensions ~= nil and check_dimensions(dimensions)
    or bytes == "" and dimensions == nil and "bytes must not be empty"
  local made = not wrong and (dimensions
    and core.matrix_from(bytes, dimensions) or not dimensions
    and core.vector_from(bytes))
  if not made then
    error("from_bytes: " .. (wrong or ("%d bytes are no whole number of %s")
      :format(#bytes, dimensions and ("vectors of %d bytes")
        :format(4 * dimensions) or "float32")), 2)
  end
  return made
end

---------------------------------------------------------------------------
-- going over many

-- Calls look(from, to) for slices of 1 .. count, as long as it returns true.
-- Nil and its error, or that of a task that was cancelled meanwhile.
local function in_slices(count, dimensions, look)
  local step = math.max(1, math.floor(SLICE / math.max(1, dimensions)))
  for from = 1, count, step do
    local ok, err = look(from, math.min(count, from + step - 1))
    if not ok then
      return nil, err
    end
    local task = loop.let_others() and loop.current()
    if task and task.cancelled then
      return nil, errors.cancelled()
    end
  end
  return true
end

local function check_search(k, options)
  if type(k) ~= "number" or k % 1 ~= 0 or k < 1 then
    return ("k must be a whole number of at least 1, not %s")
      :format(tostring(k))
  end
  return options ~= nil and options_of.check(options, OPTIONS)
end

-- The first vector that has not as many dimensions as the query.
local function find_mismatch(many, query)
  for i = 1, is_matrix(many) and math.min(1, #many) or #many do
    if #many[i] ~= #query then
      return mismatch("vectors", i, many[i], #query, "the query")
    end
  end
end

--- The k vectors that are nearest to one, the best first; of those with equal
--- scores the first ones. Vectors whose score is no number, because one of
--- theirs is none, are left out; the cosine with a vector of zeros is 0. In a
--- task others go on meanwhile; nil and an error when it is cancelled.
---@param query indoxhub.Vector|number[] What is looked for.
---@param list indoxhub.Matrix|(indoxhub.Vector|number[])[] Where to look.
---@param k integer How many to find.
---@param options? indoxhub.SearchOptions
---@return indoxhub.Hit[]? hits, indoxhub.Error? err of kind cancelled
function vectors.top_k(query, list, k, options)
  local vector, many, wrong
  vector, wrong = vector_of(query, "query")
  if vector then
    many, wrong = many_of(list, "vectors")
  end
  wrong = wrong or check_search(k, options) or find_mismatch(many, vector)
  if wrong then
    error("top_k: " .. wrong, 2)
  end
  local search = core.search(vector, math.max(1, math.min(k, #many)),
    (options or {}).by == "dot")
  local ok, err = in_slices(#many, #vector, function(from, to)
    return search:scan(many, from, to)
  end)
  if not ok then
    return nil, err
  end
  return search:best()
end

---------------------------------------------------------------------------
-- files

local function fail(file, err)
  target.discard(file)
  err.operation = "vectors.save"
  return nil, err
end

--- Writes vectors to a file, which appears only when it is complete: float32,
--- each with its lowest byte first, one vector after the other, and nothing
--- else.
---@param path string The file to write.
---@param list indoxhub.Matrix|(indoxhub.Vector|number[])[] All of one size.
---@return true? ok, indoxhub.Error? err of kind file, cancelled
function vectors.save(path, list)
  local many, wrong
  wrong = check_path(path)
  if not wrong then
    many, wrong = many_of(list, "vectors")
  end
  wrong = wrong or check_sizes(many, "vectors")
  if wrong then
    error("vectors.save: " .. wrong, 2)
  end
  local file, err = target.open(path, false, true)
  if not file then
    err.operation = "vectors.save"
    return nil, err
  end
  local ok
  ok, err = in_slices(#many, #many > 0 and #many[1] or 1, function(from, to)
    for i = from, to do
      local written, why = target.write(file, many[i]:bytes())
      if not written then
        return nil, why
      end
    end
    return true
  end)
  if ok then
    ok, err = target.commit(file)
  end
  if not ok then
    return fail(file, err)
  end
  return true
end

local function unreadable(path, dimensions, why, size)
  if why == "size" then
    return errors.new("file", ("%s has %.0f bytes, which is no whole number "
      .. "of vectors of %d dimensions (%.0f bytes each)"):format(path, size,
      dimensions, 4 * dimensions), { code = "size" })
  end
  return errors.new("file", ("cannot read %s: %s"):format(path, why),
    { code = "unreadable" })
end

--- Reads the vectors of a file that `save` wrote, or another program that
--- writes float32 with the lowest byte first.
---@param path string The file.
---@param dimensions integer How many numbers each vector has.
---@return indoxhub.Matrix? matrix, indoxhub.Error? err of kind file, limit
function vectors.open(path, dimensions)
  local wrong = check_path(path) or check_dimensions(dimensions)
  if wrong then
    error("vectors.open: " .. wrong, 2)
  end
  -- It may be larger than what memory there is.
  local ok, matrix, why, size = pcall(core.read_matrix, path, dimensions)
  if ok and matrix then
    return matrix
  end
  local err = ok and unreadable(path, dimensions, why, size)
    or errors.new("limit", "not enough memory to read " .. path,
      { code = "memory" })
  err.operation = "vectors.open"
  return nil, err
end

return vectors
