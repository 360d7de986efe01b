// The list of incidents by keyboard: j and k go down and up, x chooses a line; Enter opens the link that has the focus.
const links = () => [...document.querySelectorAll("a[data-row]")];
const boxes = () => [...document.querySelectorAll('#triage input[name="id"]')];

function go(step) {
  const all = links();
  const at = all.findIndex((link) => link.closest("tr").contains(document.activeElement));
  all[Math.min(Math.max(at + step, 0), all.length - 1)]?.focus();
}

function choose() {
  const box = document.activeElement.closest("tr")?.querySelector('input[name="id"]');
  if (!box) return;
  box.checked = !box.checked;
  count();
}

// The buttons say how many they act on, and can be pressed only where that is any.
function count() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  document.querySelectorAll('#triage button[name="deed"]').forEach((button) => { button.disabled = !chosen; });
  document.querySelectorAll('[data-count="chosen"]').forEach((told) => { told.textContent = chosen ? `${chosen} chosen` : "All"; });
  const every = document.getElementById("all");
  if (!every) return;
  every.checked = chosen > 0 && chosen === all.length;
  every.indeterminate = chosen > 0 && chosen < all.length;
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = { j: () => go(1), k: () => go(-1), x: choose }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("change", (event) => {
  if (event.target.id === "all") boxes().forEach((box) => { box.checked = event.target.checked; });
  if (event.target.closest("#triage")) count();
});

// htmx puts a new list in its place.
document.addEventListener("htmx:after:swap", count);
count();
