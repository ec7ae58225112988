-- Before a renderer's own filters, alike for Quarto and the built-in renderer: put the tables into
-- their places, give figures their alternative texts and captions their mark, number the sections
-- of the supplement, and name what stands in the other document.

package.path = pandoc.path.join({ pandoc.path.directory(PANDOC_SCRIPT_FILE), "?.lua;" }) .. package.path
local tables = require("tables")

local NBSP = "\u{00A0}"

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

-- `::: {#tbl-name}` with nothing but a caption gets the table of that name; whether it needs a turned
-- page is told beside it.
local function fill_table(div, mark, floats)
  local last = div.content[#div.content]
  if not last or (last.t ~= "Para" and last.t ~= "Plain") then
    error("the table " .. div.identifier .. " does not end with its caption")
  end
  last.content = mark_caption(last.content, mark)
  if #div.content > 1 then return div end
  local name = div.identifier:gsub("^tbl%-", ""):gsub("%-", "_")
  local html = read_file("_generated/tables/" .. name .. ".html")
  if html then
    local filled, turned = tables.convert(html, text_of(last.content), floats)
    div.content:insert(1, filled)
    return div, turned
  end
  local words = read_file("_prepared/tables/" .. name .. ".md")
  if not words then error("there is no table " .. name) end
  div.content:insert(1, tables.head_rows(pandoc.read(words, "markdown").blocks[1]))
  return div
end

-- `::: {words="key"}` gets the paragraphs or the list of that key.
local function fill_words(div)
  local key = div.attributes["words"]
  local words = read_file("_prepared/words/" .. key .. ".md")
  if not words then error("there are no words " .. key) end
  return pandoc.read(words, "markdown").blocks
end

-- On paper, a table of the article may float as a whole; one of the supplement follows the text,
-- and asks for room for its caption and first rows, or else the next page.
local function place_table(div, turned, floats)
  if not FORMAT:match("^typst") then return div end
  if turned then
    return { pandoc.RawBlock("typst", "#page(flipped: true)["), div, pandoc.RawBlock("typst", "]") }
  end
  if floats then
    local rule = '#[\n#show figure.where(kind: "quarto-float-tbl"): set figure(placement: auto)'
    return { pandoc.RawBlock("typst", rule), div, pandoc.RawBlock("typst", "]") }
  end
  local room = "#block(height: 9em, above: 0pt, below: 0pt, breakable: false)\n#v(-9em)"
  return { pandoc.RawBlock("typst", room), div }
end

local function fill_figure(figure, mark)
  local image
  figure:walk({ Image = function(found) image = found end })
  local described = image and read_file((image.src:gsub("%.%a+$", "")) .. ".txt")
  local alt = described and described:gsub("%s+$", "")
  figure = figure:walk({
    Image = function(found)
      found.caption = mark_caption(found.caption, mark)
      if alt then found.attributes["fig-alt"] = alt end
      -- Widths are shares of a sheet of paper; on a screen a figure takes all the room it has.
      if FORMAT:match("html") then found.attributes["width"] = nil end
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
  return blocks:walk({
    Header = function(header)
      if header.level ~= 1 or header.classes:includes("unnumbered") then return nil end
      count = count + 1
      header.content:insert(1, pandoc.Str(prefix .. count .. NBSP .. NBSP))
      return header
    end,
  })
end

-- On paper, figures and tables stay within their section.
local function hold_floats(blocks)
  return blocks:walk({
    Header = function(header)
      if header.level == 1 then return { pandoc.RawBlock("typst", "#place.flush()"), header } end
    end,
  })
end

-- What the margin of a page leads to: the other document, the other formats, the results.
local function list_elsewhere(meta, document)
  local other = document == "index" and { "supplement", "Supplement" } or { "index", "Article" }
  local found = {
    { href = other[1] .. ".html", title = other[2] },
    { href = document .. ".docx", title = "Word" },
    { href = document .. ".pdf", title = "PDF" },
    { href = "results.html", title = "All results" },
  }
  for _, notebook in ipairs(meta.notebooks or {}) do table.insert(found, notebook) end
  meta.elsewhere = found
end

-- Word has no place for them of its own.
local function print_keywords(meta)
  if FORMAT ~= "docx" or not meta.abstract or not meta.keywords then return end
  local words = pandoc.Inlines({ pandoc.Strong({ pandoc.Str("Keywords:") }), pandoc.Space() })
  for i, keyword in ipairs(meta.keywords) do
    if i > 1 then words:extend({ pandoc.Str(","), pandoc.Space() }) end
    words:extend(pandoc.Inlines(keyword))
  end
  meta.abstract = pandoc.Blocks(meta.abstract) .. { pandoc.Para(words) }
end

local function name_page(meta)
  local words = text_of(meta.title)
  if meta.numbering then words = words .. ": " .. text_of(meta.part) end
  -- Inlines are escaped by the writer, a string would be taken for markup.
  meta.pagetitle = pandoc.Inlines({ pandoc.Str(words) })
end

-- What the page says in attributes, which have quotes around them that the writer does not escape.
local function write_attributes(meta)
  if not FORMAT:match("html") then return end
  local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
  local function attribute(words)
    return pandoc.Inlines({ pandoc.RawInline("html", (words:gsub('[&<>"]', escapes))) })
  end
  local names = pandoc.List(meta.author or {}):map(function(author) return text_of(author.name) end)
  local words = pandoc.List(meta.keywords or {}):map(text_of)
  meta.attributes = {
    authors = names:map(attribute),
    description = attribute(text_of(meta["description-meta"])),
    keywords = attribute(table.concat(words, ", ")),
  }
end

-- Quarto has no prefix for numbers, but kinds of its own naming: "Table S", then the number. In
-- Typst article.typ sets the prefix.
local function name_kinds(meta, prefix)
  if FORMAT:match("^typst") then return end
  local options = { custom = pandoc.List() }
  for kind, name in pairs({ fig = "Figure", tbl = "Table" }) do
    local title = pandoc.MetaInlines({ pandoc.Str(name .. NBSP .. prefix) })
    options[kind .. "-title"] = title
    options[kind .. "-prefix"] = title
    options.custom:insert({
      kind = "float",
      key = kind,
      ["reference-prefix"] = title,
      ["caption-location"] = kind == "tbl" and "top" or "bottom",
      ["space-before-numbering"] = false,
    })
  end
  meta.crossref = options
end

function Pandoc(doc)
  local mark = text_of(doc.meta.mark)
  local labels = doc.meta.labels or {}
  local document = pandoc.path.split_extension(pandoc.path.filename(PANDOC_STATE.output_file))
  local prefix = text_of(doc.meta.numbering)
  doc.blocks = doc.blocks:walk({
    traverse = "topdown",
    Div = function(div)
      if div.attributes["words"] then return fill_words(div), false end
      if not div.identifier:match("^tbl%-") then return nil end
      local filled, turned = fill_table(div, mark, prefix == "")
      return place_table(filled, turned, prefix == ""), false
    end,
    Figure = function(figure)
      if figure.identifier:match("^fig%-") then return fill_figure(figure, mark), false end
    end,
  })
  local function referring(cite) return refer(cite, labels, document) end
  doc.blocks = doc.blocks:walk({ Cite = referring })
  name_page(doc.meta)
  write_attributes(doc.meta)
  list_elsewhere(doc.meta, document)
  print_keywords(doc.meta)
  if FORMAT:match("^typst") then doc.blocks = hold_floats(doc.blocks) end
  if prefix ~= "" then
    doc.blocks = number_sections(doc.blocks, prefix)
    name_kinds(doc.meta, prefix)
  end
  return doc
end
