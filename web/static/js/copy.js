// A button with data-copy copies the text of the element it names; without a clipboard it marks the text instead.
function offer() {
  document.querySelectorAll("button[data-copy][hidden]").forEach((button) => { button.hidden = false; });
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const said = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(source.textContent);
    said.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    said.textContent = "Press Ctrl+C";
  }
  setTimeout(() => { said.textContent = "Copy"; }, 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button);
});

// htmx puts a new list in its place.
document.addEventListener("htmx:after:swap", offer);
offer();
