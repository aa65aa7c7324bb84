/* The overflow steps of a line: the time from entry follows what is typed. */
document.addEventListener("input", ({ target }) => {
  const steps = target.closest("[data-steps]");
  if (!steps) return;
  let total = 0;
  for (const step of steps.querySelectorAll(".step")) {
    total += Math.max(0, Number(step.querySelector('input[name$="-after_seconds"]').value) || 0);
    step.querySelector("[data-total]").textContent = total;
  }
});
