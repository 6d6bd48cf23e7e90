-- Marks behind answers that are not whole: "[stopped]". They are no text of the
-- buffer, and go when the answer is undone or deleted.

local marks = {}

local namespace = vim.api.nvim_create_namespace "indoxhub_ask_ended"
-- Not cleared when this file is loaded again: marks stay, and their watchers.
local group = vim.api.nvim_create_augroup("indoxhub_ask_ended",
  { clear = false })

-- Takes marks away whose text is gone. True when none is left.
local function forget_undone(buffer)
  local kept = false
  for _, found in ipairs(vim.api.nvim_buf_get_extmarks(buffer, namespace, 0, -1,
    { details = true })) do
    local id, row, col, details = found[1], found[2], found[3], found[4]
    if details.end_row == row and details.end_col == col then
      vim.api.nvim_buf_del_extmark(buffer, namespace, id)
    else
      kept = true
    end
  end
  return not kept
end

--- Marks the rest of a line as not whole.
---@param buffer integer
---@param row integer
---@param col integer
---@param why string such as "stopped"
function marks.set(buffer, row, col, why)
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, true)[1]
  local has_text = #line > col
  vim.api.nvim_buf_clear_namespace(buffer, namespace, row, row + 1)
  vim.api.nvim_buf_set_extmark(buffer, namespace, row, col, {
    virt_text = { { " [" .. why .. "]", "WarningMsg" } },
    end_row = has_text and row or nil, end_col = has_text and #line or nil,
    right_gravity = false })
  vim.api.nvim_clear_autocmds { group = group, buffer = buffer }
  vim.api.nvim_create_autocmd("TextChanged", { group = group, buffer = buffer,
    desc = "indoxhub: forget marks whose text is gone",
    callback = function()
      return forget_undone(buffer)
    end })
end

--- Takes the marks away from some rows, or from one on.
---@param buffer integer
---@param row integer
---@param last? integer
function marks.clear(buffer, row, last)
  vim.api.nvim_buf_clear_namespace(buffer, namespace, row,
    last and last + 1 or -1)
end

return marks
