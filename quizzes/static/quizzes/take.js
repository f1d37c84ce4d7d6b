/* Around the questions: flags that only this browser knows, and a quiet clock. */

const form = document.getElementById("take");
const { attempt, user } = form.dataset;
const key = `parallax:flags:${user}:${attempt}`;
const HIDDEN = "parallax:time-hidden";
const GRACE = 10; // seconds after the end in which the server still takes what is on its way
const MILESTONES = [10, 5, 1]; // minutes
const MOVED = 3; // seconds: more than a reply's way, so the end itself was moved
const EVERY = 20_000; // how often the end is asked for, in milliseconds
const PATIENCE = 5000;

function stored(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}
function store(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* this page only */ }
}

// --- Flags -------------------------------------------------------------------------------------

const flags = new Set(stored(key, []));

function label(link) {
  const said = ["answered", "flagged", "unsaved"].filter((name) => link.classList.contains(name));
  const words = { answered: "answered", flagged: "flagged", unsaved: "not saved" };
  link.setAttribute("aria-label", [`Question ${link.textContent.trim()}`, ...said.map((name) => words[name])].join(", "));
}

function flag(field) {
  const link = form.querySelector(`.numbers a[href="#${field.id}"]`);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "flag";
  button.textContent = "Flag";
  const show = () => {
    const on = flags.has(field.id);
    button.setAttribute("aria-pressed", on);
    link.classList.toggle("flagged", on);
    label(link);
  };
  button.setAttribute("aria-label", `Flag question ${field.dataset.position}`);
  button.addEventListener("click", () => {
    if (!flags.delete(field.id)) flags.add(field.id);
    store(key, [...flags]);
    show();
  });
  field.querySelector(".question-foot").append(button);
  show();
}
// One at a time there is no way back to what was flagged.
if (!("oneAtATime" in form.dataset)) {
  for (const field of form.querySelectorAll(".question")) flag(field);
  form.addEventListener("swapped", (event) => flag(event.detail));
}
form.addEventListener("marked", (event) => label(event.detail));

// --- The clock: counts from what the server said, whatever the computer's clock says -----------

const shown = form.querySelector("[data-time]");
const say = form.querySelector("[data-say]");
const toggle = form.querySelector("[data-hide]");
const DAY = 24 * 3600;
const words = { hide: toggle.textContent, show: toggle.dataset.show };
const spoken = (minutes) => (minutes === 1 ? "1 minute left" : `${minutes} minutes left`);
const toTheSecond = (seconds) => (seconds === 1 ? "1 second left" : `${seconds} seconds left`);
function aloud(seconds) {
  if (seconds > DAY) return date();
  if (seconds > 7200) return `${remaining(seconds)} left`;
  return seconds < 120 ? toTheSecond(seconds) : spoken(Math.ceil(seconds / 60));
}
let end = null; // on performance.now()'s clock, in seconds; null: nothing ends the attempt
let endsAt = null; // the same instant by the server's calendar, in milliseconds
let before = Infinity;
let up = false;

function hide(on) {
  shown.hidden = on;
  toggle.textContent = on ? words.show : words.hide;
}

/* When it ends, on the clocks of the class. */
function date() {
  const words = (options) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: form.dataset.zone }).format(endsAt);
  const time = words({ hour: "2-digit", minute: "2-digit" });
  return `Ends at ${time} on ${words({ day: "numeric", month: "short", year: "numeric" })}`;
}

/* By the hour or the minute while there is time; by the second only in the last five. */
function remaining(seconds) {
  const minutes = Math.ceil(seconds / 60);
  if (minutes >= 120) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  if (seconds >= 300) return `${minutes} min`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick() {
  if (end === null || up) return;
  const seconds = Math.max(0, Math.round(end - performance.now() / 1000));
  // Of more than a day nobody wants to see a count: the date is what people plan by.
  const text = seconds > DAY ? date() : `${remaining(seconds)} left`;
  if (shown.textContent !== text) shown.textContent = text;
  for (const milestone of MILESTONES) {
    if (before > milestone * 60 && seconds <= milestone * 60) say.textContent = spoken(milestone);
  }
  shown.classList.toggle("soon", seconds <= 60);
  before = seconds;
  if (seconds === 0) finish(form.dataset.zero || "Time is up. Your saved answers are being handed in.");
}

function finish(message) {
  up = true;
  hide(false);
  shown.parentElement.hidden = false;
  toggle.hidden = true;
  shown.textContent = say.textContent = message;
  form.dispatchEvent(new CustomEvent("time-up"));
  // Only the server decides that it is over; it may also have given more time meanwhile.
  setTimeout(() => {
    form.dispatchEvent(new CustomEvent("leave"));
    location.reload();
  }, (GRACE + 1 + 2 * Math.random()) * 1000);
}

/* The server has said how many seconds are left (null: no end). Small differences are the way
   that the reply took; a large one means that the end was moved, and is said aloud. */
function take(left) {
  if (up) return;
  const told = left === null ? null : performance.now() / 1000 + left;
  const first = end === null;
  if (!first && told !== null && Math.abs(told - end) < MOVED) return;
  if (first && told === null) return;
  const longer = told === null || (!first && told > end);
  if (told !== null) endsAt = first ? Date.now() + left * 1000 : endsAt + (told - end) * 1000;
  end = told;
  before = left === null ? Infinity : left;
  shown.parentElement.hidden = end === null;
  toggle.hidden = end === null;
  say.textContent = (longer ? "You have been given more time. " : "The end of your time has been moved. ")
    + (left === null ? "Nothing ends this attempt now." : `${aloud(left)}.`);
  tick();
}

toggle.addEventListener("click", () => {
  hide(!shown.hidden);
  store(HIDDEN, shown.hidden);
});
hide(stored(HIDDEN, false));
if (form.dataset.left !== undefined) {
  before = Number(form.dataset.left);
  end = performance.now() / 1000 + before;
  endsAt = Date.parse(form.dataset.ends);
  toggle.hidden = false;
}
setInterval(tick, 500);
tick();

// --- Whether the end has been moved: asked while somebody looks, and told by every saved answer --
// On the way the page tells that it is there, and what it holds back: at once in half a minute
// where that has changed, and otherwise only when no save has said so for a while.

const TELL_AGAIN = 30_000; // ms; what is told sooner the server does not write down
const TELL_AT_LEAST = 33_000; // with the wait for the next turn still within a minute
let holding = { unsaved: 0, failures: 0 };
let told = { ...holding };
let toldAt = performance.now(); // or saved: both are signs of life

function news() {
  const since = performance.now() - toldAt;
  const changed = holding.unsaved !== told.unsaved || holding.failures !== told.failures;
  return since >= (changed ? TELL_AGAIN : TELL_AT_LEAST);
}

async function ask() {
  const telling = !up && news();
  if (up || (document.hidden && !telling)) return;
  const now = { ...holding };
  const request = telling
    ? { method: "POST", body: new URLSearchParams({ ...now, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value }) }
    : {};
  try {
    const response = await fetch("deadline/", { ...request, headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) return;
    const reply = await response.json();
    if (reply.attempt !== attempt) return;
    if (telling) { told = now; toldAt = performance.now(); }
    if (reply.open) take(reply.seconds_left);
    else if (!up) finish(form.dataset.zero || "This attempt is over. Your saved answers are being handed in.");
  } catch { /* no way through: the answers' queue says so, and the next time is soon */ }
}

let asking;
function again() {
  clearTimeout(asking);
  // By chance earlier or later, so that a whole class does not knock at once.
  asking = setTimeout(() => ask().finally(again), EVERY * (0.8 + 0.4 * Math.random()));
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
addEventListener("online", ask);
form.addEventListener("holding", (event) => { holding = event.detail; });
form.addEventListener("time-left", (event) => {
  // What had been told as held back must be told again as saved, however often it is saved.
  if (!told.unsaved && !told.failures) toldAt = performance.now();
  take(event.detail);
});
again();
