/* The arrow keys go from mark to mark in a table whose marks are links, and the tab key stops at one
   of them only: a class has thousands. Without this script the tab key goes through all. */

const KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

for (const table of document.querySelectorAll("table.grid")) {
  let stop = null;
  for (const link of table.querySelectorAll("tbody td a")) {
    if (stop) link.tabIndex = -1;
    else stop = link;
  }
  table.addEventListener("focusin", (event) => {
    if (!event.target.matches("tbody td a")) return;
    stop.tabIndex = -1;
    stop = event.target;
    stop.tabIndex = 0;
  });
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
