"use strict";
for (const button of document.querySelectorAll("button[data-copy]")) {
  const told = document.getElementById("copied");
  const source = document.getElementById(button.dataset.copy);
  const copy = async () => {
    // Pages over plain HTTP from elsewhere than this machine have no clipboard.
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(source.textContent);
      return true;
    }
    getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copy().catch(() => false);
    told.textContent = done ? "Copied." : "The browser does not let pages copy.";
  });
}
