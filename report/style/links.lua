-- In HTML every printed result is a link to its trail, and what stands in the
-- other document a link to it; elsewhere both are plain text. Used by both renderers.

local is_html = FORMAT:match("html") ~= nil

local function link(span, target, class)
  span.content = { pandoc.Link(span.content, target, "", pandoc.Attr("", { class })) }
  return span
end

function Span(span)
  local classes = span.classes
  if not (classes:includes("result") or classes:includes("constant") or classes:includes("elsewhere")) then
    return nil
  end
  local page = span.attributes["page"] or span.attributes["data-page"]
  local name = pandoc.path.split_extension(pandoc.path.filename(PANDOC_STATE.output_file))
  local place = page and page:match("^" .. name .. "%.html(#.+)$")
  if place then return pandoc.Link(span.content, place) end
  if not is_html then return span.content end
  local result = span.attributes["result"] or span.attributes["data-result"]
  if result then
    return link(span, "trail/" .. result:match("^[^.]+") .. ".html#" .. result, "result-link")
  end
  if page then return pandoc.Link(span.content, page) end
end

-- The texts for Quarto's own shortcode, and what they cite, are no part of a document.
function Meta(meta)
  meta["_quarto-vars"] = nil
  return meta
end
