/* Counts the words of a text while it is written; without it the page says how many are asked for. */

for (const area of document.querySelectorAll("textarea[data-words]")) {
  const line = document.getElementById(area.dataset.words);
  const { least, most } = line.dataset;
  const show = () => {
    const count = area.value.split(/\s+/).filter(Boolean).length;
    const text = `${count} words so far; ${least} to ${most} are asked for.`;
    if (line.textContent !== text) line.textContent = text;
  };
  area.addEventListener("input", show);
  // What the browser has kept is filled in by another script, a moment later.
  addEventListener("load", show);
  show();
}
