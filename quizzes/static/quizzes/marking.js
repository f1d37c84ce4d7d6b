/* Marking by keyboard: number keys choose a level, the total follows, kept comments go in at the
   cursor. Without it everything works by the form: the server adds up and inserts too. */

const form = document.getElementById("sheet");
if (form) {
  const total = form.querySelector("[data-total]");
  const criteria = [...form.querySelectorAll(".criterion")];
  const comment = form.elements.comment;

  const show = () => {
    const chosen = [...form.querySelectorAll(".criterion :checked")];
    const rubric = Number(form.dataset.rubric);
    const sum = chosen.reduce((all, level) => all + Number(level.dataset.points), 0);
    const points = Math.round((sum / rubric) * Number(form.dataset.points) * 100) / 100;
    const open = criteria.length - chosen.length;
    const inPoints = `${points} of ${form.dataset.points} points`;
    total.textContent = (String(rubric) === form.dataset.points ? inPoints : `${sum} of ${rubric} on the rubric: ${inPoints}`)
      + (open ? `; ${open === 1 ? "1 criterion is" : `${open} criteria are`} open.` : ".");
  };

  form.addEventListener("change", show);
  form.querySelector("[data-keys]").hidden = false;
  show();

  form.addEventListener("keydown", (event) => {
    const criterion = event.target.closest(".criterion");
    if (!criterion || !/^[1-9]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    const level = criterion.querySelectorAll("[type=radio]")[event.key - 1];
    if (!level) return;
    event.preventDefault();
    level.checked = true;
    show();
    const following = criteria[criteria.indexOf(criterion) + 1];
    const next = following && (following.querySelector(":checked") || following.querySelector("[type=radio]"));
    (next || comment).focus();
  });

  for (const button of form.querySelectorAll("[data-snippet]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const { selectionStart: start, selectionEnd: end, value } = comment;
      const before = /\S$/.test(value.slice(0, start)) ? "\n" : "";
      const after = /^\S/.test(value.slice(end)) ? "\n" : "";
      comment.setRangeText(before + button.dataset.snippet + after, start, end, "end");
      comment.focus();
    });
  }
}
