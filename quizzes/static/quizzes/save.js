/* Saves every answer as it is given, and says "saved" only when the server has said so.

   An answer waits here until an acknowledgement names this attempt, this question, a revision, the
   digest of this very answer and the save's own name (its operation, the same on every resend, by
   which the server knows it again). Anything else (a redirect, a login page, a cut reply, silence)
   means: not saved, which is said within five seconds; the queue goes on trying. Answers that wait
   are kept in the browser per person and attempt, sent again after a reload, and erased when they
   are acknowledged, when the attempt is over and when the person signs out (page.js). */

const WORDS = {
  auto: "Answers are saved as you give them.",
  saving: "Saving…",
  saved: (time) => `Saved ${time}`,
  notSaved: "Not saved",
  failing: "Not saved, trying again",
  unsaved: (n) => (n === 1 ? "1 answer is not saved yet, trying again" : `${n} answers are not saved yet, trying again`),
  refused: (n) => (n === 1 ? "1 answer needs your attention" : `${n} answers need your attention`),
  again: "All answers are saved again.",
  signedOut: "You have been signed out. Your answers are kept in this browser and are sent as soon as you have signed in again.",
  signIn: "Sign in again in a new tab",
  otherPerson: "Somebody else is signed in now, so the answers given here are not sent. They are kept in this browser, and are sent as soon as you have signed in again.",
  replaced: "This answer was stored, and then changed in another window. Keep what is stored now, or give your answer again.",
  stored: "Stored:",
  yours: "Here:",
  keepMine: "Save what stands here",
  takeStored: "Take what is stored",
  nothing: "no answer",
  waiting: "Finishing as soon as every answer is saved…",
  waitingToGoOn: "Going on as soon as the answer is saved…",
  cannotGoOn: "The answer is not saved yet. Please wait a moment and press Next again.",
  toCurrent: "To the question at hand",
  mendFirst: (all) => (all.length === 1
    ? `The answer to question ${all[0]} is not saved. Why stands below the question; mend it first, or take it out.`
    : `The answers to questions ${all.slice(0, -1).join(", ")} and ${all.at(-1)} are not saved. Why stands below each of them; mend them first, or take them out.`),
  toQuestion: (n) => `To question ${n}`,
  cannotFinish: "Not every answer is saved yet. Please wait a moment and press Finish again.",
  ofQuestion: (n, message) => `Question ${n}: ${message}`,
  over: "See your result",
};
const SAY_WITHIN = 4500; // ms; the promise is five seconds
const PATIENCE = 15000; // ms; for later tries, when "not saved" is already on the page
const LONGEST_PAUSE = 30000; // ms between two tries
const PAUSE = 800; // ms without a key, after which a typed answer is saved

const form = document.getElementById("take");
const { attempt, user } = form.dataset;
const key = `parallax:unsent:${user}:${attempt}`;
const line = form.querySelector("[data-saving]");
const say = form.querySelector("[data-say]");
const trouble = form.querySelector("[data-trouble]");
const questions = new Map();
let over = false;
let leaving = false;
let troubled = false;
let noticed = false; // a notice has appeared since the line was last told
let aloud = ""; // why an answer was refused, to be read out once
let lastSaved = null;
let tokenAt = 0;
let failures = 0; // saves that did not come through since the last one that did

const clock = (iso) => new Date(iso).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

// --- What is kept in the browser ---------------------------------------------------------------

function kept() {
  try {
    return JSON.parse(localStorage.getItem(key)) || {};
  } catch {
    return {};
  }
}

function keep(change) {
  try {
    const all = kept(); // read anew each time: another tab writes here too
    change(all);
    if (Object.keys(all).length) localStorage.setItem(key, JSON.stringify(all));
    else localStorage.removeItem(key);
  } catch { /* storage refused or full: the answer still stands on the page and in the queue */ }
}

// --- Reading and filling the native controls, in the tokens that the server speaks --------------

const token = (control) => control.name.slice(control.name.lastIndexOf(".") + 1);
const TYPED = "input[type=text], textarea";
const BLANK = /^[ \t\r\n\u00a0]*$/; // what the server takes for nothing

function read(question) {
  const { name, controls, boxes, selects, ordering } = question;
  if (boxes.length) {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    return chosen.length ? chosen : null;
  }
  if (ordering) {
    const places = new Array(selects.length).fill(null);
    for (const select of selects) if (select.value) places[select.value - 1] = token(select);
    return places.some(Boolean) ? places : null;
  }
  const given = controls.filter((control) => (control.type === "radio" ? control.checked : !BLANK.test(control.value)));
  const whole = given.find((control) => control.name === name);
  if (whole) return whole.value;
  return given.length ? Object.fromEntries(given.map((control) => [token(control), control.value]).sort()) : null;
}

// How sure the student is, where that is asked: 1 to 3, or null.
const certainty = (question) => Number(question.sure.find((control) => control.checked)?.value) || null;

function fill(question, value) {
  const { name, controls, ordering } = question;
  for (const control of controls) {
    if (control.type === "checkbox") control.checked = Boolean(value?.includes(control.value));
    else if (ordering) control.value = (value?.indexOf(token(control)) ?? -1) + 1 || "";
    else {
      const part = control.name === name ? value : value?.[token(control)];
      if (control.type === "radio") control.checked = control.value === part;
      else control.value = part ?? "";
    }
  }
}

// What stands beside a control, or above its group of choices.
function heading(control) {
  const named = control.closest("[role=radiogroup]") ?? control;
  const id = named.getAttribute("aria-labelledby");
  return (id ? document.getElementById(id).textContent : named.getAttribute("aria-label")).trim();
}

function describe(question, value) {
  const { name, controls, boxes, selects, ordering } = question;
  const text = (control) => control.closest("label").textContent.trim();
  if (value === null || value === undefined) return WORDS.nothing;
  if (boxes.length) return boxes.filter((box) => value.includes(box.value)).map(text).join("; ");
  if (ordering) {
    const rows = new Map(selects.map((select) => [token(select), heading(select)]));
    return value.map((item, at) => `${at + 1}. ${item ? rows.get(item) : "–"}`).join("; ");
  }
  const said = (control, part) => {
    if (control.type === "radio") return text(control);
    return control.options ? [...control.options].find((option) => option.value === part).text : part;
  };
  const lines = [];
  for (const control of controls) {
    const part = control.name === name ? value : value[token(control)];
    if (!part || (control.type === "radio" && control.value !== part)) continue;
    lines.push(control.name === name ? said(control, part) : `${heading(control)} → ${said(control, part)}`);
  }
  return lines.join("; ");
}

// The server's canonical form has its keys sorted, no spaces, and every sign in ASCII.
const sorted = (value) => (value && !Array.isArray(value) && typeof value === "object" ? Object.fromEntries(Object.entries(value).sort()) : value);
const canonical = (value) => JSON.stringify(sorted(value)).replace(/[\u007f-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

async function digest(value) {
  if (!crypto.subtle) return null; // plain http on another host: only the form can be checked
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(value))));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 16);
}

// --- What the page says ------------------------------------------------------------------------

function status(question, text, kind) {
  question.status.textContent = text;
  question.status.className = `question-status ${kind}`;
}

/* Ties the words below a refused answer to its controls, or takes the tie away. */
function tie(question, refused) {
  const { field, status: words, position } = question;
  words.id ||= `s${position}`;
  for (const one of [field, ...field.querySelectorAll(`${TYPED}, select`)]) {
    const ids = (one.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== words.id);
    if (refused) ids[one === field ? "push" : "unshift"](words.id);
    if (ids.length) one.setAttribute("aria-describedby", ids.join(" "));
    else one.removeAttribute("aria-describedby");
    if (one !== field && refused) one.setAttribute("aria-invalid", "true");
    else one.removeAttribute("aria-invalid");
  }
}

function mark(question) {
  const link = question.link;
  link.classList.toggle("answered", read(question) !== null);
  link.classList.toggle("unsaved", Boolean(question.job));
  form.dispatchEvent(new CustomEvent("marked", { detail: link }));
}

function tell() {
  const waiting = [...questions.values()].filter((question) => question.job);
  const failing = waiting.filter((question) => question.tries > 0 || question.late);
  const stuck = waiting.filter((question) => question.stuck);
  line.classList.toggle("bad", Boolean(failing.length || stuck.length));
  if (over) line.textContent = "";
  else if (stuck.length) line.textContent = WORDS.refused(stuck.length);
  else if (failing.length) line.textContent = WORDS.unsaved(failing.length);
  else if (waiting.length) line.textContent = WORDS.saving;
  else line.textContent = lastSaved ? WORDS.saved(lastSaved) : WORDS.auto;
  // Spoken only when things turn bad and when they are good again, not at every answer; and not
  // where a notice has just said more of it, which is read out by itself.
  const bad = Boolean(failing.length || stuck.length);
  if (aloud) say.textContent = aloud;
  else if (bad !== troubled) say.textContent = bad ? (noticed ? "" : line.textContent) : waiting.length ? "" : WORDS.again;
  noticed = false;
  aloud = "";
  if (bad || !waiting.length) troubled = bad;
  form.dispatchEvent(new CustomEvent("holding", { detail: { unsaved: new Set([...failing, ...stuck]).size, failures } }));
  if (!waiting.length) form.dispatchEvent(new CustomEvent("all-saved"));
}

function banner(kind, text, ...links) {
  if (trouble.dataset.kind === kind) return;
  trouble.dataset.kind = kind;
  noticed = true;
  const box = document.createElement("div");
  box.className = "notice warning";
  box.setAttribute("role", "alert");
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  for (const link of links) {
    const anchor = Object.assign(document.createElement("a"), { textContent: link.text, href: link.href });
    if (link.newTab) { anchor.target = "_blank"; anchor.rel = "noopener"; }
    const paragraph = document.createElement("p");
    paragraph.append(anchor);
    box.append(paragraph);
  }
  trouble.replaceChildren(box);
}

function calm(kind) {
  if (trouble.dataset.kind !== kind) return;
  delete trouble.dataset.kind;
  trouble.replaceChildren();
}

function ask(question, reply) {
  question.conflict?.remove();
  const box = document.createElement("div");
  box.className = "notice warning conflict";
  noticed = true;
  box.setAttribute("role", "alert");
  const add = (tag, text, parent = box) => parent.appendChild(Object.assign(document.createElement(tag), { textContent: text }));
  add("p", reply.message);
  const list = add("dl", "");
  add("dt", WORDS.stored, list);
  add("dd", describe(question, reply.shown), list);
  add("dt", WORDS.yours, list);
  add("dd", describe(question, read(question)), list);
  const row = add("p", "");
  row.className = "row";
  const choose = (words, act) => {
    const button = add("button", words, row);
    button.type = "button";
    button.className = "button second";
    button.addEventListener("click", () => {
      box.remove();
      question.conflict = null;
      question.base = reply.revision;
      act();
    });
  };
  choose(WORDS.keepMine, () => changed(question));
  choose(WORDS.takeStored, () => {
    fill(question, reply.shown);
    settle(question, question.job);
    status(question, WORDS.stored + " " + describe(question, reply.shown), "");
    tell();
  });
  question.conflict = box;
  question.field.append(box);
}

// --- The queue ---------------------------------------------------------------------------------

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http on another host
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte, at) => ([4, 6, 8, 10].includes(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

// What the form would send of a question: taken when it is answered, so that a resend is the same.
function fields(question) {
  return [...question.controls, ...question.sure]
    .filter((control) => (control.type !== "radio" && control.type !== "checkbox") || control.checked)
    .map((control) => [control.name, control.value]);
}

function changed(question) {
  clearTimeout(question.typing);
  question.typing = 0;
  if (over) return;
  question.stuck = false;
  question.tries = 0;
  // Saves of ours that may be stored although we never heard so: what they stored is no stranger's.
  const before = question.job ? [...(question.job.before ?? []), question.job.operation].slice(-20) : [];
  const job = { operation: uuid(), before, base: question.base, value: read(question), sure: certainty(question), fields: fields(question) };
  question.job = job;
  keep((all) => { all[question.position] = job; });
  send(question);
}

// A text is saved when the typing pauses, when its field is left, and before anything is handed in.
function typing(question) {
  clearTimeout(question.typing);
  question.typing = setTimeout(() => changed(question), PAUSE);
}

function settle(question, job) {
  keep((all) => { if (all[question.position]?.operation === job.operation) delete all[question.position]; });
  if (question.job === job) question.job = null;
  question.stuck = false;
  question.late = false;
  question.tries = 0;
  tie(question, false);
  mark(question);
}

async function send(question) {
  clearTimeout(question.timer);
  const job = question.job;
  if (over || !job || question.stuck || question.sending) return;
  question.sending = true;
  if (!question.tries) status(question, WORDS.saving, "");
  mark(question);
  tell();
  const late = setTimeout(() => {
    question.late = true;
    status(question, WORDS.failing, "bad");
    tell();
  }, SAY_WITHIN);
  let reply;
  try {
    reply = await post(question, job);
  } catch {
    reply = { reason: "lost" };
  }
  clearTimeout(late);
  question.sending = false;
  question.late = false;
  await take(question, job, reply);
  tell();
}

async function post(question, job) {
  const body = new URLSearchParams();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("operation", job.operation);
  body.set(question.hidden.name, question.base);
  for (const [name, value] of job.fields) body.append(name, value);
  const cut = new AbortController();
  const timer = setTimeout(() => cut.abort(), question.tries ? PATIENCE : SAY_WITHIN);
  try {
    const response = await fetch(question.url, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      redirect: "manual",
      cache: "no-store",
      signal: cut.signal,
    });
    if (response.type === "opaqueredirect" || response.status === 401) return { reason: "signed-out" };
    if (!(response.headers.get("Content-Type") || "").startsWith("application/json")) {
      return { reason: response.status === 403 ? "token" : "lost" };
    }
    const reply = await response.json();
    if (reply === null || typeof reply !== "object") return { reason: "lost" };
    if (reply.saved !== true) return reply;
    const sum = await digest(job.value);
    const named = response.ok && reply.attempt === attempt && reply.position === question.position
      && reply.operation === job.operation
      && Number.isInteger(reply.revision) && Number.isInteger(reply.newest) && reply.newest >= reply.revision
      && (reply.certainty ?? null) === (job.sure ?? null)
      && (sum === null ? /^[0-9a-f]{16}$/.test(reply.digest) : reply.digest === sum);
    return named ? reply : { reason: "lost" };
  } finally {
    clearTimeout(timer);
  }
}

async function take(question, job, reply) {
  if (reply.saved === true) {
    failures = 0;
    // What another window has stored since is replaced only by who has seen it.
    const replaced = reply.newest > reply.revision && canonical(reply.stands) !== canonical(job.value);
    question.base = replaced ? reply.revision : reply.newest;
    question.hidden.value = question.base;
    if (reply.saved_at && !replaced) lastSaved = clock(reply.saved_at);
    if (reply.seconds_left !== undefined) form.dispatchEvent(new CustomEvent("time-left", { detail: reply.seconds_left }));
    calm("signed-out");
    calm("other-person");
    const current = question.job === job;
    if (current && replaced) {
      question.stuck = true;
      status(question, WORDS.notSaved, "bad");
      ask(question, { message: WORDS.replaced, shown: reply.stands, revision: reply.newest });
      return;
    }
    settle(question, job);
    if (!current) return void send(question); // answered again in the meantime
    status(question, WORDS.saved(reply.saved_at ? clock(reply.saved_at) : ""), "saved");
    return;
  }
  if (question.job !== job) return void send(question);
  if (reply.reason === "stale" && Number.isInteger(reply.revision)) {
    const ours = canonical(reply.shown) === canonical(job.value) || job.before?.includes(reply.operation);
    if (ours && question.base !== reply.revision) {
      question.base = reply.revision; // our own answer, whose acknowledgement was lost
      return void send(question);
    }
    question.stuck = true;
    status(question, WORDS.notSaved, "bad");
    ask(question, reply);
    return;
  }
  if (reply.reason === "closed") return close(reply);
  if (reply.reason === "left" || reply.reason === "not_yet" || reply.reason === "swapped") {
    // Another tab has gone on, or has swapped the question for another one: it never counts.
    settle(question, job);
    status(question, WORDS.notSaved, "bad");
    banner("left", reply.message, { text: WORDS.toCurrent, href: location.pathname });
    return;
  }
  if ((reply.reason === "malformed" || reply.reason === "too_large") && reply.message) {
    question.stuck = true; // until the answer is changed
    status(question, reply.message, "bad");
    tie(question, true);
    aloud = WORDS.ofQuestion(question.position, reply.message);
    return;
  }
  if (reply.reason === "token" && await freshToken()) return void send(question);
  if (reply.reason === "signed-out") {
    banner("signed-out", WORDS.signedOut, { text: WORDS.signIn, href: `${form.dataset.signIn}?next=${encodeURIComponent(location.pathname)}`, newTab: true });
  }
  question.tries += 1;
  failures += 1;
  status(question, WORDS.failing, "bad");
  // Twice as long each time, half of it by chance, so that a whole class does not knock at once.
  const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** (question.tries - 1));
  if (!over) question.timer = setTimeout(() => send(question), pause * (0.5 + Math.random() / 2));
}

/* Signing in again in another tab makes a new form token: fetch the page for it, and make sure
   that the same person is asking. Resolves true if there is a token to try again with. */
async function freshToken() {
  try {
    const response = await fetch(location.pathname, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(SAY_WITHIN) });
    // An attempt is there for its own student alone; to anybody else it does not exist.
    if (response.status === 404) banner("other-person", WORDS.otherPerson);
    if (!response.ok) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const theirs = page.getElementById("take");
    if (!theirs || theirs.dataset.user !== user || theirs.dataset.attempt !== attempt) return false;
    if (Date.now() - tokenAt < LONGEST_PAUSE) return false; // it was fresh, so that is not the trouble
    tokenAt = Date.now();
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = theirs.elements.csrfmiddlewaretoken.value;
    return true;
  } catch {
    return false; // still no way through: the queue comes back to it
  }
}

function close(reply) {
  over = true;
  for (const question of questions.values()) {
    clearTimeout(question.timer);
    if (question.job) status(question, WORDS.notSaved, "bad");
    question.job = null;
    question.field.disabled = true;
    mark(question);
  }
  keep((all) => { for (const position of Object.keys(all)) delete all[position]; });
  banner("closed", reply.message || "", { text: WORDS.over, href: location.pathname });
  tell();
}

const unsaved = () => [...questions.values()].some((question) => question.job || question.typing);

function flush() {
  for (const question of questions.values()) {
    if (question.typing) changed(question);
    else if (question.job && !question.stuck) send(question);
  }
}

const stuck = () => [...questions.values()].filter((question) => question.stuck && question.job);

/* Takes the focus to where a refused answer can be mended. */
function toMend({ conflict, field, controls }) {
  (conflict?.querySelector("button") ?? field.querySelector("[aria-invalid]") ?? controls[0]).focus();
}

/* Resolves true when every answer is saved, false when that takes longer than `limit` ms or waits
   for the student alone: an answer that was refused is saved by no waiting. */
function flushed(limit) {
  flush();
  if (!unsaved()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (saved) => { clearTimeout(timer); clearInterval(watch); form.removeEventListener("all-saved", done); resolve(saved); };
    const done = () => settle(true);
    const timer = setTimeout(() => settle(false), limit);
    const onlyStuck = () => [...questions.values()].every((question) => !question.typing && (!question.job || question.stuck));
    const watch = setInterval(() => { if (stuck().length && onlyStuck()) settle(false); }, 50);
    form.addEventListener("all-saved", done, { once: true });
  });
}

// --- Start -------------------------------------------------------------------------------------

/* Looks after one question: at the start, and again when another script has put it in anew. */
function adopt(field) {
  const all = [...field.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const hidden = field.querySelector("input[type=hidden]");
  const name = hidden.name.replace(/\.revision$/, "");
  const controls = all.filter((control) => control.name !== `${name}.certainty`);
  const question = {
    field,
    controls,
    sure: all.filter((control) => control.name === `${name}.certainty`),
    position: Number(field.dataset.position),
    url: `${location.pathname}questions/${field.dataset.position}/`,
    base: Number(field.dataset.revision),
    boxes: controls.filter((control) => control.type === "checkbox"),
    selects: controls.filter((control) => control.tagName === "SELECT"),
    ordering: Boolean(field.querySelector("[data-ordering]")),
    hidden,
    name,
    status: field.querySelector("[data-status]"),
    link: form.querySelector(`.numbers a[href="#${field.id}"]`),
    job: null,
    tries: 0,
    stuck: false,
    late: false,
    sending: false,
    timer: 0,
    typing: 0,
    conflict: null,
  };
  questions.set(question.position, question);
  for (const time of field.querySelectorAll("time[datetime]")) time.textContent = clock(time.dateTime);
  field.addEventListener("change", (event) => {
    if (question.typing || !event.target.matches(TYPED)) changed(question);
  });
  field.addEventListener("input", (event) => {
    if (event.target.matches(TYPED)) typing(question);
  });
  return question;
}

for (const field of form.querySelectorAll("fieldset.question")) {
  const time = adopt(field).status.querySelector("time");
  if (time && (!lastSaved || time.dateTime > lastSaved)) lastSaved = time.dateTime;
}
if (lastSaved) lastSaved = clock(lastSaved);

// A page that comes back from the browser's memory shows its old controls: believe the server's.
addEventListener("pageshow", (event) => { if (event.persisted) { leaving = true; location.reload(); } });

for (const [position, job] of Object.entries(kept())) {
  const question = questions.get(Number(position));
  if (!question) {
    // One question at a time, and this one is left: what waits for it is never taken.
    if ("oneAtATime" in form.dataset) keep((all) => { delete all[position]; });
    continue;
  }
  fill(question, job.value);
  for (const control of question.sure) control.checked = Number(control.value) === job.sure;
  job.operation ??= uuid(); // kept by an older page
  job.fields ??= fields(question);
  question.base = Math.min(job.base, question.base);
  question.job = job;
  send(question);
}
for (const question of questions.values()) mark(question);
form.querySelector("[data-save-all]").hidden = true;
tell();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const next = event.submitter?.name === "next" ? event.submitter.value : null;
  line.textContent = next ? WORDS.waitingToGoOn : WORDS.waiting;
  if (await flushed(6000)) {
    leaving = true;
    if (!next) return void location.assign(form.dataset.submit);
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "next", value: next }));
    form.submit();
  } else {
    const held = stuck();
    const positions = held.map((question) => question.position);
    const words = held.length ? WORDS.mendFirst(positions) : next ? WORDS.cannotGoOn : WORDS.cannotFinish;
    tell();
    calm("finish"); // said anew, of those that hold it up now
    banner("finish", words, ...positions.map((position) => ({ text: WORDS.toQuestion(position), href: `#q${position}` })));
    if (held.length) toMend(held[0]);
    form.addEventListener("all-saved", () => calm("finish"), { once: true });
  }
});

// Enter in a radio, line or select must not finish the quiz.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input, select")) event.preventDefault();
});

form.addEventListener("time-up", async () => {
  await flushed(6000);
  for (const question of questions.values()) question.field.disabled = true;
});
form.addEventListener("leave", () => { leaving = true; });

// For tries.js: whether one question is saved, was refused or still waits; and when it has been put in anew.
form.addEventListener("settle", async ({ detail }) => {
  const question = questions.get(detail.position);
  if (question?.typing) changed(question);
  const stop = performance.now() + detail.limit;
  while (question?.job && !question.stuck && performance.now() < stop) await new Promise((wake) => { setTimeout(wake, 50); });
  detail.done(!question?.job ? "saved" : question.stuck ? "refused" : "waits");
});
form.addEventListener("swapped", ({ detail }) => {
  questions.delete(Number(detail.dataset.position));
  if (detail.matches("fieldset")) mark(adopt(detail));
  tell();
});

addEventListener("online", flush);
addEventListener("focus", flush);
addEventListener("beforeunload", (event) => { if (!leaving && !over && unsaved()) event.preventDefault(); });
