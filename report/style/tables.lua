-- A generated table, from the HTML in which it was written to what each format needs. Used by both
-- renderers, before they number it and set its caption.

local widths = require("widths")

local tables = {}

local is_typst = FORMAT:match("^typst") ~= nil
local is_html = FORMAT:match("html") ~= nil

local function is_group(row)
  return row.classes:includes("group")
end

local function write_inlines(inlines)
  return (pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), "typst-smart"):gsub("%s+$", ""))
end

-- Spaces as wide as a figure, in front of a number, bring its decimal point below the others.
local function pad_of(cell)
  return cell.attr.attributes["pad"] or cell.attr.attributes["data-pad"] or ""
end

-- A cell is a string of Typst, in which nothing can act as markup.
local function write_cell(cell, heading)
  local text = pandoc.utils.stringify(cell.contents):gsub("\\", "\\\\"):gsub('"', '\\"')
  local content = (heading and 'strong("%s")' or '[#"%s"]'):format(pad_of(cell) .. text)
  if cell.col_span > 1 then
    return ("table.cell(colspan: %d, %s)"):format(cell.col_span, content)
  end
  return content
end

-- A table that takes no more lines than this is kept on one page; in the supplement, where a table
-- follows the other, longer ones break, so that no page stays empty before them.
local ONE_PAGE, SHORT = 46, 20
-- A cell with no more letters than this has room on a page of its own, however narrow its column.
local KEPT = 400

-- The first of the rows that may not be left alone at the end: two, and the heading above them.
local function find_last(rows)
  local last = math.max(#rows - 1, 1)
  while last > 1 and (is_group(rows[last - 1]) or is_group(rows[last])) do last = last - 1 end
  return last
end

-- So many letters fit beside each other at the larger size, at the smaller one, and at that one on
-- a turned page.
local LETTERS, SMALL_LETTERS, TURNED_LETTERS = 105, 135, 205

-- Pandoc's own writer repeats a foot on every page and rules off every row; a journal does neither.
local function write_typst(tbl, most)
  local columns = #tbl.colspecs
  local out = pandoc.List()
  local texts = widths.read(tbl)
  local found, total = widths.measure(texts, 60)
  local letters = total <= LETTERS and LETTERS or SMALL_LETTERS
  local size = letters == LETTERS and "8.6pt" or "7.6pt"
  local _, least = widths.measure(texts)
  local turned = least > SMALL_LETTERS
  if turned then letters = TURNED_LETTERS end
  if letters > LETTERS then found = widths.fit(texts, letters) end
  local tracks = {}
  for i = 1, columns do tracks[i] = found[i] .. "fr" end
  local lines = widths.count_lines(texts, found, letters)
  out:insert(("#block(width: 100%%, breakable: %s)["):format(tostring(lines > most)))
  out:insert("#set text(size: " .. size .. ")")
  if texts.longest <= KEPT then out:insert("#set table.cell(breakable: false)") end
  out:insert(("#table(columns: (%s,), align: left,"):format(table.concat(tracks, ", ")))
  out:insert("table.hline(stroke: 0.8pt),")
  for _, row in ipairs(tbl.head.rows) do
    local cells = pandoc.List()
    for _, cell in ipairs(row.cells) do cells:insert(write_cell(cell, true)) end
    out:insert("table.header(" .. table.concat(cells, ", ") .. "),")
  end
  out:insert("table.hline(stroke: 0.5pt),")
  local rows = pandoc.List()
  for _, body in ipairs(tbl.bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  local last = find_last(rows)
  for i, row in ipairs(rows) do
    local cells = pandoc.List()
    for _, cell in ipairs(row.cells) do cells:insert(write_cell(cell, is_group(row))) end
    local line = table.concat(cells, ", ")
    -- The last rows stay together, with the notes.
    if i == last then out:insert("table.footer(repeat: false,") end
    -- As a heading it stays with the row below it.
    out:insert(is_group(row) and i < last and "table.header(level: 2, repeat: false, " .. line .. ")," or line .. ",")
  end
  out:insert("table.hline(stroke: 0.8pt),")
  local notes = pandoc.List()
  for _, row in ipairs(tbl.foot.rows) do
    for _, cell in ipairs(row.cells) do
      notes:insert(write_inlines(pandoc.utils.blocks_to_inlines(cell.contents)))
    end
  end
  if #notes > 0 then
    out:insert(("table.cell(colspan: %d, inset: (x: 0pt), note[%s]),")
      :format(columns, table.concat(notes, " \\\n")))
  end
  out:insert("))")
  out:insert("]")
  return pandoc.RawBlock("typst", table.concat(out, "\n")), turned
end

-- Word has no scope: headings of columns and groups are set in bold as well.
local function strengthen(tbl)
  local function bold(row)
    for _, cell in ipairs(row.cells) do
      cell.contents = { pandoc.Plain({ pandoc.Strong(pandoc.utils.blocks_to_inlines(cell.contents)) }) }
    end
    return row
  end
  local head = tbl.head
  head.rows = head.rows:map(bold)
  tbl.head = head
  tbl.bodies = tbl.bodies:map(function(body)
    for _, part in ipairs({ "head", "body" }) do
      body[part] = body[part]:map(function(row) return is_group(row) and bold(row) or row end)
    end
    return body
  end)
end

-- Word has no style sheet: the spaces that align numbers are characters.
local function pad_cells(tbl)
  tbl.bodies = tbl.bodies:map(function(body)
    body.body = body.body:map(function(row)
      for _, cell in ipairs(row.cells) do
        local spaces = pad_of(cell)
        if spaces ~= "" then
          local inlines = pandoc.utils.blocks_to_inlines(cell.contents)
          inlines:insert(1, pandoc.Str(spaces))
          cell.contents = { pandoc.Plain(inlines) }
        end
      end
      return row
    end)
    return body
  end)
end

local function set_columns(tbl, letters)
  local found, total = widths.fit(widths.read(tbl), letters)
  for i = 1, #tbl.colspecs do tbl.colspecs[i] = { pandoc.AlignLeft, found[i] / total } end
end

-- A wide table scrolls inside its own frame, which the keyboard can reach.
local function frame(tbl, caption)
  local corner = tbl.head.rows[1].cells[1]
  if pandoc.utils.stringify(corner.contents) == "" then
    corner.contents = { pandoc.Plain({ pandoc.Span("Row", { class = "unseen" }) }) }
    corner.attr.attributes["scope"] = "col"
  end
  return pandoc.Div({ tbl }, pandoc.Attr("", { "table-frame" }, {
    { "role", "group" },
    { "tabindex", "0" },
    { "aria-label", "Table that scrolls: " .. pandoc.text.sub(caption, 1, 60) },
  }))
end

-- An apostrophe as the prose around has it.
local function set_apostrophes(html)
  return (html:gsub(">[^<]+", function(text)
    return (text:gsub("&#x27;", "'"):gsub("([%w\128-\255])'", "%1\u{2019}"))
  end))
end

--- Return the table of an HTML text as this format wants it, and whether it needs a turned page;
--- `floats` tells whether text may flow around it.
function tables.convert(html, caption, floats)
  local tbl = pandoc.read(set_apostrophes(html), "html").blocks[1]
  if is_typst then return write_typst(tbl, floats and ONE_PAGE or SHORT) end
  if is_html then return frame(tbl, caption) end
  set_columns(tbl, 105)
  strengthen(tbl)
  pad_cells(tbl)
  return tbl
end

--- In a table of words, too, the first cell of a row is its heading.
function tables.head_rows(tbl)
  tbl.classes:insert("text")
  if is_html then
    tbl.colspecs = tbl.colspecs:map(function(spec) return { spec[1], nil } end)
  end
  tbl.bodies = tbl.bodies:map(function(body)
    body.row_head_columns = 1
    body.body = body.body:map(function(row)
      row.cells[1].attr.attributes["scope"] = "row"
      return row
    end)
    return body
  end)
  return tbl
end

return tables
