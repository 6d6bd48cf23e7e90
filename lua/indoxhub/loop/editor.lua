--- Neovim's `vim`, where it can do what an editor can; nil anywhere else. Its
--- worker threads have a `vim` without an API, tests have one of their own.

local function is_callable(fn)
  return type(fn) == "function"
end

---@return table? vim
return function()
  local vim = rawget(_G, "vim")
  local is_editor = type(vim) == "table" and type(vim.api) == "table"
    and type(vim.uv or vim.loop) == "table" and is_callable(vim.schedule)
    and is_callable(vim.wait) and is_callable(vim.in_fast_event)
  return is_editor and vim or nil
end
