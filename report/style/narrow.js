// Show the results whose names hold all the words typed; without a script the page shows all.
(() => {
  const field = document.getElementById("narrow");
  const shown = document.getElementById("shown");
  const sections = [...document.querySelectorAll("section")].map((section) => ({
    section,
    rows: [...section.querySelectorAll("tbody tr")],
  }));
  const narrow = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { section, rows } of sections) {
      let any = false;
      for (const row of rows) {
        row.hidden = !words.every((word) => row.id.includes(word));
        if (!row.hidden) count += 1;
        any ||= !row.hidden;
      }
      section.hidden = !any;
    }
    shown.textContent = words.length ? `${count} results` : "";
  };
  field.addEventListener("input", narrow);
  // A link from the article leads to a row that has to be there.
  window.addEventListener("hashchange", () => {
    field.value = "";
    narrow();
  });
  field.closest("p").hidden = false;
})();
