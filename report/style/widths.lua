-- Widths of columns, in letters, for the built-in renderer: a column's longest cell, up to about a
-- line, and its longest word at least; headings may wrap. Wide tables get shorter lines until they fit.

local widths = {}
local GAP = 3

local function read_row(row, heading)
  local cells = row.cells:map(function(cell)
    local text, longest = pandoc.utils.stringify(cell.contents), 0
    for word in text:gmatch("%S+") do longest = math.max(longest, utf8.len(word)) end
    -- Headings are bold, and wider for it.
    return { letters = utf8.len(text), word = math.ceil(longest * (heading and 1.2 or 1)) }
  end)
  return { heading = heading, cells = cells }
end

--- Return the lengths of a table's texts and of their longest words: all rows in their order, the
--- number of columns, and the longest cell between head and foot.
function widths.read(tbl)
  local texts = { columns = #tbl.colspecs, rows = pandoc.List(), foot = pandoc.List(), longest = 0 }
  for _, row in ipairs(tbl.head.rows) do texts.rows:insert(read_row(row, true)) end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      local read = read_row(row, false)
      texts.rows:insert(read)
      for _, cell in ipairs(read.cells) do texts.longest = math.max(texts.longest, cell.letters) end
    end
  end
  for _, row in ipairs(tbl.foot.rows) do texts.foot:insert(read_row(row, false)) end
  return texts
end

--- Return the widths of the columns and their sum; without a line, of the longest words alone.
function widths.measure(texts, line)
  local found = {}
  for i = 1, texts.columns do found[i] = 2 end
  for _, row in ipairs(texts.rows) do
    if #row.cells == texts.columns then
      for i, cell in ipairs(row.cells) do
        local asked = cell.word
        if line and not row.heading then
          -- Beyond a line, a longer text asks for more, but less and less.
          local over = cell.letters - line
          asked = math.max(asked, math.ceil(over > 0 and line + 2 * math.sqrt(over) or cell.letters))
        end
        found[i] = math.max(found[i], asked)
      end
    end
  end
  local total = 0
  for i = 1, #found do
    found[i] = found[i] + GAP
    total = total + found[i]
  end
  return found, total
end

function widths.fit(texts, letters)
  for line = 60, 12, -4 do
    local found, total = widths.measure(texts, line)
    if total <= letters or line == 12 then return found, total end
  end
end

--- Return about how many lines a table takes whose columns share so many letters.
function widths.count_lines(texts, found, letters)
  local total, lines = 0, 0
  for _, width in ipairs(found) do total = total + width end
  for _, rows in ipairs({ texts.rows, texts.foot }) do
    for _, row in ipairs(rows) do
      local most = 1
      for i, cell in ipairs(row.cells) do
        local room = #row.cells == #found and found[i] / total * letters - GAP or letters
        most = math.max(most, math.ceil(cell.letters / math.max(room, 1)))
      end
      lines = lines + most
    end
  end
  return lines
end

return widths
