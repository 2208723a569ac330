// Adds a copy button behind each value that has words for one. Without this script values are selected by hand.
for (const value of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small copy";
  button.textContent = value.dataset.copy;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(value.textContent);
    button.textContent = value.dataset.copied;
    setTimeout(() => { button.textContent = value.dataset.copy; }, 2000);
  });
  value.after(button);
}
