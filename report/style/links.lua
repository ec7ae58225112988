-- In HTML every printed result is a link to its trail, and what stands in the
-- other document a link to it; elsewhere both are plain text. A sentence that the data leave out
-- leaves no space. Used by both renderers.

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

local function is_space(inline)
  return inline ~= nil and (inline.t == "Space" or inline.t == "SoftBreak")
end

function Para(para)
  local kept = pandoc.Inlines({})
  for _, inline in ipairs(para.content) do
    local empty = inline.t == "Str" and inline.text == ""
    local doubled = is_space(inline) and (#kept == 0 or is_space(kept[#kept]))
    if not empty and not doubled then kept:insert(inline) end
  end
  if is_space(kept[#kept]) then kept:remove() end
  if #kept < #para.content then return pandoc.Para(kept) end
end

-- The texts for Quarto's own shortcode, and what they cite, are no part of a document.
function Meta(meta)
  meta["_quarto-vars"] = nil
  return meta
end
