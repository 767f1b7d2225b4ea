// Uploading with scripts: files are dropped, their sending is shown, and what is refused is said on the page.
"use strict";

const form = document.querySelector("[data-upload]");
const input = form.querySelector("input[type=file]");
const zone = form.querySelector("[data-drop]");
const list = form.querySelector("[data-chosen]");
const sending = form.querySelector("[data-sending]");
const bar = sending.querySelector("progress");
const told = sending.querySelector("[data-told]");
const refusal = document.querySelector("[data-refusal]");
const button = form.querySelector("button[type=submit]");
const texts = form.dataset;

function refuse(text) {
  sending.hidden = true;
  button.disabled = false;
  refusal.hidden = false;
  refusal.querySelector("[data-reason]").textContent = text;
  refusal.focus();
}

function showChosen() {
  refusal.hidden = true;
  list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.textContent = file.name;
    return item;
  }));
  list.hidden = input.files.length < 2;
}

/** Why the files cannot be sent, before they are: a browser tells nothing of what breaks off on its way. */
function unfit() {
  const files = [...input.files];
  if (!files.length) return texts.none;
  if (files.length > Number(texts.mostFiles)) return texts.tooMany;
  return files.some((file) => file.size > Number(texts.mostBytes)) ? texts.tooLarge : null;
}

function send() {
  const fields = new FormData(form);
  for (const [name, value] of [...fields]) if (value === "") fields.delete(name);
  const request = new XMLHttpRequest();
  request.open("POST", "/v1/documents");
  request.setRequestHeader("Accept-Language", document.documentElement.lang);
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    const percent = Math.floor(100 * event.loaded / event.total);
    bar.value = percent;
    told.textContent = percent < 100 ? texts.percent.replace("%%", percent) : texts.checking;
  });
  request.addEventListener("error", () => refuse(texts.broken));
  request.addEventListener("load", () => {
    const answer = request.response;
    if (request.status === 202) {
      window.location.assign(`/manage/jobs/${encodeURIComponent(answer.job_id)}?lang=${document.documentElement.lang}`);
    } else {
      refuse(answer && answer.detail ? `${answer.detail} ${answer.mend}` : texts.broken);
    }
  });
  refusal.hidden = true;
  button.disabled = true;
  bar.value = 0;
  told.textContent = texts.percent.replace("%%", "0");
  sending.hidden = false;
  request.send(fields);
}

function dragging(event) {
  return event.dataTransfer && [...event.dataTransfer.types].includes("Files");
}

form.querySelector("[data-with-scripts]").hidden = false;
input.addEventListener("change", showChosen);
for (const name of ["dragenter", "dragover"]) {
  zone.addEventListener(name, (event) => {
    if (!dragging(event)) return;
    event.preventDefault();
    zone.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
zone.addEventListener("drop", (event) => {
  if (!dragging(event)) return;
  event.preventDefault();
  input.files = event.dataTransfer.files;
  showChosen();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const why = unfit();
  if (why) refuse(why); else send();
});
// Who comes back by the browser's button finds the form ready.
window.addEventListener("pageshow", () => { button.disabled = false; sending.hidden = true; showChosen(); });
