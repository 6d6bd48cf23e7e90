-- The window of the example.
dofile "examples/love/conf.lua"
