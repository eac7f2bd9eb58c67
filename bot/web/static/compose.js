// The editor of a post beyond its HTML: counts that know what comes with a text, problems beside their fields,
// keeping while typing, files taken in at once. Without it every button still works.

const form = document.getElementById("post");
const said = document.getElementById("autosaved");
const named = (name) => [...form.elements].filter((element) => element.name === name);
const filled = (name) => named(name).some((element) => element.value.trim());
const announce = (element, kind = "change") => element.dispatchEvent(new Event(kind, { bubbles: true }));

// Counts ------------------------------------------------------------------------------------------
// A text may be as long as what comes with it allows: a caption is shorter than a text of its own.

function suitLimits() {
  const media = named("media").some((box) => box.checked);
  const poll = filled("poll_question") || filled("poll_options");
  const inWords = new Set(named("poll_in_words").filter((box) => box.checked).map((box) => box.value));
  const chosen = new Set(named("channels").filter((box) => box.checked).map((box) => box.dataset.network));
  for (const crop of form.querySelectorAll("[data-crop]")) crop.hidden = chosen.size > 0 && !chosen.has(crop.dataset.crop);
  for (const list of form.querySelectorAll(".counts")) {
    const isComment = list.dataset.countOf === "first_comment";
    let changed = false;
    for (const item of list.children) {
      const network = item.querySelector(".net").className.match(/net-(\w+)/)[1];
      const { alone, beside, above, limit } = item.dataset;
      const wanted = isComment ? alone : poll && !inWords.has(network) ? above : media ? beside : alone;
      item.hidden = chosen.size > 0 && !chosen.has(network) && !list.dataset.countOf.startsWith("override_");
      if (limit === wanted) continue;
      item.dataset.limit = wanted;
      item.querySelector("[data-limit-shown]").textContent = wanted;
      changed = true;
    }
    if (changed) announce(document.getElementById(list.dataset.countOf), "input");
  }
}

// Problems ----------------------------------------------------------------------------------------
// The server says what is wrong with every preview; each problem goes beside its field.

function placeProblems() {
  for (const old of form.querySelectorAll(".problem-live")) old.remove();
  for (const item of document.querySelectorAll("#preview .live-problems li")) {
    const field = document.getElementById(item.dataset.field);
    const box = field?.closest(".field, details") ?? null;
    if (!box || !form.contains(box) || document.getElementById(`problem-${item.dataset.field}`)) continue;
    const line = item.querySelector(".problem").cloneNode(true);
    const problem = Object.assign(document.createElement("p"), { className: "problem problem-live" });
    problem.append(...line.childNodes);
    problem.id = `live-${item.dataset.field}`;
    if (box.matches("details")) box.open = true;
    box.append(problem);
    field.setAttribute("aria-describedby", [...new Set(`${field.getAttribute("aria-describedby") ?? ""} ${problem.id}`.trim().split(" "))].join(" "));
  }
}

document.addEventListener("htmx:after:swap", placeProblems);
form.addEventListener("input", ({ target, isTrusted }) => { // who types there is mending it
  if (isTrusted) document.getElementById(`problem-${target.name}`)?.remove();
});

// Keeping while typing ----------------------------------------------------------------------------

const QUIET = 1500; // after so long without a key, what stands there is kept
let timer = 0;
let kept = "";
let leaving = false;
let sending = new AbortController();

function typedNow() {
  const data = new FormData(form);
  data.delete("file");
  return new URLSearchParams(data);
}

async function keep() {
  clearTimeout(timer);
  const now = typedNow();
  if (leaving || now.toString() === kept) return;
  kept = now.toString();
  sending = new AbortController();
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body: now, keepalive: kept.length < 60_000, signal: sending.signal });
    if (!answer.ok) throw new Error(answer.status);
    said.textContent = (await answer.json()).said;
  } catch {
    kept = ""; // the next key tries again
  }
}

form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, QUIET); });
form.addEventListener("change", () => { clearTimeout(timer); timer = setTimeout(keep, QUIET); });
form.addEventListener("submit", ({ submitter }) => {
  if (submitter?.matches("[data-look-up]")) return;
  leaving = true;
  sending.abort(); // what is saved now must not be kept as unsaved after that
});
addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", () => document.hidden && keep());

// Files -------------------------------------------------------------------------------------------

const upload = form.querySelector("[data-upload]");
const file = document.getElementById("file");

function complain(field, text) {
  const box = field.closest(".field");
  box.querySelector(".problem")?.remove();
  field.removeAttribute("aria-invalid");
  if (!text) return;
  const line = Object.assign(document.createElement("p"), { className: "problem", textContent: text });
  line.setAttribute("role", "alert");
  box.append(line);
  field.setAttribute("aria-invalid", "true");
}

async function takeIn() {
  const chosen = file.files[0];
  complain(file, "");
  if (!chosen) return;
  if (chosen.size > Number(upload.dataset.largest)) {
    complain(file, upload.dataset.tooLarge);
    file.value = "";
    return;
  }
  file.disabled = false;
  upload.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(upload.dataset.upload, { method: "POST", body: new FormData(form) });
    if (answer.status === 422) complain(file, (await answer.json()).problem);
    else if (answer.status === 413) complain(file, upload.dataset.tooLarge);
    else if (!answer.ok) throw new Error(answer.status);
    else showPictures(await answer.text());
  } catch {
    complain(file, upload.dataset.broken);
  }
  upload.removeAttribute("aria-busy");
  file.value = "";
}

function showPictures(html) {
  const part = new DOMParser().parseFromString(html, "text/html"); // ours, and no script of it would run
  document.getElementById("pictures").replaceChildren(...part.body.childNodes);
  document.getElementById("file_alt").value = "";
  pointFocus();
  suitLimits();
  announce(form);
}

file.addEventListener("change", (event) => { event.stopPropagation(); takeIn(); });

// Crops -------------------------------------------------------------------------------------------

function pointFocus() {
  for (const picture of form.querySelectorAll(".picture:has([data-crop])")) {
    picture.querySelector("[data-focus-hint]").hidden = false;
    picture.querySelector(".focus").classList.add("focus-ready");
    showPoint(picture);
  }
}

function showPoint(picture) {
  const crop = [...picture.querySelectorAll("[data-crop]")].find((each) => each.querySelector("select").value);
  const point = picture.querySelector(".focus-point");
  point.hidden = !crop;
  if (!crop) return;
  const [x, y] = [...crop.querySelectorAll("input")].map((input) => input.value);
  point.style.left = `${x}%`;
  point.style.top = `${y}%`;
}

form.addEventListener("click", (event) => {
  const image = event.target.closest(".focus-ready img");
  if (!image) return;
  const { left, top, width, height } = image.getBoundingClientRect();
  const picture = image.closest(".picture");
  for (const crop of picture.querySelectorAll("[data-crop]")) {
    const [across, down] = crop.querySelectorAll("input");
    across.value = Math.round(((event.clientX - left) / width) * 100);
    down.value = Math.round(((event.clientY - top) / height) * 100);
  }
  picture.querySelector("details").open = true;
  showPoint(picture);
  announce(form);
});
form.addEventListener("change", ({ target }) => target.closest("[data-crop]") && showPoint(target.closest(".picture")));

// Poll and link -----------------------------------------------------------------------------------

const more = form.querySelector("[data-add-answer]");
more.hidden = false;
more.addEventListener("click", () => {
  const answers = form.querySelector("[data-answers]");
  const another = answers.lastElementChild.cloneNode();
  another.value = "";
  another.setAttribute("aria-label", more.dataset.label.replace("#", answers.children.length + 1));
  answers.append(another);
  another.focus();
});

form.addEventListener("submit", async (event) => {
  if (!event.submitter?.matches("[data-look-up]")) return;
  event.preventDefault();
  const trouble = document.getElementById("link-trouble");
  event.submitter.disabled = true;
  const answer = await fetch("/posts/link", { method: "POST", body: typedNow(), headers: { accept: "application/json" } }).catch(() => null);
  event.submitter.disabled = false;
  const { problem = upload.dataset.broken } = answer ? await answer.json().catch(() => ({})) : {};
  trouble.textContent = problem;
  trouble.hidden = !problem;
  window.htmx.trigger(document.getElementById("preview"), "refresh");
});

form.addEventListener("input", suitLimits);
form.addEventListener("change", suitLimits);
suitLimits();
placeProblems();
pointFocus();
kept = typedNow().toString(); // who only looks leaves nothing behind
