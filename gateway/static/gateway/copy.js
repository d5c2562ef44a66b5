/* A button with data-copy copies the <pre> of its frame. navigator.clipboard is there over https and on localhost only. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const pre = button.closest(".frame").querySelector("pre");
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(pre.textContent);
  } else {
    getSelection().selectAllChildren(pre);
    document.execCommand("copy");
  }
  button.firstElementChild.textContent = "check";
  setTimeout(() => (button.firstElementChild.textContent = "content_copy"), 1500);
});
