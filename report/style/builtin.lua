-- What Quarto would do, for the built-in renderer: tables from HTML, numbers and cross-references
-- of figures and tables, content for one format only.

local numbers = {}
local counts = { fig = 0, tbl = 0 }
local names = { fig = "Figure", tbl = "Table" }
local NBSP = "\u{00A0}"

local is_html = FORMAT:match("html") ~= nil
local is_typst = FORMAT == "typst"
local is_docx = FORMAT == "docx"

local function label(id)
  return numbers[id]
end

local function number(element)
  local kind = element.identifier:match("^(%a+)-")
  if not names[kind] then return end
  counts[kind] = counts[kind] + 1
  numbers[element.identifier] = names[kind] .. NBSP .. counts[kind]
end

local function with_label(id, inlines)
  local caption = pandoc.Inlines({ pandoc.Str(label(id) .. ":"), pandoc.Space() })
  caption:extend(inlines)
  return caption
end

local function typst(inlines)
  return (pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), "typst-smart"):gsub("%s+$", ""))
end

-- Spaces as wide as a figure, in front of a number, bring its decimal point below the others.
local function pad_of(cell)
  return cell.attr.attributes["pad"] or cell.attr.attributes["data-pad"] or ""
end

local function refer(cite)
  local id = cite.citations[1].id
  local kind = id:match("^(%a+)-")
  if not names[kind] then return nil end
  if not label(id) then return pandoc.Str("?@" .. id) end
  return pandoc.Link({ pandoc.Str(label(id)) }, "#" .. id)
end

-- A cell is a string of Typst, in which nothing can act as markup, unless it leads elsewhere.
local function typst_cell(cell, heading)
  local content
  local leads = false
  cell.contents:walk({ Link = function() leads = true end })
  if leads then
    content = "[" .. typst(pandoc.utils.blocks_to_inlines(cell.contents)) .. "]"
  else
    local text = pandoc.utils.stringify(cell.contents):gsub("\\", "\\\\"):gsub('"', '\\"')
    content = (heading and 'strong("%s")' or '[#"%s"]'):format(pad_of(cell) .. text)
  end
  if cell.col_span > 1 then
    return ("table.cell(colspan: %d, %s)"):format(cell.col_span, content)
  end
  return content
end

-- The widths of columns, in letters: a column's longest cell, up to about a `line`, and its
-- longest word at least; headings may wrap. Wide tables get shorter lines until they fit.
local GAP = 3
local function measure_columns(tbl, line)
  local widths = {}
  for i = 1, #tbl.colspecs do widths[i] = 2 end
  local function measure(row, heading)
    if #row.cells ~= #tbl.colspecs then return end
    for i, cell in ipairs(row.cells) do
      local text = pandoc.utils.stringify(cell.contents)
      if not heading then
        local letters = utf8.len(text)
        -- Beyond a line, a longer text asks for more, but less and less.
        local asked = letters > line and line + 2 * math.sqrt(letters - line) or letters
        widths[i] = math.max(widths[i], math.ceil(asked))
      end
      for word in text:gmatch("%S+") do
        -- Headings are bold, and wider for it.
        widths[i] = math.max(widths[i], math.ceil(utf8.len(word) * (heading and 1.2 or 1)))
      end
    end
  end
  for _, row in ipairs(tbl.head.rows) do measure(row, true) end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do measure(row, false) end
  end
  local total = 0
  for i = 1, #widths do
    widths[i] = widths[i] + GAP
    total = total + widths[i]
  end
  return widths, total
end

local function fit_columns(tbl, letters)
  for line = 60, 12, -4 do
    local widths, total = measure_columns(tbl, line)
    if total <= letters or line == 12 then return widths, total end
  end
end

local function is_group(row)
  return row.classes:includes("group")
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

-- Pandoc repeats a footer on every page and rules off every row; a journal does neither.
local function typst_table(tbl, id, caption)
  local columns = #tbl.colspecs
  local out = pandoc.List()
  -- So many letters fit beside each other at the two sizes.
  local widths, total = measure_columns(tbl, 60)
  local fits = total <= 105
  local size = fits and "8.6pt" or "7.6pt"
  if not fits then widths = fit_columns(tbl, 135) end
  local tracks = {}
  for i = 1, columns do tracks[i] = widths[i] .. "fr" end
  local rows = 0
  for _, body in ipairs(tbl.bodies) do rows = rows + #body.head + #body.body end
  out:insert("#[")
  if rows <= SHORT then
    out:insert("#show figure.where(kind: table): set block(breakable: false)")
  else
    -- Room for the caption and the first rows, or else the next page.
    out:insert("#block(height: 9em, above: 0pt, below: 0pt, breakable: false)\n#v(-9em)")
  end
  out:insert("#figure(kind: table, supplement: none, numbering: none, caption: [" .. typst(caption) .. "])[")
  out:insert("#set text(size: " .. size .. ")")
  if longest_cell(tbl) <= KEPT then out:insert("#set table.cell(breakable: false)") end
  out:insert(("#table(columns: (%s,), align: left,"):format(table.concat(tracks, ", ")))
  out:insert("table.hline(stroke: 0.8pt),")
  for _, row in ipairs(tbl.head.rows) do
    local cells = pandoc.List()
    for _, cell in ipairs(row.cells) do cells:insert(typst_cell(cell, true)) end
    out:insert("table.header(" .. table.concat(cells, ", ") .. "),")
  end
  out:insert("table.hline(stroke: 0.5pt),")
  for _, body in ipairs(tbl.bodies) do
    for _, rows in ipairs({ body.head, body.body }) do
      for _, row in ipairs(rows) do
        local cells = pandoc.List()
        for _, cell in ipairs(row.cells) do cells:insert(typst_cell(cell, is_group(row))) end
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
      notes:insert(typst(pandoc.utils.blocks_to_inlines(cell.contents)))
    end
  end
  if #notes > 0 then out:insert("#note[" .. table.concat(notes, " \\\n") .. "]") end
  out:insert("] <" .. id .. ">\n]")
  return pandoc.RawBlock("typst", table.concat(out, "\n"))
end

local function set_columns(tbl)
  local widths, total = fit_columns(tbl, 105)
  for i = 1, #tbl.colspecs do tbl.colspecs[i] = { pandoc.AlignLeft, widths[i] / total } end
end

-- In a table of words, too, the first cell of a row is its heading.
local function head_rows(tbl)
  tbl.classes:insert("text")
  tbl.colspecs = tbl.colspecs:map(function(spec) return { spec[1], nil } end)
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

local function fill_table(div)
  local tbl, caption
  for _, block in ipairs(div.content) do
    if block.t == "RawBlock" and block.format == "html" then
      tbl = pandoc.read(block.text, "html").blocks[1]
    elseif block.t == "Table" then
      tbl = head_rows(block:walk({ Cite = refer }))
    elseif block.t == "Para" then
      caption = block.content
    end
  end
  if not tbl or tbl.t ~= "Table" or not caption then
    error("table " .. div.identifier .. " has no table or no caption")
  end
  caption = with_label(div.identifier, caption)
  if is_typst then return typst_table(tbl, div.identifier, caption) end
  if is_docx then
    set_columns(tbl)
    strengthen(tbl)
  end
  tbl.caption = { long = { pandoc.Plain(caption) } }
  if not is_html then
    tbl.identifier = div.identifier
    return tbl
  end
  local corner = tbl.head.rows[1].cells[1]
  if pandoc.utils.stringify(corner.contents) == "" then
    corner.contents = { pandoc.Plain({ pandoc.Span("Row", { class = "unseen" }) }) }
    corner.attr.attributes["scope"] = "col"
  end
  -- A wide table scrolls inside its own frame, which the keyboard can reach.
  local frame = pandoc.Attr(div.identifier, { "table-frame" }, {
    { "role", "region" },
    { "tabindex", "0" },
    { "aria-label", label(div.identifier) },
  })
  return pandoc.Div({ tbl }, frame)
end

local function fill_figure(figure)
  local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
  caption = with_label(figure.identifier, caption)
  local image
  figure:walk({ Image = function(found) image = found end })
  local alt = image.attributes["fig-alt"] or figure.attributes["fig-alt"]
  if is_typst then
    local quoted = alt:gsub("\\", "\\\\"):gsub('"', '\\"')
    local width = image.attributes["width"] or "100%"
    return pandoc.RawBlock("typst", ('#figure(kind: image, placement: auto, supplement: none, numbering: none, caption: [%s], image("%s", width: %s, alt: "%s")) <%s>')
      :format(typst(caption), image.src, width, quoted, figure.identifier))
  end
  image.attributes["fig-alt"] = nil
  image.attributes["alt"] = alt
  image.caption = { pandoc.Str(alt) }
  if is_html then
    image.attributes["width"] = nil
  else
    image.attributes["width"] = image.attributes["width"] or "100%"
  end
  figure.attributes["fig-alt"] = nil
  figure.content = { pandoc.Plain({ image }) }
  figure.caption = { long = { pandoc.Plain(caption) } }
  return figure
end

local function shown(element)
  local format = is_html and "html" or FORMAT
  local wanted, unwanted = element.attributes["when-format"], element.attributes["unless-format"]
  local matches = (not wanted or wanted == format) and (not unwanted or unwanted ~= format)
  if element.classes:includes("content-hidden") then return not matches end
  return matches
end

-- Numbers come first, since a table may name one that stands after it.
local before = {
  traverse = "topdown",
  Div = function(div)
    if div.classes:includes("content-visible") or div.classes:includes("content-hidden") then
      if shown(div) then return nil end
      return {}, false
    end
    number(div)
  end,
  Figure = number,
}

local first = {
  traverse = "topdown",
  Div = function(div)
    if div.identifier:match("^tbl%-") then return fill_table(div), false end
  end,
  Figure = function(figure)
    if figure.identifier:match("^fig%-") then return fill_figure(figure), false end
  end,
}

local in_supplement = false

local second = {
  Header = function(header)
    if header.identifier == "supplement" then in_supplement = true end
    -- Figures of the supplement stay within their section.
    if is_typst and in_supplement then
      return { pandoc.RawBlock("typst", "#place.flush()"), header }
    end
  end,
  Meta = function(meta)
    -- Pandoc's Word writer prints names only.
    if not is_docx then return nil end
    for i, author in ipairs(meta.author) do
      local told = pandoc.Inlines(author.name)
      told:extend({ pandoc.LineBreak() })
      told:extend(author.affiliation)
      if author.orcid then
        told:extend({ pandoc.LineBreak(), pandoc.Str("ORCID "), pandoc.Str(pandoc.utils.stringify(author.orcid)) })
      end
      meta.author[i] = pandoc.MetaInlines(told)
    end
    return meta
  end,
  Cite = refer,
}

return { before, first, second }
