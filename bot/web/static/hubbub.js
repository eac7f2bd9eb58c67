// Everything a page does beyond its HTML. Without it every page still reads and every form still posts.

const words = document.getElementById("toasts")?.dataset ?? {};
const token = () => document.querySelector('input[name="_csrf_token"]')?.value ?? "";

// Toasts ------------------------------------------------------------------------------------------

/** Says something for a moment; with `undo` (an address to post to) it can be taken back for 8 seconds. */
export function toast(text, { undo = "", seconds = 8 } = {}) {
  const region = document.getElementById("toasts");
  const line = document.createElement("div");
  line.className = "toast";
  line.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (undo) line.append(undoForm(undo));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: "×" });
  close.setAttribute("aria-label", words.close);
  close.addEventListener("click", () => dismiss(line));
  line.append(close);
  if (!region.matches(":popover-open")) region.showPopover(); // the top layer: also above a dialog
  region.append(line);
  let timer = setTimeout(() => dismiss(line), seconds * 1000);
  line.addEventListener("pointerenter", () => clearTimeout(timer));
  line.addEventListener("focusin", () => clearTimeout(timer));
  line.addEventListener("pointerleave", () => { timer = setTimeout(() => dismiss(line), seconds * 1000); });
}

function undoForm(action) {
  const form = Object.assign(document.createElement("form"), { method: "post", action });
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "_csrf_token", value: token() }));
  form.append(Object.assign(document.createElement("button"), { className: "btn btn-small", textContent: words.undo }));
  return form;
}

function dismiss(line) {
  const region = line.parentElement;
  line.remove();
  if (region && !region.children.length) region.hidePopover();
}

// A response says so with the header HX-Trigger: {"toast": {"text": "...", "undo": "/..."}}.
document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value, detail));
document.addEventListener("htmx:response:error", ({ detail }) => {
  const { response, hx } = detail.ctx;
  const told = hx?.trigger?.includes("toast") || [409, 422].includes(response.status);
  if (!told) toast(words.trouble);
});
document.addEventListener("htmx:config:request", ({ detail }) => {
  const { request } = detail.ctx;
  if (request.method !== "GET") request.headers["x-csrftoken"] = token();
});

// Live parts --------------------------------------------------------------------------------------
// <div id="list" data-live="inbox suggestions" data-src="/inbox/list"> is fetched again when one of
// its topics is heard; without data-src, its part of this page is (it then needs an id).

const HIDDEN_FOR = 60_000; // a tab nobody looks at gives its connection back
const SETTLE = 150; // a burst of events is one fetch

let stream = null;
let heard = new Set();
let broken = false;
let farewell = 0;

const topicsOf = (element) => element.dataset.live.split(/\s+/).filter(Boolean);
const liveParts = () => [...document.querySelectorAll("[data-live]")];

function refresh(element) {
  clearTimeout(element.refreshTimer);
  element.refreshTimer = setTimeout(() => fetchAgain(element), SETTLE);
}

function fetchAgain(element) {
  if (!element.isConnected || !window.htmx) return;
  if ("held" in element.dataset) return refresh(element); // something in it is in somebody's hand
  if (element.hasAttribute("hx-get")) return window.htmx.trigger(element, "refresh");
  const { src } = element.dataset;
  const part = src ? { swap: "innerMorph" } : { swap: "outerMorph", select: `#${element.id}` };
  return window.htmx.ajax("GET", src ?? location.href, { source: element, target: element, ...part });
}

document.addEventListener("stale", ({ target }) => refresh(target)); // a script knows that it changed

function listen() {
  if (!stream) return;
  const named = new Set(liveParts().flatMap(topicsOf));
  for (const topic of named) {
    if (heard.has(topic)) continue;
    heard.add(topic);
    stream.addEventListener(topic, (event) => {
      liveParts().filter((element) => topicsOf(element).includes(topic)).forEach(refresh);
      document.dispatchEvent(new CustomEvent(`live:${topic}`, { detail: event.data }));
    });
  }
}

function connect() {
  const address = document.body.dataset.events;
  if (stream || !address || !liveParts().length) return;
  stream = new EventSource(address);
  heard = new Set();
  stream.addEventListener("open", () => {
    if (broken) liveParts().forEach(refresh); // whatever was said meanwhile was not heard
    broken = false;
  });
  stream.addEventListener("error", () => {
    broken = true;
    if (stream?.readyState === EventSource.CLOSED) { // refused for good: try again, gently
      stream = null;
      setTimeout(connect, 10_000);
    }
  });
  listen();
}

function disconnect() {
  stream?.close();
  stream = null;
  broken = true;
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(farewell);
  if (document.hidden) farewell = setTimeout(disconnect, HIDDEN_FOR);
  else connect();
});
addEventListener("pagehide", disconnect);
addEventListener("pageshow", (event) => event.persisted && connect());

// Times -------------------------------------------------------------------------------------------

function sayTimes() {
  const { lang, dataset } = document.documentElement;
  const near = new Intl.RelativeTimeFormat(lang === "en" ? "en-GB" : lang, { style: "short" });
  for (const element of document.querySelectorAll("time[data-when]")) {
    const minutes = Math.trunc((new Date(element.dateTime) - Date.now()) / 60_000);
    if (minutes && Math.abs(minutes) < 60) {
      element.textContent = near.format(minutes, "minute");
      element.dataset.when = "near";
    } else if (element.dataset.when === "near" && minutes) { // it has been an hour: the server's words would be the time
      element.textContent = new Date(element.dateTime).toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: dataset.zone });
      element.dataset.when = "";
    }
  }
}

// Counters ----------------------------------------------------------------------------------------

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const units = {
  utf16: (text) => text.split(""),
  code_points: (text) => [...text],
  bytes: (text) => [...text].flatMap((sign) => [sign, ...Array(new TextEncoder().encode(sign).length - 1).fill("")]),
  graphemes: (text) => Array.from(graphemes.segment(text), (part) => part.segment),
};

function showCounts(field) {
  const list = document.querySelector(`[data-count-of="${CSS.escape(field.id)}"]`);
  for (const item of list?.children ?? []) {
    const parts = units[item.dataset.unit](field.value.trim()); // as the server reads it
    const limit = Number(item.dataset.limit);
    const tail = item.querySelector(".tail");
    item.querySelector("b").textContent = parts.length;
    item.classList.toggle("over", parts.length > limit);
    tail.textContent = parts.slice(limit).join("");
    tail.hidden = parts.length <= limit;
  }
}

document.addEventListener("input", ({ target }) => target.matches("textarea[data-count]") && showCounts(target));

// Small comforts ----------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => { // Ctrl+Enter sends what is being written
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest("form")?.requestSubmit();
});
document.addEventListener("click", ({ target }) => { // an open menu closes when something else is clicked
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-theme-switch]")) switchTheme();
});

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`; // the server draws the next page with it
}

function attend() {
  document.querySelectorAll("[data-theme-switch]").forEach((button) => { button.hidden = false; });
  document.querySelectorAll("textarea[data-count]").forEach(showCounts);
  sayTimes();
  connect();
  listen();
}

document.addEventListener("htmx:after:swap", attend);
setInterval(() => document.hidden || sayTimes(), 20_000);
attend();
