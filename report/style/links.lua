-- In HTML every printed result is a link to its row of the results page; elsewhere it is plain text.
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
