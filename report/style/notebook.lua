-- Executed notebooks as pages: what a screen reader needs, and no terminal colours.

function Image(image)
  image.attributes["alt"] = "Drawn by the cell above; the article describes this figure."
  image.caption = {}
  return image
end

function Div(div)
  -- A wide output scrolls, and the keyboard must reach it.
  if div.classes:includes("output") then
    div.attributes["tabindex"] = "0"
    div.attributes["role"] = "group"
    div.attributes["aria-label"] = "Output"
    return div
  end
end

function CodeBlock(block)
  block.text = block.text:gsub("\27%[[%d;]*m", "")
  block.attributes["tabindex"] = "0"
  return block
end

-- The corner that pandas leaves empty is no heading of anything.
function RawBlock(block)
  if block.format == "html" then
    block.text = block.text:gsub("<th></th>", "<td></td>")
    return block
  end
end
