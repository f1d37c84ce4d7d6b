/* Checks one question at a time, and puts it in anew; everything else on the page stays as it is.

   Without this script the buttons send the whole form, which saves all answers and comes back to
   the question. What may be shown after a check is the server's to decide: the question is taken
   out of the page as the server has it now. */

const WORDS = {
  checking: "Checking…",
  notSaved: "The answer is not saved yet, so it cannot be checked. Please wait a moment and press the button again.",
  mend: "This answer cannot be checked as it stands. Why is written below.",
  lost: "Not checked: the server did not answer. What you gave is kept; press the button again.",
  fresh: (position) => `Question ${position} is asked anew.`,
  stale: "This answer was changed in another window. What is stored stands here now.",
};
const PATIENCE = 15000; // ms
const CONTROL = "input:not([type=hidden]), select, textarea";

const form = document.getElementById("take");
const { attempt } = form.dataset;
const say = form.querySelector("[data-say]");

const saved = (position) => new Promise((done) => {
  form.dispatchEvent(new CustomEvent("settle", { detail: { position, limit: 6000, done } }));
});

/* A line beside the button; spoken at once. */
function tell(field, message) {
  const line = field.querySelector("[data-trial]") ?? Object.assign(document.createElement("p"), { className: "error" });
  line.dataset.trial = "";
  line.setAttribute("role", "alert");
  line.textContent = message;
  (field.querySelector("[data-tries]") ?? field).append(line);
}

async function post(field, position, act) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name === "csrfmiddlewaretoken" || name === `q${position}` || name.startsWith(`q${position}.`)) body.append(name, value);
  }
  const response = await fetch(`${location.pathname}questions/${position}/${act}/`, {
    method: "POST",
    body,
    headers: { Accept: "application/json" },
    redirect: "manual",
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!(response.headers.get("Content-Type") || "").startsWith("application/json")) return {};
  const reply = await response.json();
  return reply?.attempt === attempt && reply.position === position ? reply : {};
}

async function swap(field) {
  const response = await fetch(location.pathname, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  const page = response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  const fresh = page?.getElementById(field.id);
  if (!fresh) {
    form.dispatchEvent(new CustomEvent("leave"));
    return void location.reload();
  }
  const one = document.adoptNode(fresh);
  field.replaceWith(one);
  form.dispatchEvent(new CustomEvent("swapped", { detail: one }));
  const tries = one.querySelector("[data-tries]");
  const tried = tries?.querySelector(".badge");
  (tried ? tries : one.querySelector(CONTROL) ?? one).focus();
  const outcome = tried ? tries.querySelector("p") : one.querySelector(".meta");
  say.textContent = outcome ? outcome.textContent.trim().replace(/\s+/g, " ") : WORDS.fresh(field.dataset.position);
}

async function act(button) {
  const field = button.closest(".question");
  const position = Number(button.value);
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  say.textContent = WORDS.checking;
  try {
    const kept = await saved(position);
    if (kept !== "saved") return tell(field, kept === "refused" ? WORDS.mend : WORDS.notSaved);
    const reply = await post(field, position, button.name);
    if (reply.saved === true || reply.swapped === true || reply.reason === "locked") return await swap(field);
    if (reply.reason === "stale" || reply.reason === "swapped") {
      await swap(field);
      return tell(document.getElementById(field.id), WORDS.stale);
    }
    if (reply.reason === "closed") {
      form.dispatchEvent(new CustomEvent("leave"));
      return location.reload();
    }
    return tell(field, reply.message || WORDS.lost);
  } catch {
    return tell(field, WORDS.lost);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

// Before save.js hears of it, which would finish the quiz.
form.addEventListener("submit", (event) => {
  if (!["check", "redo"].includes(event.submitter?.name)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  act(event.submitter);
}, { capture: true });
