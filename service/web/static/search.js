// What the search page gains from scripts: filters that take effect at once. Without them there is a button.
"use strict";

(() => {
  const PLACE = "council.search.place";
  const form = document.getElementById("search");
  const filters = document.querySelector(".filters");
  const stored = (() => {
    try { return window.sessionStorage; } catch { return null; } // refused by the browser's settings
  })();

  // What is not chosen need not stand in the address.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
  });
  if (!filters) return;
  filters.querySelector("[data-apply]").hidden = true;
  filters.querySelector("[data-at-once]").hidden = false;
  filters.addEventListener("change", (event) => {
    const opened = [...filters.querySelectorAll("details")].map((one) => one.open);
    stored?.setItem(PLACE, JSON.stringify({ id: event.target.id, top: window.scrollY, folded: !opened[0] }));
    form.requestSubmit();
  });

  // Whoever ticks a box goes on from there.
  const kept = stored?.getItem(PLACE);
  if (!kept) return;
  stored.removeItem(PLACE);
  const { id, top, folded } = JSON.parse(kept);
  if (!folded) filters.querySelector("details").open = true;
  const box = document.getElementById(id);
  if (!box) return;
  const rest = box.closest(".rest");
  if (rest) rest.open = true;
  window.scrollTo(0, top);
  box.focus({ preventScroll: true });
})();
