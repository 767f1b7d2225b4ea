// What the page that asks gains from scripts: citations copied by a button, feedback sent in place.
"use strict";

/** Put the text of `element` under the cursor, for the reader to copy. */
function select(element) {
  element.closest("details").open = true;
  window.getSelection().selectAllChildren(element);
}

function copying() {
  if (!navigator.clipboard) return; // only where the connection is safe; the citation can be selected all the same
  const status = document.querySelector("[data-copied]");
  for (const details of document.querySelectorAll(".reference")) {
    const reference = details.querySelector("p");
    const button = document.createElement("button");
    const label = document.createTextNode(status.dataset.copy);
    button.type = "button";
    button.className = "quiet";
    button.append(label, details.querySelector(".unseen").cloneNode(true));
    details.before(button);
    details.hidden = true;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(reference.textContent);
        status.textContent = "";
        status.textContent = label.data = status.dataset.done;
        window.setTimeout(() => { label.data = status.dataset.copy; status.textContent = ""; }, 2500);
      } catch {
        details.hidden = false;
        select(reference);
        status.textContent = status.dataset.failed;
      }
    });
  }
}

function feedback() {
  const form = document.querySelector("[data-feedback]");
  if (!form) return;
  const said = document.querySelector("[data-said]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    const buttons = form.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    try {
      // The page that thanks is not wanted here: that it leads there says that the feedback is kept.
      const response = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
      if (response.type === "opaqueredirect") {
        form.hidden = true;
        said.textContent = said.dataset.thanks;
        return;
      }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      said.textContent = page.querySelector(".refusal")?.textContent ?? form.dataset.failed;
    } catch {
      said.textContent = form.dataset.failed;
    }
    for (const button of buttons) button.disabled = false;
  });
}

copying();
feedback();
