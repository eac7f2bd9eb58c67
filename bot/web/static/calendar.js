// Moving posts in the calendar by mouse, touch and keyboard. Without it, every post's own page has "Move to…".
// A card (data-v: the version that was seen) lies in a cell (data-day, in the week also data-hour).

const words = document.getElementById("moving");
const which = document.getElementById("which");
const lang = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const dayName = new Intl.DateTimeFormat(lang, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HOLD = 300; // ms that a finger rests before it lifts a card
const SLACK = { mouse: 5, touch: 10 }; // px
const SNAP = 5; // minutes
const EDGE = 56; // px from where the page begins to scroll

const calendar = () => document.getElementById("calendar");
const cardOf = (element) => element?.closest?.("#calendar [data-v]");
const cellOf = (element) => element?.closest?.("#calendar [data-day]");
const linkOf = (card) => card.matches("a") ? card : card.querySelector("a.cover");
const timeOf = (card) => card.querySelector("time").textContent;
const isWeek = () => Boolean(document.querySelector(".week"));
const say = (text) => { words.textContent = text; };
const toast = (text, undo = "") => document.dispatchEvent(new CustomEvent("toast", { detail: { text, undo } }));

const daysFrom = (day, other) => Math.round((Date.parse(other) - Date.parse(day)) / 864e5);
const plusDays = (day, days) => new Date(Date.parse(day) + days * 864e5).toISOString().slice(0, 10);
const minutesOf = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const asTime = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const spoken = ({ day, time }) => `${dayName.format(new Date(day))}, ${time}`;

// What is in the hand -----------------------------------------------------------------------------

let held = null; // { card, from: {day, time}, to: {day, time}, image }
const undone = []; // addresses that take the latest moves back, the newest last
let returnTo = ""; // whose link gets the focus once the calendar has been drawn again

function pickUp(card) {
  if ("locked" in card.dataset) {
    toast(words.dataset.locked);
    return false;
  }
  const from = { day: cellOf(card).dataset.day, time: timeOf(card) };
  held = { card, from, to: from, home: card.parentElement, next: card.nextSibling };
  card.classList.add("held");
  calendar().dataset.held = "";
  return true;
}

function aim(day, time) {
  held.to = { day, time };
  for (const cell of document.querySelectorAll(".aimed")) cell.classList.remove("aimed");
  const hour = isWeek() ? `[data-hour="${Number(time.slice(0, 2))}"]` : "";
  const cell = document.querySelector(`#calendar [data-day="${day}"]${hour}`);
  cell?.classList.add("aimed");
  if (held.image) held.image.lastChild.textContent = spoken(held.to);
  return cell;
}

function letGo() {
  const was = held;
  for (const cell of document.querySelectorAll(".aimed")) cell.classList.remove("aimed");
  was.image?.remove();
  was.card.classList.remove("held");
  held = null;
  cancelAnimationFrame(scrolling);
  scrolling = 0;
  return was;
}

function leave() {
  letGo();
  delete calendar().dataset.held;
  say(words.dataset.left);
}

async function drop() {
  const { card, from, to, home, next } = letGo();
  const stays = from.day === to.day && from.time === to.time;
  const scope = stays ? "" : "many" in card.dataset ? await ask(to) : "this";
  if (!scope) {
    delete calendar().dataset.held;
    return say(words.dataset.left);
  }
  settleIn(card, to);
  const link = linkOf(card);
  const address = new URL(link.href);
  const on = address.searchParams.get("on");
  const wish = { version: card.dataset.v, scope, ...(on && { on }), ...whereto(from, to) };
  const told = await post(`${address.pathname}/move`, wish);
  if (told.error) home.insertBefore(card, next?.parentElement === home ? next : null);
  else {
    card.dataset.v = told.version;
    link.setAttribute("href", told.href);
    undone.push(told.undo);
  }
  returnTo = link.getAttribute("href");
  if (document.activeElement === document.body) link.focus();
  afterwards(told);
}

/** In the month the days differ and the time of day is the post's own; a time read off the week is in the week's zone. */
function whereto(from, to) {
  if (from.time === to.time) return { days: daysFrom(from.day, to.day) };
  return { date: to.day, time: to.time, seen_in: words.dataset.zone };
}

function settleIn(card, { day, time }) {
  const hour = isWeek() ? `[data-hour="${Number(time.slice(0, 2))}"]` : "";
  const cell = document.querySelector(`#calendar [data-day="${day}"]${hour}`);
  if (!cell) return card.remove();
  const later = [...cell.querySelectorAll("[data-v]")].find((other) => other !== card && timeOf(other) > time);
  const last = [...cell.querySelectorAll("[data-v]")].filter((other) => other !== card).at(-1);
  card.querySelector("time").textContent = time;
  if (later) later.before(card);
  else if (last) last.after(card);
  else if (cell.querySelector(".day-head, h2")) cell.querySelector(".day-head, h2").after(card);
  else cell.append(card);
}

function ask(to) {
  which.querySelector("#which-to").textContent = spoken(to);
  which.returnValue = "";
  which.showModal();
  return new Promise((answer) => which.addEventListener("close", () => answer(which.returnValue), { once: true }));
}

async function post(path, fields) {
  const token = document.querySelector('input[name="_csrf_token"]')?.value ?? "";
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { accept: "application/json", "x-csrftoken": token },
      body: new URLSearchParams(fields),
    });
    const told = await answer.json();
    return answer.ok || /\s/.test(told.error ?? "") ? told : { error: words.dataset.trouble }; // a sentence, never a code
  } catch { // no network, or a page instead of an answer
    return { error: words.dataset.trouble };
  }
}

function afterwards(told) {
  delete calendar().dataset.held;
  toast(told.error ?? told.said, told.undo);
  calendar().dispatchEvent(new Event("stale", { bubbles: true }));
}

async function takeBack(address = undone.pop()) {
  if (!address) return say(words.dataset.nothing);
  const { pathname, searchParams } = new URL(address, location.href);
  const told = await post(pathname, searchParams);
  if (!told.error) returnTo = told.href;
  afterwards({ ...told, undo: "" });
}

document.addEventListener("submit", (event) => { // a toast's Undo, without leaving the page
  const form = event.target.closest("#toasts form");
  if (!form || !form.getAttribute("action").includes("/move?")) return;
  event.preventDefault();
  const address = form.getAttribute("action");
  undone.splice(0, undone.length, ...undone.filter((one) => one !== address));
  form.closest(".toast").querySelector(":scope > button").click();
  takeBack(address);
});

document.addEventListener("htmx:after:swap", () => {
  const link = returnTo && document.querySelector(`#calendar a[href="${CSS.escape(returnTo)}"]`);
  const lost = [null, document.body].includes(document.activeElement) || !document.activeElement.isConnected;
  if (link && lost) link.focus();
});
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { returnTo = ""; }, true); // they have gone on

// Mouse and touch ---------------------------------------------------------------------------------

let grip = null; // { card, x, y, timer }: pressed, not lifted yet
let dropped = 0; // when
let refused = false; // what is pressed can't be moved
let scrolling = 0;
let pointer = { x: 0, y: 0 };

document.addEventListener("pointerdown", (event) => {
  const card = cardOf(event.target);
  if (!card || event.button !== 0 || held || grip || event.target.closest("button, summary")) return;
  grip = { card, x: event.clientX, y: event.clientY, kind: event.pointerType === "mouse" ? "mouse" : "touch" };
  if (grip.kind === "touch") grip.timer = setTimeout(() => lift(), HOLD);
});

document.addEventListener("pointermove", (event) => {
  pointer = { x: event.clientX, y: event.clientY };
  if (held?.image) return carry();
  if (!grip) return;
  const far = Math.hypot(event.clientX - grip.x, event.clientY - grip.y) > SLACK[grip.kind];
  if (far && grip.kind === "mouse") lift();
  else if (far) forget(); // a finger that scrolls
});

document.addEventListener("pointerup", () => {
  forget();
  if (refused || held?.image) dropped = performance.now();
  refused = false;
  if (held?.image) drop();
});

document.addEventListener("pointercancel", () => {
  forget();
  if (held?.image) leave();
});

function forget() {
  clearTimeout(grip?.timer);
  grip = null;
}

function lift() {
  const { card, x, y } = grip;
  forget();
  refused = !pickUp(card);
  if (refused) return;
  const box = card.getBoundingClientRect();
  const image = document.createElement("div");
  image.className = "carried";
  const copy = card.cloneNode(true);
  copy.removeAttribute("data-v"); // it is a picture, no card
  image.append(copy, document.createElement("b"));
  image.style.width = `${Math.min(box.width, 320)}px`;
  image.inert = true;
  document.body.append(image);
  held.image = image;
  pointer = { x, y };
  navigator.vibrate?.(10);
  carry();
  if (!scrolling) scrolling = requestAnimationFrame(scroll);
}

function carry() {
  held.image.style.transform = `translate(${pointer.x + 8}px, ${pointer.y + 8}px)`;
  const cell = cellOf(document.elementFromPoint(pointer.x, pointer.y));
  if (cell) aim(cell.dataset.day, "hour" in cell.dataset ? clockIn(cell) : held.from.time);
  else aim(held.from.day, held.from.time);
}

function clockIn(cell) {
  const box = cell.getBoundingClientRect();
  const share = Math.min(Math.max((pointer.y - box.top) / box.height, 0), 0.999);
  return asTime(Number(cell.dataset.hour) * 60 + Math.floor((share * 60) / SNAP) * SNAP);
}

function scroll() {
  if (!held?.image) return;
  const speed = pointer.y < EDGE ? -10 : pointer.y > innerHeight - EDGE ? 10 : 0;
  if (speed) {
    scrollBy(0, speed);
    carry();
  }
  scrolling = requestAnimationFrame(scroll);
}

document.addEventListener("touchmove", (event) => held?.image && event.preventDefault(), { passive: false });
document.addEventListener("contextmenu", (event) => (held?.image || grip?.timer) && event.preventDefault());
document.addEventListener("dragstart", (event) => cardOf(event.target) && event.preventDefault());
document.addEventListener("click", (event) => { // the click that ends a drag opens nothing; any other click does what it says
  if (cellOf(event.target) && performance.now() - dropped < 50) event.preventDefault();
}, true);

// Keyboard ----------------------------------------------------------------------------------------

const switchOf = document.getElementById("shortcuts");
switchOf.checked = localStorage.getItem("shortcuts") !== "off";
switchOf.addEventListener("change", () => localStorage.setItem("shortcuts", switchOf.checked ? "on" : "off"));
document.getElementById("keys").hidden = false;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && held) {
    event.preventDefault();
    return leave();
  }
  if (!switchOf.checked || event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  const done = event.ctrlKey || event.metaKey ? undo(event) : !event.altKey && (held ? steer(event) : walk(event));
  if (done) event.preventDefault();
});

function undo({ key, shiftKey }) {
  if (key.toLowerCase() !== "z" || shiftKey || held) return false;
  takeBack();
  return true;
}

function steer({ key }) {
  if (held.image) return false;
  if (key === "Enter" || key === " " || key.toLowerCase() === "m") {
    drop();
    return true;
  }
  if (key === "Tab") {
    leave();
    return false;
  }
  const step = stepOf(key);
  if (!step) return false;
  const { day, time } = held.to;
  const minutes = minutesOf(time) + (step.minutes ?? 0);
  if (minutes >= 0 && minutes < 24 * 60) {
    aim(plusDays(day, step.days ?? 0), asTime(minutes))?.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(spoken(held.to));
  }
  return true;
}

/** How far a key moves what is held: a day or a week, in the week view also five minutes or an hour. */
function stepOf(key) {
  const across = { ArrowLeft: { days: -1 }, ArrowRight: { days: 1 } }[key];
  if (across) return across;
  if (isWeek()) {
    return { ArrowUp: { minutes: -SNAP }, ArrowDown: { minutes: SNAP }, PageUp: { minutes: -60 }, PageDown: { minutes: 60 } }[key];
  }
  const down = document.querySelector(".month") ? 7 : 1;
  return { ArrowUp: { days: -down }, ArrowDown: { days: down }, PageUp: { days: -7 }, PageDown: { days: 7 } }[key];
}

function walk({ key, target }) {
  const card = cardOf(target);
  if (key.toLowerCase() === "n") {
    const day = cellOf(target)?.dataset.day;
    location.assign(day ? `/posts/new?date=${day}` : "/posts/new");
    return true;
  }
  if (key.toLowerCase() === "m" && card) {
    if (pickUp(card)) say(words.dataset.picked.replace("{}", `${linkOf(card).textContent.trim()}, ${spoken(held.from)}`));
    return true;
  }
  return ARROWS[key] ? go(target, ...ARROWS[key]) : false;
}

/** Up and down from one post to the next, then to the next row; left and right to the next day that has something. */
function go(target, across, down) {
  const cell = cellOf(target);
  if (!cell) return false;
  const stops = (within) => [...within.querySelectorAll("a")].filter((link) => link.checkVisibility() && !link.matches(".day-add"));
  const here = stops(cell);
  const neighbour = down && here[here.indexOf(target) + down];
  if (neighbour) return focusOn(neighbour);
  const cells = [...document.querySelectorAll("#calendar [data-day]")];
  const isGrid = cell.matches("td");
  const column = cell.cellIndex;
  const row = cell.parentElement;
  const inLine = cells.filter((other) => !isGrid || (across ? other.parentElement === row || !isWeek() : other.cellIndex === column));
  const ahead = across + down > 0 ? inLine.slice(inLine.indexOf(cell) + 1) : inLine.slice(0, inLine.indexOf(cell)).reverse();
  for (const other of ahead) {
    const found = stops(other);
    if (found.length) return focusOn(other.querySelector("[data-v]") && across ? linkOf(other.querySelector("[data-v]")) : found.at(down < 0 ? -1 : 0));
  }
  return true;
}

function focusOn(link) {
  link.focus();
  return true;
}

performance.mark("calendar");
