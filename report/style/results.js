// Show where a printed number comes from, on hover and on keyboard focus; Escape hides it.
(() => {
  const known = JSON.parse(document.getElementById("results-data").textContent);
  const note = document.createElement("div");
  note.className = "result-note";
  note.id = "result-note";
  note.setAttribute("role", "tooltip");
  note.hidden = true;
  document.body.append(note);
  let owner = null;
  const hide = () => {
    note.hidden = true;
    if (owner) owner.removeAttribute("aria-describedby");
    owner = null;
  };
  const show = (link) => {
    const id = link.getAttribute("href").split("#")[1];
    const told = known[id];
    if (!told) return;
    if (owner && owner !== link) owner.removeAttribute("aria-describedby");
    note.replaceChildren();
    const name = document.createElement("code");
    name.textContent = id;
    note.append(name);
    for (const line of told) {
      note.append(document.createElement("br"), document.createTextNode(line));
    }
    note.hidden = false;
    owner = link;
    link.setAttribute("aria-describedby", "result-note");
    const box = link.getBoundingClientRect();
    const left = Math.min(box.left, document.documentElement.clientWidth - note.offsetWidth - 8);
    note.style.left = `${Math.max(8, left) + window.scrollX}px`;
    note.style.top = `${box.bottom + window.scrollY + 2}px`;
  };
  const linkOf = (event) => event.target.closest?.("a.result-link");
  document.addEventListener("pointerover", (event) => {
    const link = linkOf(event);
    if (link) show(link);
    else if (!note.contains(event.target) && document.activeElement !== owner) hide();
  });
  document.addEventListener("focusin", (event) => (linkOf(event) ? show(linkOf(event)) : hide()));
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();
