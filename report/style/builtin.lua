-- What Quarto would do, for the built-in renderer: tables from HTML, numbers and cross-references
-- of figures and tables, content for one format only, landscape pages.

local numbers = {}
local counts = { fig = 0, tbl = 0 }
local names = { fig = "Figure", tbl = "Table" }
local NBSP = "\u{00A0}"

local is_html = FORMAT:match("html") ~= nil
local is_typst = FORMAT == "typst"
local is_docx = FORMAT == "docx"

local function label(id)
  local kind = id:match("^(%a+)-")
  if not names[kind] then return nil end
  if not numbers[id] then
    counts[kind] = counts[kind] + 1
    numbers[id] = names[kind] .. NBSP .. counts[kind]
  end
  return numbers[id]
end

local function with_label(id, inlines)
  local caption = pandoc.Inlines({ pandoc.Str(label(id) .. ":"), pandoc.Space() })
  caption:extend(inlines)
  return caption
end

local function typst(inlines)
  return (pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), "typst"):gsub("%s+$", ""))
end

local function typst_cell(cell, heading)
  local text = typst(pandoc.utils.blocks_to_inlines(cell.contents))
  if heading and text ~= "" then text = "#strong[" .. text .. "]" end
  if cell.col_span > 1 then
    return ("table.cell(colspan: %d)[%s]"):format(cell.col_span, text)
  end
  return "[" .. text .. "]"
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

-- Pandoc repeats a footer on every page and rules off every row; a journal does neither.
local function typst_table(tbl, id, caption)
  local columns = #tbl.colspecs
  local numeric = tbl.classes:includes("numeric")
  local out = pandoc.List()
  local size = columns > 9 and "6.8pt" or columns > 6 and "7.6pt" or "8.6pt"
  local align = {}
  for i = 1, columns do align[i] = (numeric and i > 1) and "right" or "left" end
  out:insert("#figure(kind: table, supplement: none, numbering: none, caption: [" .. typst(caption) .. "])[")
  out:insert("#set text(size: " .. size .. ")")
  out:insert(("#table(columns: %d, align: (%s,),"):format(columns, table.concat(align, ", ")))
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
        out:insert(table.concat(cells, ", ") .. ",")
      end
    end
  end
  out:insert("table.hline(stroke: 0.8pt),")
  out:insert(")")
  for _, row in ipairs(tbl.foot.rows) do
    for _, cell in ipairs(row.cells) do
      out:insert("#note[" .. typst(pandoc.utils.blocks_to_inlines(cell.contents)) .. "]")
    end
  end
  out:insert("] <" .. id .. ">")
  return pandoc.RawBlock("typst", table.concat(out, "\n"))
end

local function align_numbers(tbl)
  if not tbl.classes:includes("numeric") then return end
  for i, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[i] = { i > 1 and pandoc.AlignRight or pandoc.AlignLeft, spec[2] }
  end
end

local function fill_table(div)
  local tbl, caption
  for _, block in ipairs(div.content) do
    if block.t == "RawBlock" and block.format == "html" then
      tbl = pandoc.read(block.text, "html").blocks[1]
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
    align_numbers(tbl)
    strengthen(tbl)
  end
  tbl.caption = { long = { pandoc.Plain(caption) } }
  if not is_html then
    tbl.identifier = div.identifier
    return tbl
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
    return pandoc.RawBlock("typst", ('#figure(kind: image, supplement: none, numbering: none, caption: [%s], image("%s", alt: "%s")) <%s>')
      :format(typst(caption), image.src, quoted, figure.identifier))
  end
  image.attributes["fig-alt"] = nil
  image.attributes["alt"] = alt
  image.caption = { pandoc.Str(alt) }
  if is_docx then image.attributes["width"] = "100%" end
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

local PORTRAIT = '<w:p><w:pPr><w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1304" w:right="1247" w:bottom="1304" w:left="1247" w:header="624" w:footer="624" w:gutter="0"/></w:sectPr></w:pPr></w:p>'
local LANDSCAPE = '<w:p><w:pPr><w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1247" w:right="1304" w:bottom="1247" w:left="1304" w:header="624" w:footer="624" w:gutter="0"/></w:sectPr></w:pPr></w:p>'

local function turn_page(div)
  local blocks = pandoc.Blocks({})
  if is_typst then
    blocks:insert(pandoc.RawBlock("typst", "#page(flipped: true)["))
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("typst", "]"))
  elseif is_docx then
    blocks:insert(pandoc.RawBlock("openxml", PORTRAIT))
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("openxml", LANDSCAPE))
  else
    blocks:extend(div.content)
  end
  return blocks
end

local first = {
  traverse = "topdown",
  Div = function(div)
    if div.classes:includes("content-visible") or div.classes:includes("content-hidden") then
      if shown(div) then return nil end
      return {}, false
    end
    if div.identifier:match("^tbl%-") then return fill_table(div), false end
  end,
  Figure = function(figure)
    if figure.identifier:match("^fig%-") then return fill_figure(figure), false end
  end,
}

local second = {
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
  Div = function(div)
    if div.classes:includes("landscape") then return turn_page(div) end
  end,
  Cite = function(cite)
    local id = cite.citations[1].id
    local kind = id:match("^(%a+)-")
    if not names[kind] then return nil end
    if not numbers[id] then return pandoc.Str("?@" .. id) end
    local text = pandoc.Str(numbers[id])
    if is_typst then return pandoc.RawInline("typst", "#link(<" .. id .. ">)[" .. numbers[id] .. "]") end
    return pandoc.Link({ text }, "#" .. id)
  end,
}

return { first, second }
