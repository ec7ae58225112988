-- A table in Typst, for the built-in renderer. Pandoc's own repeats a footer on every page and rules
-- off every row; a journal does neither.

local widths = require("widths")

local function write_inlines(inlines)
  return (pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), "typst-smart"):gsub("%s+$", ""))
end

-- Spaces as wide as a figure, in front of a number, bring its decimal point below the others.
local function pad_of(cell)
  return cell.attr.attributes["pad"] or cell.attr.attributes["data-pad"] or ""
end

-- A cell is a string of Typst, in which nothing can act as markup, unless it leads elsewhere.
local function write_cell(cell, heading)
  local content
  local leads = false
  cell.contents:walk({ Link = function() leads = true end })
  if leads then
    content = "[" .. write_inlines(pandoc.utils.blocks_to_inlines(cell.contents)) .. "]"
  else
    local text = pandoc.utils.stringify(cell.contents):gsub("\\", "\\\\"):gsub('"', '\\"')
    content = (heading and 'strong("%s")' or '[#"%s"]'):format(pad_of(cell) .. text)
  end
  if cell.col_span > 1 then
    return ("table.cell(colspan: %d, %s)"):format(cell.col_span, content)
  end
  return content
end

-- A table with no more rows than this is kept on one page.
local SHORT = 16
-- A cell with no more letters than this has room on a page of its own, however narrow its column.
local KEPT = 400

local function longest_cell(tbl)
  local longest = 0
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      for _, cell in ipairs(row.cells) do
        longest = math.max(longest, utf8.len(pandoc.utils.stringify(cell.contents)))
      end
    end
  end
  return longest
end

--- Return the table as a raw block of Typst; `is_group` tells rows that head those below them.
local function write(tbl, id, caption, is_group)
  local columns = #tbl.colspecs
  local out = pandoc.List()
  -- So many letters fit beside each other at the two sizes.
  local found, total = widths.measure(tbl, 60)
  local fits = total <= 105
  local size = fits and "8.6pt" or "7.6pt"
  if not fits then found = widths.fit(tbl, 135) end
  local tracks = {}
  for i = 1, columns do tracks[i] = found[i] .. "fr" end
  local rows = 0
  for _, body in ipairs(tbl.bodies) do rows = rows + #body.head + #body.body end
  out:insert("#[")
  if rows <= SHORT then
    out:insert("#show figure.where(kind: table): set block(breakable: false)")
  else
    -- Room for the caption and the first rows, or else the next page.
    out:insert("#block(height: 9em, above: 0pt, below: 0pt, breakable: false)\n#v(-9em)")
  end
  out:insert("#figure(kind: table, supplement: none, numbering: none, caption: [" .. write_inlines(caption) .. "])[")
  out:insert("#set text(size: " .. size .. ")")
  if longest_cell(tbl) <= KEPT then out:insert("#set table.cell(breakable: false)") end
  out:insert(("#table(columns: (%s,), align: left,"):format(table.concat(tracks, ", ")))
  out:insert("table.hline(stroke: 0.8pt),")
  for _, row in ipairs(tbl.head.rows) do
    local cells = pandoc.List()
    for _, cell in ipairs(row.cells) do cells:insert(write_cell(cell, true)) end
    out:insert("table.header(" .. table.concat(cells, ", ") .. "),")
  end
  out:insert("table.hline(stroke: 0.5pt),")
  for _, body in ipairs(tbl.bodies) do
    for _, rows in ipairs({ body.head, body.body }) do
      for _, row in ipairs(rows) do
        local cells = pandoc.List()
        for _, cell in ipairs(row.cells) do cells:insert(write_cell(cell, is_group(row))) end
        local told = table.concat(cells, ", ")
        -- As a heading it stays with the row below it.
        out:insert(is_group(row) and "table.header(level: 2, repeat: false, " .. told .. ")," or told .. ",")
      end
    end
  end
  out:insert("table.hline(stroke: 0.8pt),")
  out:insert(")")
  local notes = pandoc.List()
  for _, row in ipairs(tbl.foot.rows) do
    for _, cell in ipairs(row.cells) do
      notes:insert(write_inlines(pandoc.utils.blocks_to_inlines(cell.contents)))
    end
  end
  if #notes > 0 then out:insert("#note[" .. table.concat(notes, " \\\n") .. "]") end
  out:insert("] <" .. id .. ">\n]")
  return pandoc.RawBlock("typst", table.concat(out, "\n"))
end

return { write = write, write_inlines = write_inlines }
