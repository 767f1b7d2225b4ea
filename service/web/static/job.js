// A job is followed while it goes on: its events say when to look, the page itself says how it stands.
"use strict";

/** Put what the service says of the job now in the place of what stands on the page. */
async function renew(job) {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-job]");
  if (!now) return;
  const before = job.querySelector("[data-state]").textContent;
  job.querySelector("[data-files]").replaceWith(now.querySelector("[data-files]"));
  const state = now.querySelector("[data-state]").textContent;
  if (state !== before) job.querySelector("[data-state]").textContent = state; // in place: it is read out
  job.querySelector("[data-after]").replaceWith(now.querySelector("[data-after]"));
  if (!now.querySelector("[data-progress]")) job.querySelector("[data-progress]")?.remove();
}

function follow(job) {
  const progress = job.querySelector("[data-progress]");
  if (!progress) return; // it has ended
  const bar = progress.querySelector("progress");
  const told = progress.querySelector("[data-told]");
  progress.hidden = false;
  job.querySelector("[data-look-again]")?.remove();
  const events = new EventSource(job.dataset.job);
  events.addEventListener("progress", (event) => {
    const { stage, done, total } = JSON.parse(event.data);
    const text = progress.dataset[stage];
    if (!text || !total) return;
    bar.max = total;
    bar.value = done;
    told.textContent = text.replace("%done", done).replace("%total", total);
  });
  for (const name of ["start", "file", "trouble"]) events.addEventListener(name, () => renew(job));
  events.addEventListener("end", () => { events.close(); renew(job); });
}

for (const job of document.querySelectorAll("[data-job]")) follow(job);
