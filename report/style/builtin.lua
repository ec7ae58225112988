-- What Quarto would do, for the built-in renderer: tables from HTML, numbers and cross-references
-- of figures and tables, content for one format only.

package.path = pandoc.path.join({ pandoc.path.directory(PANDOC_SCRIPT_FILE), "?.lua;" }) .. package.path
local widths = require("widths")
local typst = require("typst_table")

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

local function refer(cite)
  local id = cite.citations[1].id
  local kind = id:match("^(%a+)-")
  if not names[kind] then return nil end
  if not label(id) then return pandoc.Str("?@" .. id) end
  return pandoc.Link({ pandoc.Str(label(id)) }, "#" .. id)
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

local function set_columns(tbl)
  local found, total = widths.fit(tbl, 105)
  for i = 1, #tbl.colspecs do tbl.colspecs[i] = { pandoc.AlignLeft, found[i] / total } end
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
  if is_typst then return typst.write(tbl, div.identifier, caption, is_group) end
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
      :format(typst.write_inlines(caption), image.src, width, quoted, figure.identifier))
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
