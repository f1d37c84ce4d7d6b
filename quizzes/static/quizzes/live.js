/* The room looks again by itself, and time runs. Without this script a reload does the same.

   htmx asks; this says what the page has already (so that a server on which nothing has changed
   answers with nothing), stops it while somebody has paused it or looks elsewhere, and takes no
   other page (a sign-in) for rows. Nothing here is spoken: what changes by itself would never end. */

const line = document.querySelector("[data-checked]");
const pause = document.querySelector("[data-pause]");
const room = document.querySelector("[data-room]");
const rows = () => document.getElementById("room-rows");
const clock = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: line.dataset.zone });
let checked = clock();
let since = performance.now();
let paused = false;
let failed = false;

function say() {
  const words = paused ? line.dataset.paused : failed ? line.dataset.failed : line.dataset.ok;
  line.textContent = words.replace("{time}", checked);
  line.classList.toggle("bad", failed && !paused);
}

/* By the hour and the minute; by the second in the last five minutes. */
function remaining(seconds) {
  const minutes = Math.ceil(seconds / 60);
  if (minutes >= 120) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  if (seconds >= 300) return `${minutes} min`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick() {
  const gone = (performance.now() - since) / 1000;
  for (const cell of document.querySelectorAll("[data-left]")) {
    const text = remaining(Math.max(0, Math.round(Number(cell.dataset.left) - gone)));
    if (cell.textContent !== text) cell.textContent = text;
  }
}

if (room && window.htmx) {
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", paused);
    say();
    if (!paused) window.htmx.ajax("GET", room.getAttribute("hx-get"), { source: room, target: "#room-rows", swap: "outerHTML" });
  });
  room.addEventListener("htmx:configRequest", (event) => {
    if (paused || document.hidden) return event.preventDefault();
    event.detail.headers["If-None-Match"] = `"${rows().dataset.tag}"`;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const ours = xhr.status === 200 && xhr.getResponseHeader("ETag");
    failed = !ours && xhr.status !== 304;
    if (!failed) checked = clock();
    event.detail.shouldSwap = Boolean(ours) && !paused;
    event.detail.isError = false;
    if (event.detail.shouldSwap) since = performance.now();
    say();
  });
  for (const trouble of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(trouble, () => { failed = true; say(); });
  }
  document.addEventListener("htmx:afterSwap", tick);
  say();
}
setInterval(tick, 1000);
tick();
