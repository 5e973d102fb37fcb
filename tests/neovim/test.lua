-- What a person does in Neovim, with the configuration that the README gives. Run by `drive.py`, in the workspace.
local here = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
local PATIENCE = 120000 -- milliseconds; generous, because a shared machine may be slow and no check is about time
local COSTS = { '%d[%d.,]* [kMG]?B', '%d[%d.,]* [nm]?s', '%d[%d.,]* µs' } -- memory, runtime

-- What is done to each example, and where.
local EXAMPLES = {
  {
    file = 'inventory.py',
    name = 'mean_level',
    signature = 'def mean_level(levels: list[int]) -> float:',
    regression = '    products = [list(levels) for level in levels]',
  },
  {
    file = 'telemetry.cpp',
    name = 'mean',
    signature = 'double mean(const std::vector<double>& readings)',
    regression = '    std::vector<std::vector<double>> products(readings.size(), readings);',
  },
}

local complaints = {} -- everything that popped up at the user
vim.notify = function(message, level)
  if (level or 0) >= vim.log.levels.WARN then
    table.insert(complaints, message)
  end
end

local function say(line)
  io.stdout:write(line .. '\n')
  io.stdout:flush()
end

--- One check. What follows a failure would fail too, so the run ends there.
local function check(name, body)
  local start = vim.uv.hrtime()
  local ok, failure = pcall(body)
  say(('%s %s (%.1f s)'):format(ok and 'passed' or 'FAILED', name, (vim.uv.hrtime() - start) / 1e9))
  if not ok then
    say(tostring(failure))
    vim.cmd('cquit 1')
  end
end

--- Waits until `condition` holds, and returns its value.
local function await(what, condition)
  local value
  local ok = vim.wait(PATIENCE, function()
    value = condition()
    return value
  end, 50)
  assert(ok, ('waited %d s in vain for %s'):format(PATIENCE / 1000, what))
  return value
end

--- The number of the line that begins so.
local function line_of(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    if vim.startswith(line, text) then
      return number
    end
  end
  error('no such line: ' .. text)
end

--- The text of the hint at the end of the signature, nil where there is none.
local function hint_at(example)
  for _, found in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
    local label = found.inlay_hint.label
    if found.inlay_hint.position.line + 1 == line_of(example.signature) then
      return type(label) == 'string' and label or label[1].value
    end
  end
end

--- The line of the screen that the signature stands on, hint included.
local function screen_line(example)
  local at = line_of(example.signature)
  vim.api.nvim_win_set_cursor(0, { at, 0 })
  vim.cmd.redraw()
  local row = vim.fn.screenpos(0, at, 1).row
  local cells = {}
  for column = 1, vim.o.columns do
    cells[column] = vim.fn.screenstring(row, column)
  end
  return table.concat(cells)
end

--- The text of the hover over the function's name.
local function hover(example)
  local at = line_of(example.signature)
  vim.api.nvim_win_set_cursor(0, { at, assert(example.signature:find(example.name, 1, true)) - 1 })
  vim.lsp.buf.hover()
  local window = await('a hover', function()
    return vim.b.lsp_floating_preview
  end)
  local text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), '\n')
  vim.api.nvim_win_close(window, true)
  vim.b.lsp_floating_preview = nil
  return text
end

local function client()
  return assert(vim.lsp.get_clients({ bufnr = 0, name = 'pricetag' })[1], 'the server is not attached')
end

local function check_example(example)
  local before
  vim.cmd('silent edit ' .. example.file)

  check(example.file .. ': hints', function()
    await('four hints', function()
      return #vim.lsp.inlay_hint.get({ bufnr = 0 }) >= 4
    end)
    before = await('a hint at ' .. example.name, function()
      return hint_at(example)
    end)
    local shown = vim.iter(COSTS):any(function(cost)
      return before:find(cost) ~= nil
    end)
    assert(shown, 'no cost in the hint: ' .. before)
  end)

  check(example.file .. ': the hint stands behind the signature on the screen', function()
    local wanted = example.signature .. ' ' .. before
    local shown = screen_line(example)
    assert(shown:find(wanted, 1, true), 'the screen shows: ' .. shown)
  end)

  check(example.file .. ': hover with a table', function()
    local text = hover(example)
    assert(text:find('Pricetag', 1, true) and text:find('`' .. example.name .. '`', 1, true), text)
    for _, n in ipairs({ '100', '1,000', '**10,000**', '100,000' }) do
      assert(text:find('| ' .. n .. ' |', 1, true), ('no row for n = %s:\n%s'):format(n, text))
    end
    say('       ' .. text:match('[^\n]+'))
  end)

  check(example.file .. ': an edit brings a new hint', function()
    local at = line_of(example.signature)
    vim.api.nvim_buf_set_lines(0, at, at, true, { example.regression })
    local after = await('a new hint', function()
      local now = hint_at(example)
      return now ~= before and now
    end)
    say(('       %s -> %s'):format(before, after))
    assert(#vim.diagnostic.get(0) == 0, 'there is a warning before anything was saved')
  end)

  check(example.file .. ': a memory regression warns on save', function()
    vim.cmd('silent write')
    local found = await('a warning', function()
      local all = vim.diagnostic.get(0)
      return #all > 0 and all
    end)
    assert(#found == 1, ('one warning wanted: %s'):format(vim.inspect(found)))
    local warning = found[1]
    say('       ' .. warning.message)
    -- A warning, or from a factor of 100 on an error.
    assert(warning.severity <= vim.diagnostic.severity.WARN and warning.source == 'pricetag', vim.inspect(warning))
    assert(warning.lnum + 1 == line_of(example.signature), 'the warning stands on another line')
    assert(warning.message:find(example.name, 1, true), warning.message)
    await('a hint that says by how much', function()
      return (hint_at(example) or ''):find('▲×', 1, true)
    end)
  end)

  check(example.file .. ': undone and saved, the warning is gone', function()
    vim.cmd('silent undo')
    vim.cmd('silent write')
    await('no warning', function()
      return #vim.diagnostic.get(0) == 0
    end)
    await('the hint of before', function()
      return hint_at(example) == before
    end)
  end)
end

local function check_settings(example)
  local before = hint_at(example)

  check('another n in the settings brings other hints', function()
    client().settings.pricetag.size = 100
    client():notify('workspace/didChangeConfiguration', { settings = client().settings })
    await('another hint', function()
      local now = hint_at(example)
      return now and now ~= before
    end)
    local text = hover(example)
    assert(text:find('at n = 100\n', 1, true), text)
  end)

  check('hints toggled off, and on', function()
    local toggle = { title = 'Toggle hints', command = 'pricetag.toggleHints' }
    client():exec_cmd(toggle, { bufnr = 0 })
    await('no hints', function()
      return #vim.lsp.inlay_hint.get({ bufnr = 0 }) == 0
    end)
    client():exec_cmd(toggle, { bufnr = 0 })
    await('hints', function()
      return hint_at(example)
    end)
  end)
end

vim.o.columns, vim.o.lines = 140, 60
vim.o.swapfile = false
dofile(vim.fs.joinpath(here, 'pricetag.lua'))
for _, example in ipairs(EXAMPLES) do
  check_example(example)
end
check_settings(EXAMPLES[2])

check('one server for all files, and nothing popped up', function()
  assert(#vim.lsp.get_clients() == 1, 'there is more than one server')
  assert(#complaints == 0, table.concat(complaints, '\n'))
  assert(vim.v.errmsg == '', vim.v.errmsg)
end)
vim.cmd('quitall!')
