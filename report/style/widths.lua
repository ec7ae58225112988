-- Widths of columns, in letters, for the built-in renderer: a column's longest cell, up to about a
-- line, and its longest word at least; headings may wrap. Wide tables get shorter lines until they fit.

local widths = {}
local GAP = 3

--- Return the widths of the columns and their sum; without a line, of the longest words alone.
function widths.measure(tbl, line)
  local found = {}
  for i = 1, #tbl.colspecs do found[i] = 2 end
  local function measure(row, heading)
    if #row.cells ~= #tbl.colspecs then return end
    for i, cell in ipairs(row.cells) do
      local text = pandoc.utils.stringify(cell.contents)
      if line and not heading then
        local letters = utf8.len(text)
        -- Beyond a line, a longer text asks for more, but less and less.
        local asked = letters > line and line + 2 * math.sqrt(letters - line) or letters
        found[i] = math.max(found[i], math.ceil(asked))
      end
      for word in text:gmatch("%S+") do
        -- Headings are bold, and wider for it.
        found[i] = math.max(found[i], math.ceil(utf8.len(word) * (heading and 1.2 or 1)))
      end
    end
  end
  for _, row in ipairs(tbl.head.rows) do measure(row, true) end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do measure(row, false) end
  end
  local total = 0
  for i = 1, #found do
    found[i] = found[i] + GAP
    total = total + found[i]
  end
  return found, total
end

function widths.fit(tbl, letters)
  for line = 60, 12, -4 do
    local found, total = widths.measure(tbl, line)
    if total <= letters or line == 12 then return found, total end
  end
end

--- Return about how many lines a table takes whose columns share so many letters.
function widths.count_lines(tbl, found, letters)
  local total, lines = 0, 0
  for _, width in ipairs(found) do total = total + width end
  local function count(row)
    local most = 1
    for i, cell in ipairs(row.cells) do
      local room = #row.cells == #found and found[i] / total * letters - GAP or letters
      local length = utf8.len(pandoc.utils.stringify(cell.contents))
      most = math.max(most, math.ceil(length / math.max(room, 1)))
    end
    lines = lines + most
  end
  for _, row in ipairs(tbl.head.rows) do count(row) end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do count(row) end
  end
  for _, row in ipairs(tbl.foot.rows) do count(row) end
  return lines
end

return widths
