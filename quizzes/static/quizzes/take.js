/* Around the questions: flags that only this browser knows, and a quiet clock. */

const form = document.getElementById("take");
const { attempt, user } = form.dataset;
const key = `parallax:flags:${user}:${attempt}`;
const HIDDEN = "parallax:time-hidden";
const GRACE = 10; // seconds after the end in which the server still takes what is on its way
const MILESTONES = [10, 5, 1]; // minutes

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

for (const field of form.querySelectorAll(".question")) {
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
form.addEventListener("marked", (event) => label(event.detail));

// --- The clock: counts from what the server said, whatever the computer's clock says -----------

const shown = form.querySelector("[data-time]");
if (shown && form.dataset.left !== undefined) {
  const say = form.querySelector("[data-say]");
  const toggle = form.querySelector("[data-hide]");
  const words = { hide: toggle.textContent, show: toggle.dataset.show };
  const started = performance.now();
  const left = Number(form.dataset.left);
  let before = left;
  let up = false;

  const hide = (on) => {
    shown.hidden = on;
    toggle.textContent = on ? words.show : words.hide;
  };
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    hide(!shown.hidden);
    store(HIDDEN, shown.hidden);
  });
  hide(stored(HIDDEN, false));

  const tick = () => {
    const seconds = Math.max(0, Math.round(left - (performance.now() - started) / 1000));
    const minutes = Math.floor(seconds / 60);
    // By the minute while there is time; by the second only in the last five minutes.
    const text = seconds >= 300 ? `${Math.ceil(seconds / 60)} min left` : `${minutes}:${String(seconds % 60).padStart(2, "0")} left`;
    if (shown.textContent !== text) shown.textContent = text;
    for (const milestone of MILESTONES) {
      if (before > milestone * 60 && seconds <= milestone * 60) say.textContent = milestone === 1 ? "1 minute left" : `${milestone} minutes left`;
    }
    shown.classList.toggle("soon", seconds <= 60);
    before = seconds;
    if (seconds === 0 && !up) {
      up = true;
      clearInterval(timer);
      hide(false);
      toggle.hidden = true;
      shown.textContent = say.textContent = "Time is up. Your saved answers are being handed in.";
      form.dispatchEvent(new CustomEvent("time-up"));
      // Only the server decides that it is over; it may also have given more time meanwhile.
      setTimeout(() => {
        form.dispatchEvent(new CustomEvent("leave"));
        location.reload();
      }, (GRACE + 1 + 2 * Math.random()) * 1000);
    }
  };
  const timer = setInterval(tick, 500);
  tick();
}
