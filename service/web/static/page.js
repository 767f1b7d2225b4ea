// What every page gains from scripts: shortcuts, and a language switch that keeps the place. Nothing depends on it.
"use strict";

const SHORTCUTS = "council.shortcuts";
const stored = (() => {
  try { return window.localStorage; } catch { return null; } // refused by the browser's settings
})();

/** Whether a key pressed on `element` is typed into it. */
function takesText(element) {
  return element.isContentEditable || ["TEXTAREA", "SELECT"].includes(element.tagName)
    || (element.tagName === "INPUT" && !["checkbox", "radio", "button", "submit"].includes(element.type));
}

/** Move the focus to the next hit, or the one before: `step` is 1 or -1. Hits are elements with `data-hit`. */
function moveTo(step) {
  const hits = [...document.querySelectorAll("[data-hit]")].filter((hit) => hit.checkVisibility());
  if (!hits.length) return;
  const at = hits.findIndex((hit) => hit.contains(document.activeElement));
  const next = hits[at < 0 ? (step > 0 ? 0 : hits.length - 1) : Math.min(Math.max(at + step, 0), hits.length - 1)];
  if (!next.hasAttribute("tabindex")) next.tabIndex = -1;
  next.focus();
}

function shortcuts() {
  const box = document.querySelector("[data-shortcuts]");
  const on = box.querySelector("[data-shortcuts-on]");
  box.hidden = false;
  on.checked = stored?.getItem(SHORTCUTS) !== "off";
  on.addEventListener("change", () => stored?.setItem(SHORTCUTS, on.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!on.checked || event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
    const field = document.querySelector("[data-main-field]");
    if (event.key === "/" && field) {
      field.focus();
      field.select?.(); // a list of choices has no text to select
    } else if (event.key === "j" || event.key === "k") {
      moveTo(event.key === "j" ? 1 : -1);
    } else {
      return;
    }
    event.preventDefault();
  });
}

/** The other language opens at the place that is read. */
function keepPlace() {
  for (const link of document.querySelectorAll("[data-keep-place]")) {
    link.addEventListener("click", () => { link.hash = window.location.hash; });
  }
}

shortcuts();
keepPlace();
