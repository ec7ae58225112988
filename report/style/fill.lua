-- Before a renderer's own filters, alike for Quarto and the built-in renderer: put the tables into
-- their places, give figures their alternative texts and captions their mark, number the sections
-- of the supplement, and name what stands in the other document.

package.path = pandoc.path.join({ pandoc.path.directory(PANDOC_SCRIPT_FILE), "?.lua;" }) .. package.path
local tables = require("tables")

local NBSP = "\u{00A0}"
-- No document has more tables or figures.
local MOST = 99

local function text_of(value)
  return value and pandoc.utils.stringify(value) or ""
end

local function read_file(path)
  local file = io.open(path)
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local function mark_caption(inlines, mark)
  if mark == "" then return inlines end
  local marked = pandoc.Inlines({ pandoc.Strong({ pandoc.Str(mark .. ".") }), pandoc.Space() })
  marked:extend(inlines)
  return marked
end

-- `::: {#tbl-name}` with nothing but a caption gets the table of that name.
local function fill_table(div, mark)
  local last = div.content[#div.content]
  if not last or (last.t ~= "Para" and last.t ~= "Plain") then
    error("the table " .. div.identifier .. " does not end with its caption")
  end
  last.content = mark_caption(last.content, mark)
  if #div.content > 1 then return div end
  local name = div.identifier:gsub("^tbl%-", ""):gsub("%-", "_")
  local html = read_file("_generated/tables/" .. name .. ".html")
  if html then
    div.content:insert(1, tables.convert(html, text_of(last.content)))
    return div
  end
  local words = read_file("_prepared/tables/" .. name .. ".md")
  if not words then error("there is no table " .. name) end
  div.content:insert(1, tables.head_rows(pandoc.read(words, "markdown").blocks[1]))
  return div
end

local function fill_figure(figure, mark)
  local image
  figure:walk({ Image = function(found) image = found end })
  local described = image and read_file(image.src .. ".txt")
  local alt = described and described:gsub("%s+$", "")
  figure = figure:walk({
    Image = function(found)
      found.caption = mark_caption(found.caption, mark)
      if alt then found.attributes["fig-alt"] = alt end
      return found
    end,
  })
  local plain = figure.caption.long[1]
  if plain then
    plain.content = mark_caption(plain.content, mark)
    figure.caption.long = { plain }
  end
  if alt then figure.attributes["fig-alt"] = alt end
  return figure
end

-- What stands in the other document is named, and led to where that can be.
local function refer(cite, labels, document)
  local label = labels[cite.citations[1].id]
  if not label or #cite.citations > 1 then return nil end
  local elsewhere = text_of(label.document) ~= document
  -- Sections are led to by us, since only we know their numbers.
  if not elsewhere and not cite.citations[1].id:match("^sec%-") then return nil end
  local words = pandoc.Inlines(text_of(label.text))
  local target = "#" .. cite.citations[1].id
  if not elsewhere then return pandoc.Link(words, target) end
  local page = text_of(label.document) .. ".html"
  return pandoc.Span(words, pandoc.Attr("", { "elsewhere" }, { { "page", page .. target } }))
end

local function number_sections(blocks, prefix)
  local count = 0
  return blocks:map(function(block)
    if block.t == "Header" and block.level == 1 and not block.classes:includes("unnumbered") then
      count = count + 1
      local numbered = pandoc.Inlines({ pandoc.Str(prefix .. count .. NBSP .. NBSP) })
      numbered:extend(block.content)
      block.content = numbered
    end
    return block
  end)
end

-- Quarto takes a list of labels for numbers; the built-in renderer follows.
local function list_labels(prefix)
  local labels = pandoc.List()
  for i = 1, MOST do labels:insert(pandoc.MetaInlines({ pandoc.Str(prefix .. i) })) end
  return pandoc.MetaList(labels)
end

function Pandoc(doc)
  local mark = text_of(doc.meta.mark)
  local labels = doc.meta.labels or {}
  local document = text_of(doc.meta.document)
  local prefix = text_of(doc.meta.numbering)
  doc.blocks = doc.blocks:walk({
    traverse = "topdown",
    Div = function(div)
      if div.identifier:match("^tbl%-") then return fill_table(div, mark), false end
    end,
    Figure = function(figure)
      if figure.identifier:match("^fig%-") then return fill_figure(figure, mark), false end
    end,
  })
  local function referring(cite) return refer(cite, labels, document) end
  doc.blocks = doc.blocks:walk({ Cite = referring })
  if prefix ~= "" then
    doc.blocks = number_sections(doc.blocks, prefix)
    doc.meta.crossref = { ["fig-labels"] = list_labels(prefix), ["tbl-labels"] = list_labels(prefix) }
  end
  return doc
end
