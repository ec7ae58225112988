-- What Quarto would do after style/fill.lua, for the built-in renderer: number figures and tables,
-- set their captions, resolve references to them, leave out what is for other formats.

local NBSP = "\u{00A0}"
local NAMES = { fig = "Figure", tbl = "Table" }

local is_html = FORMAT:match("html") ~= nil
local is_typst = FORMAT:match("^typst") ~= nil
local format = is_html and "html" or (is_typst and "typst" or FORMAT)

local labels = {}
local counts = { fig = 0, tbl = 0 }
local prefix = ""

local function kind_of(id)
  local kind = id:match("^(%a+)-")
  return NAMES[kind] and kind
end

local function number(element)
  local kind = kind_of(element.identifier)
  if not kind then return end
  counts[kind] = counts[kind] + 1
  labels[element.identifier] = NAMES[kind] .. NBSP .. prefix .. counts[kind]
end

local function write_typst(blocks)
  return (pandoc.write(pandoc.Pandoc(blocks), "typst-smart"):gsub("%s+$", ""))
end

local function with_label(id, inlines)
  local caption = pandoc.Inlines({ pandoc.Str(labels[id] .. ":"), pandoc.Space() })
  caption:extend(inlines)
  return caption
end

-- As Quarto writes them, so that the same style sheet and the same article.typ serve both.
local function write_float(id, content, caption)
  local kind = kind_of(id)
  if is_typst then
    local out = pandoc.Blocks({ pandoc.RawBlock("typst", "#figure([") })
    out:extend(content)
    out:insert(pandoc.RawBlock("typst", ('], caption: [%s], kind: "quarto-float-%s", supplement: "%s") <%s>')
      :format(write_typst({ pandoc.Plain(caption) }), kind, NAMES[kind], id)))
    return out
  end
  local head = ('<div id="%s" class="quarto-float">\n<figure class="quarto-float quarto-float-%s">'):format(id, kind)
  local legend = pandoc.Blocks({
    pandoc.RawBlock("html", ('<figcaption id="%s-caption">'):format(id)),
    pandoc.Plain(with_label(id, caption)),
    pandoc.RawBlock("html", "</figcaption>"),
  })
  local body = pandoc.Blocks({ pandoc.RawBlock("html", ('<div aria-describedby="%s-caption">'):format(id)) })
  body:extend(content)
  body:insert(pandoc.RawBlock("html", "</div>"))
  local out = pandoc.Blocks({ pandoc.RawBlock("html", head) })
  out:extend(kind == "tbl" and legend or body)
  out:extend(kind == "tbl" and body or legend)
  out:insert(pandoc.RawBlock("html", "</figure></div>"))
  return out
end

local function write_table(div)
  local content = pandoc.Blocks(div.content)
  local caption = content:remove(#content).content
  if is_html or is_typst then return write_float(div.identifier, content, caption) end
  local tbl = content[1]
  tbl.identifier = div.identifier
  tbl.caption = { long = { pandoc.Plain(with_label(div.identifier, caption)) } }
  return tbl
end

local function write_figure(figure)
  local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
  local image
  figure:walk({ Image = function(found) image = found end })
  local alt = image.attributes["fig-alt"] or pandoc.utils.stringify(caption)
  local width = image.attributes["width"] or "100%"
  if is_typst then
    local quoted = alt:gsub("\\", "\\\\"):gsub('"', '\\"')
    local raw = ('#box(width: %s, image("%s", alt: "%s"))'):format(width, image.src, quoted)
    return write_float(figure.identifier, { pandoc.RawBlock("typst", raw) }, caption)
  end
  image.attributes = { alt = alt, width = not is_html and width or nil }
  image.caption = { pandoc.Str(alt) }
  if is_html then
    return write_float(figure.identifier, { pandoc.Plain({ image }) }, caption)
  end
  figure.attributes["fig-alt"] = nil
  figure.content = { pandoc.Plain({ image }) }
  figure.caption = { long = { pandoc.Plain(with_label(figure.identifier, caption)) } }
  return figure
end

local function refer(cite)
  local id = cite.citations[1].id
  if not kind_of(id) then return nil end
  if not labels[id] then return pandoc.Str("?@" .. id) end
  return pandoc.Link({ pandoc.Str(labels[id]) }, "#" .. id)
end

local function shown(element)
  local wanted, unwanted = element.attributes["when-format"], element.attributes["unless-format"]
  local matches = (not wanted or wanted == format) and (not unwanted or unwanted ~= format)
  if element.classes:includes("content-hidden") then return not matches end
  return matches
end

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

local floats = {
  traverse = "topdown",
  Div = function(div)
    if div.identifier:match("^tbl%-") then return write_table(div), false end
  end,
  Figure = function(figure)
    if figure.identifier:match("^fig%-") then return write_figure(figure), false end
  end,
}

function Pandoc(doc)
  prefix = doc.meta.numbering and pandoc.utils.stringify(doc.meta.numbering) or ""
  doc = doc:walk(before)
  doc = doc:walk({ Cite = refer })
  doc.blocks = doc.blocks:walk(floats)
  -- Pandoc's Word writer takes names only; what else is known of authors is added to its file.
  doc.meta.author = doc.meta["by-author"]:map(function(author) return author.name.literal end)
  return doc
end
