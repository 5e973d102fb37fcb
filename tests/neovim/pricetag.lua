vim.lsp.config('pricetag', {
  cmd = { 'pricetag', 'serve' },
  filetypes = { 'python', 'cpp' },
  root_markers = { '.pricetag.toml', 'pyproject.toml', '.git' },
  settings = { pricetag = { size = 10000 } },
  on_attach = function(_, buffer)
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  end,
})
vim.lsp.enable('pricetag')
