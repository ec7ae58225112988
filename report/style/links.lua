-- In HTML every printed result is a link to its row of the results page; elsewhere it is plain text,
-- and numbers of tables get the spaces that a style sheet gives them there.
-- Used by both renderers.

local function unwrap(span)
  return span.content
end

local function link(span)
  local id = span.attributes["result"] or span.attributes["data-result"]
  if not id then return nil end
  span.content = { pandoc.Link(span.content, "results.html#" .. id, "", pandoc.Attr("", { "result-link" })) }
  return span
end

function Span(span)
  if span.classes:includes("result") then
    if FORMAT:match("html") then return link(span) end
    return unwrap(span)
  end
  if span.classes:includes("constant") and not FORMAT:match("html") then return unwrap(span) end
end

function Table(tbl)
  if FORMAT:match("html") then return nil end
  local function pad(row)
    for _, cell in ipairs(row.cells) do
      local spaces = cell.attr.attributes["pad"] or cell.attr.attributes["data-pad"]
      if spaces then
        local inlines = pandoc.utils.blocks_to_inlines(cell.contents)
        inlines:insert(1, pandoc.Str(spaces))
        cell.contents = { pandoc.Plain(inlines) }
      end
    end
    return row
  end
  tbl.bodies = tbl.bodies:map(function(body)
    body.body = body.body:map(pad)
    return body
  end)
  return tbl
end
