// A click on a figure, or the Enter key, shows it as large as the window; Escape closes it again.
(() => {
  const dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  dialog.setAttribute("aria-label", "Enlarged figure");
  const close = document.createElement("button");
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  const large = document.createElement("img");
  dialog.append(close, large);
  document.body.append(dialog);
  for (const image of document.querySelectorAll("figure img")) {
    const button = document.createElement("button");
    button.className = "enlarge";
    button.setAttribute("aria-label", "Enlarge the figure");
    image.replaceWith(button);
    button.append(image);
    button.addEventListener("click", () => {
      large.src = image.src;
      large.alt = image.alt;
      dialog.showModal();
    });
  }
})();
