-- Asks from Neovim 0.7.2 or newer; the answer grows in a buffer while you go on
-- editing. From the tree, after `make build LUA=luajit` and
-- `eval "$(make -s env LUA=luajit)"`:
--     nvim --clean --cmd "set rtp+=$PWD,$PWD/examples/neovim" "+Ask Hello!"
--
--   :Ask {question}       answers in a new window; closing it ends the answer
--   :Ask! {question}      writes the answer beneath the cursor, as one undo
--   :{range}Ask ...       sends the lines, too; with ! the answer goes beneath
--   :AskStop              ends the answers in this buffer; so does Ctrl-X
--   :checkhealth indoxhub_ask
--
-- The key comes from INDOXHUB_API_KEY. Settings, all of them optional:
--     require("indoxhub_ask").setup { model = "openai/gpt-4o-mini",
--       key = "<C-x>", client = { timeout = 60 } }
if vim.g.loaded_indoxhub_ask then
  return
end
vim.g.loaded_indoxhub_ask = true

-- The library is loaded by the first question, not while the editor starts.
vim.api.nvim_create_user_command("Ask", function(command)
  require("indoxhub_ask").command(command)
end, { nargs = "+", range = true, bang = true,
  desc = "Ask a model; the answer streams into a buffer" })

vim.api.nvim_create_user_command("AskStop", function()
  require("indoxhub_ask").stop(0)
end, { desc = "End the answers that stream into this buffer" })
