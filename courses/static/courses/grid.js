/* The arrow keys go from mark to mark in a table whose marks are links. Without this script the tab
   key does, one after the other. */

const KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

for (const table of document.querySelectorAll("table.grid")) {
  table.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    const cell = event.target.closest("td, th");
    if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const rtl = getComputedStyle(table).direction === "rtl" ? -1 : 1;
    let row = cell.parentElement.rowIndex;
    let column = cell.cellIndex;
    for (;;) {
      row += step[0];
      column += step[1] * rtl;
      const next = table.rows[row]?.cells[column];
      if (!next) return; // the edge: the page scrolls as ever
      const link = next.querySelector("a");
      if (!link) continue; // a total is no link: go on to the next cell that is
      event.preventDefault();
      link.focus();
      return;
    }
  });
}
