-- Asks from Neovim 0.7.2 or newer; answers grow in buffers while you go on
-- editing. From the tree, after `make build LUA=luajit` and
-- `eval "$(make -s env LUA=luajit)"`:
--     nvim --clean --cmd "set rtp+=$PWD,$PWD/examples/neovim" "+Ask Hello!"
--
--   :Ask {question}       answers in a new window; closing it ends the answer
--   :Ask! {question}      writes the answer beneath the cursor, as one undo
--   :{range}Ask ...       sends the lines, too; with ! the answer goes beneath
--   :{range}AskReplace {instruction}
--                         the answer takes their place, as one undo
--   :AskChat              a conversation, where <CR> sends what was typed;
--                         with ! another one
--   :AskStop              ends the answers in this buffer; so does Ctrl-X
--   :checkhealth indoxhub_ask
--
-- What was stopped or broke off is marked behind its last line. The key comes
-- from INDOXHUB_API_KEY. Settings, all of them optional:
--     require("indoxhub_ask").setup { model = "openai/gpt-4o-mini",
--       key = "<C-x>", client = { timeout = 60 } }

-- The library is loaded by the first question, not while the editor starts.
local define = vim.api.nvim_create_user_command

define("Ask", function(command)
  require("indoxhub_ask").command(command)
end, { nargs = "+", range = true, bang = true,
  desc = "Ask a model; the answer streams into a buffer" })

define("AskReplace", function(command)
  require("indoxhub_ask").replace(command)
end, { nargs = "+", range = true,
  desc = "Replace the selection by a model's answer" })

define("AskChat", function(command)
  require("indoxhub_ask").chat(command.bang)
end, { bang = true, desc = "Talk with a model in a buffer" })

define("AskStop", function()
  require("indoxhub_ask").stop(0)
end, { desc = "End the answers that stream into this buffer" })
