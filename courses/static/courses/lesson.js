/* Reading aids of a lesson. Without this script every link still leads to the list it names. */

const lesson = document.querySelector(".lesson");

// --- Paragraph anchors -------------------------------------------------------------------------

for (const paragraph of lesson.querySelectorAll(".prose p[id]:not(.callout-title)")) {
  const link = document.createElement("a");
  link.className = "anchor";
  link.href = `#${paragraph.id}`;
  link.textContent = "¶";
  link.setAttribute("aria-label", "Link to this paragraph");
  paragraph.append(link);
}

// --- Contents: the heading that is being read --------------------------------------------------

const entries = new Map();
for (const link of lesson.querySelectorAll(".contents a")) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) entries.set(heading, link);
}
if (entries.size) {
  let waiting = false;
  const mark = () => {
    waiting = false;
    let current = null;
    for (const [heading, link] of entries) {
      if (heading.getBoundingClientRect().top > innerHeight * 0.3) break;
      current = link;
    }
    for (const link of entries.values()) {
      if (link === current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  };
  const soon = () => { if (!waiting) { waiting = true; requestAnimationFrame(mark); } };
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon, { passive: true });
  mark();
}

// --- The lesson's sources and terms: fetched once, when first asked for or nearly reached --------

const place = lesson.querySelector("[data-apparatus]");
let lists = null;

function apparatus() {
  lists ??= (async () => {
    const response = await fetch(place.querySelector("a").href, { headers: { "HX-Request": "true" } });
    if (!response.ok || response.redirected) throw new Error("no lists");
    const box = document.createElement("template");
    box.innerHTML = await response.text();
    place.replaceChildren(box.content);
  })();
  lists.catch(() => { lists = null; }); // the next one who asks tries again
  return lists;
}

if (place) {
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    apparatus().catch(() => { /* the link to the lists still stands there */ });
  }, { rootMargin: "400px" }).observe(place);
}

// --- Pop-overs: a source, a term or a note without leaving the line ----------------------------

const GAP = 8;
const beside = matchMedia("(min-width: 48rem)");
const inMargin = matchMedia("(min-width: 80rem)");
const pop = document.createElement("div");
pop.className = "pop";
pop.popover = "auto";
pop.tabIndex = -1;
pop.setAttribute("role", "dialog");
document.body.append(pop);

function put(link) {
  pop.style.removeProperty("inset-inline-start");
  pop.style.removeProperty("inset-block-start");
  if (!beside.matches) return; // a sheet at the foot of the screen
  const word = link.getClientRects()[0];
  const box = pop.getBoundingClientRect();
  const room = document.documentElement.clientWidth;
  const left = Math.max(GAP, Math.min(word.left, room - box.width - GAP));
  const below = word.bottom + GAP;
  const top = below + box.height > innerHeight && word.top > box.height + GAP ? word.top - box.height - GAP : below;
  pop.style.left = `${left + scrollX}px`;
  pop.style.top = `${top + scrollY}px`;
}

function show(link, source) {
  const body = document.createElement("div");
  if (source.tagName === "DT") {
    const title = document.createElement("p");
    title.append(Object.assign(document.createElement("b"), { textContent: source.textContent }));
    body.append(title, ...source.nextElementSibling.cloneNode(true).childNodes);
  } else {
    body.append(...source.cloneNode(true).childNodes);
  }
  for (const inner of body.querySelectorAll("[id]")) inner.removeAttribute("id");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.textContent = "×";
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => pop.hidePopover());
  pop.setAttribute("aria-label", link.getAttribute("aria-label") || link.textContent);
  const parts = [close];
  if (link.className === "cite") {
    const head = document.createElement("p");
    head.className = "meta";
    head.textContent = link.textContent;
    body.querySelector("b")?.remove(); // the label is in the head already, with its locator
    parts.push(head);
  }
  pop.replaceChildren(...parts, body);
  pop.showPopover({ source: link });
  put(link);
  pop.focus({ preventScroll: true });
}

lesson.addEventListener("click", async (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a.cite, a.term, a.sidenote-ref");
  if (!link || !("popover" in pop)) return;
  const note = link.className === "sidenote-ref";
  if (note && inMargin.matches) return; // it stands beside the line
  event.preventDefault();
  const entry = () => document.getElementById(decodeURIComponent(link.hash.slice(1)));
  try {
    if (!note && place) await apparatus();
    show(link, entry());
  } catch {
    location.assign(link.href); // where the lists stand on a page of their own
  }
});

// --- Paragraph anchors: pressing one copies its address ----------------------------------------

const said = document.createElement("p");
said.className = "copied";
said.setAttribute("role", "status");
document.body.append(said);
let fade = 0;

lesson.addEventListener("click", async (event) => {
  const link = event.target.closest("a.anchor");
  if (!link || !navigator.clipboard) return;
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    return; // the address bar shows it all the same
  }
  said.textContent = "Link copied";
  clearTimeout(fade);
  fade = setTimeout(() => { said.textContent = ""; }, 2500);
});
