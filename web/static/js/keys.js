// "/" goes to the search field, as everywhere; Escape leaves it, or closes what is open.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.getElementById("find")?.focus();
  } else if (event.key === "Escape") {
    if (typing) typing.blur();
    document.querySelectorAll("details.custom[open]").forEach(close);
  }
});

// A click elsewhere closes what floats over the page.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.custom[open]").forEach((open) => open.contains(event.target) || close(open));
});

// On a narrow screen the facets would push the list out of sight.
if (matchMedia("(max-width: 760px)").matches) document.querySelectorAll(".facets > details[open]").forEach(close);

// Where the pages' names are wider than the screen, the one that is open is in sight.
document.querySelectorAll('.top nav [aria-current="page"]').forEach((here) => {
  const bar = here.parentElement;
  bar.scrollLeft = here.offsetLeft - bar.offsetLeft - (bar.clientWidth - here.clientWidth) / 2;
});

// A drawing wider than the screen starts at the asset it is drawn for.
document.querySelectorAll(".lineage .here").forEach((here) => {
  const frame = here.closest(".scroll");
  const [box, within] = [here.getBoundingClientRect(), frame.getBoundingClientRect()];
  frame.scrollLeft += box.left + box.width / 2 - within.left - within.width / 2;
});

function close(details) {
  details.removeAttribute("open");
}
