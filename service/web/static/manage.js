// The key that was made can be copied with one press. Nothing depends on it: it can be selected and copied by hand.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue; // none where the page came over plain HTTP from another machine
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent);
      document.querySelector("[data-copy-told]").textContent = button.dataset.copied;
      button.textContent = button.dataset.copied;
    } catch {
      window.getSelection().selectAllChildren(text); // not allowed: a keystroke copies what is selected
    }
  });
}
