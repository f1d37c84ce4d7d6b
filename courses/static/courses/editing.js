/* The preview beside a text in the admin: asked for a moment after the last key, drawn in a frame
   that has the site's own style. Whatever keeps it from coming is said; nothing typed is touched. */

const PAUSE = 350; // milliseconds after the last key
const PATIENCE = 10_000;

class Preview {
  constructor(box) {
    this.box = box;
    this.say = box.dataset;
    this.text = box.querySelector("textarea");
    this.form = this.text.form;
    this.pane = box.querySelector("[data-preview]");
    this.status = box.querySelector("[data-status]");
    this.again = box.querySelector("[data-again]");
    this.checks = box.querySelector("[data-checks]");
    this.frame = box.querySelector("iframe");
    this.along = this.say.along.split(" ").filter(Boolean);
    this.page = this.openPage();
    this.again.addEventListener("click", () => this.ask());
    this.checks.addEventListener("click", (event) => this.goToLine(event.target.dataset.line));
    this.form.addEventListener("input", (event) => this.later(event));
    this.form.addEventListener("change", (event) => this.later(event));
    this.pane.hidden = false;
    this.ask();
  }

  /** Fill the frame with an empty page in the site's style, and give the place for the text. */
  openPage() {
    const page = this.frame.contentDocument;
    const style = Object.assign(page.createElement("link"), { rel: "stylesheet", href: this.frame.dataset.style });
    const place = Object.assign(page.createElement("div"), { className: "wrap prose flow" });
    const main = page.createElement("main");
    main.append(place);
    page.head.append(style);
    page.body.append(main);
    page.documentElement.lang = document.documentElement.lang;
    page.title = this.frame.title;
    // Links of the text lead out of this page, so they open elsewhere; marks in it stay inside.
    page.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (!link) return;
      event.preventDefault();
      const mark = link.getAttribute("href");
      if (mark.startsWith("#")) page.getElementById(mark.slice(1))?.scrollIntoView();
      else window.open(link.href, "_blank", "noopener");
    });
    // A question in the preview is to be looked at: its buttons must not leave the frame.
    page.addEventListener("submit", (event) => event.preventDefault());
    return { root: page.documentElement, place };
  }

  later(event) {
    if (event.target !== this.text && !this.along.includes(event.target.name)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    this.running?.abort();
    const running = (this.running = new AbortController());
    const data = new FormData();
    data.set("kind", this.say.kind);
    data.set("text", this.text.value);
    for (const name of this.along) data.set(`with_${name}`, this.form.elements[name]?.value ?? "");
    const timer = setTimeout(() => running.abort("slow"), PATIENCE);
    this.pane.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.say.address, {
        method: "POST",
        body: data,
        headers: { "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value },
        redirect: "manual",
        signal: running.signal,
      });
      if (answer.type === "opaqueredirect") return this.fail(this.say.saySignedOut);
      const html = answer.ok ? await answer.text() : "";
      const found = new DOMParser().parseFromString(html, "text/html").querySelector("[data-preview-answer]");
      if (!found) return this.fail(this.say.sayRefused.replace("{status}", answer.status));
      this.show(found);
    } catch {
      if (this.running !== running) return; // a newer question is on its way
      this.fail(running.signal.reason === "slow" ? this.say.saySlow : this.say.sayOffline);
    } finally {
      clearTimeout(timer);
      if (this.running === running) this.pane.removeAttribute("aria-busy");
    }
  }

  show(answer) {
    this.again.hidden = true;
    this.pane.classList.remove("failed");
    this.checks.replaceChildren(...answer.querySelector("[data-checks]").childNodes);
    this.page.place.replaceChildren(...answer.querySelector("[data-page]").childNodes);
    const count = this.checks.querySelector(".editing-count")?.textContent ?? "";
    this.announce(count || this.say.sayReady);
    this.status.classList.toggle("visually-hidden", Boolean(count));
    this.text.toggleAttribute("data-faulty", Boolean(count));
  }

  fail(sentence) {
    this.again.hidden = false;
    this.pane.classList.add("failed");
    this.status.classList.remove("visually-hidden");
    this.announce(sentence);
  }

  /** A live region that is set to what it says already would be read out again. */
  announce(sentence) {
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
  }

  goToLine(line) {
    if (!line) return;
    const lines = this.text.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    this.text.setSelectionRange(start, start + lines[line - 1].length);
    this.text.blur(); // focusing anew is what scrolls to the selection
    this.text.focus();
  }
}

const previews = [...document.querySelectorAll("[data-editing]")].map((box) => new Preview(box));

// The admin has its own switch between light and dark; the pages in the frames follow it.
function followScheme() {
  const theme = document.documentElement.dataset.theme;
  for (const { page } of previews) {
    if (theme === "light" || theme === "dark") page.root.dataset.scheme = theme;
    else delete page.root.dataset.scheme;
  }
}
new MutationObserver(followScheme).observe(document.documentElement, { attributeFilter: ["data-theme"] });
followScheme();

// Leaving with unsaved work asks first.
const form = previews[0]?.form;
let touched = false;
form?.addEventListener("input", () => { touched = true; });
form?.addEventListener("submit", () => { touched = false; });
addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });

// The admin's tables of rows begin with a column that has no name.
for (const head of document.querySelectorAll("thead th:empty")) {
  const name = document.createElement("span");
  name.className = "visually-hidden";
  name.textContent = head.closest("fieldset").querySelector("h2, h3")?.textContent.trim();
  head.append(name);
}

// A table that does not fit stacks the fields of each row (editing.css), each below its column's name.
for (const frame of document.querySelectorAll(".inline-group .tabular")) {
  const names = [...frame.querySelectorAll("thead th")].flatMap((head) => Array(head.colSpan).fill(head.textContent.trim()));
  for (const row of frame.querySelectorAll("tbody tr")) {
    [...row.cells].forEach((cell, at) => { if (!cell.matches(".original")) cell.dataset.label = names[at] ?? ""; });
  }
  let width = 0;
  new ResizeObserver(() => {
    if (frame.clientWidth === width) return; // it became higher, by what was done here
    width = frame.clientWidth;
    frame.classList.remove("rows-open");
    frame.classList.toggle("rows-open", frame.scrollWidth > width);
  }).observe(frame);
}

document.querySelector("[data-errors]")?.focus();
