/* Before handing in: say so if this browser still holds answers that the server does not have. */

const page = document.querySelector("[data-attempt]");
try {
  if (localStorage.getItem(`parallax:unsent:${page.dataset.user}:${page.dataset.attempt}`)) {
    page.querySelector("[data-unsent]").hidden = false;
  }
} catch { /* storage refused: nothing is held */ }
