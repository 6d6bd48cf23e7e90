-- A game without a window: runs the program whose name it is given.
function love.load(arguments)
  assert(loadfile(arguments[1]))()
end
