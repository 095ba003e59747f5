// Makes the parts of Parvis in a page live. They work without it: forms post, links lead to pages of their own.
//
// data-parvis-part     what a form or a link in it replaces by the server's answer
// data-parvis-do       a form whose answer replaces its part
// data-parvis-get      a link whose answer replaces its part
// data-parvis-load     in <details>: what is fetched when it opens, in place of this element
// data-parvis-focus    where the focus goes again when a part was replaced
// data-parvis-at       where the routes are; with data-parvis-csrf, what a post must bear, and data-parvis-failed, a sentence

const MINUTE = 60_000;

/** What the page says of its parts: they all stand in one that says it. */
const root = (element) => element.closest("[data-parvis-at]");

/** Asks the server for a part; a failure has the sentence to show, if the server gave one. */
async function ask(url, body) {
  const method = body ? "POST" : "GET";
  const headers = { "X-Parvis": "1" };
  try {
    const answer = await fetch(url, { method, headers, body, credentials: "same-origin" });
    return { ok: answer.ok, html: await answer.text() };
  } catch {
    return { ok: false, html: "" };
  }
}

/** A post that shows nothing. */
function tell(route, about, fields) {
  const { parvisAt, parvisCsrf } = root(about).dataset;
  const body = new URLSearchParams(parvisCsrf);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return ask(parvisAt + route, body);
}

/** HTML of the server as nodes. */
function nodes(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Puts the server's answer in place of a part, and the focus where it was, or on what is new. */
function replace(part, html) {
  const held = part.contains(document.activeElement) ? document.activeElement : null;
  const key = held?.closest("[data-parvis-focus]")?.dataset.parvisFocus;
  const content = nodes(html);
  const added = [...content.children];
  part.replaceWith(content);
  added.forEach(enhance);
  if (!held) return added;
  const again = key && added.map((element) => find(element, `[data-parvis-focus="${CSS.escape(key)}"]`)).find(Boolean);
  const target = again || added[0];
  if (target) {
    if (!again) target.tabIndex = -1;
    target.focus();
  }
  return added;
}

/** An element itself, or the first in it, of a selector. */
const find = (element, selector) => (element.matches(selector) ? element : element.querySelector(selector));
const all = (element, selector) => [...(element.matches?.(selector) ? [element] : []), ...element.querySelectorAll(selector)];

/** Says that something did not work, beside where it was asked. */
function fail(place, html) {
  const words = nodes(html).querySelector("[role=alert]")?.textContent || root(place).dataset.parvisFailed;
  let line = place.querySelector("[data-parvis-error]");
  if (!line) {
    line = document.createElement("p");
    line.className = "parvis-error";
    line.dataset.parvisError = "";
    line.setAttribute("role", "alert");
    place.append(line);
  }
  line.hidden = false;
  line.textContent = words;
}

// Forms. What is sent twice, because the answer was lost, happens once: a comment keeps its key until it changes.

const keys = new WeakMap();

function keyed(form, body) {
  const words = body.get("body");
  if (words === null) return;
  if (keys.get(form)?.words !== words) keys.set(form, { words, key: crypto.randomUUID?.() ?? String(Math.random()) });
  body.set("key", keys.get(form).key);
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-parvis-do]");
  if (!form) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form));
  keyed(form, body);
  const answer = await ask(form.action, body);
  form.removeAttribute("aria-busy");
  if (answer.ok) replace(form.closest("[data-parvis-part]"), answer.html);
  else fail(form, answer.html);
});

// A comment is sent by Ctrl-Enter, too.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.target.closest?.("form[data-parvis-do]")?.requestSubmit();
  }
  if (event.key === "Escape") {
    const badge = event.target.closest?.(".parvis-badge[open]");
    if (badge) {
      badge.open = false;
      badge.querySelector("summary").focus();
    }
  }
});

// Links.

document.addEventListener("click", async (event) => {
  for (const badge of document.querySelectorAll(".parvis-badge[open]")) {
    if (!badge.contains(event.target)) badge.open = false;
  }
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const read = event.target.closest("a[data-parvis-read]");
  if (read) tell("read", read, { entries: read.dataset.parvisRead });
  const link = event.target.closest("a[data-parvis-get]");
  if (!link || !plain) return;
  event.preventDefault();
  const part = link.closest("[data-parvis-part]");
  part.setAttribute("aria-busy", "true");
  const answer = await ask(link.href);
  part.removeAttribute("aria-busy");
  if (answer.ok) replace(part, answer.html);
  else fail(part, answer.html);
});

// What opens: threads, and the list behind the badge.

document.addEventListener(
  "toggle",
  async (event) => {
    const details = event.target;
    const slot = details.open && details.querySelector?.(":scope > [data-parvis-load]");
    if (!slot || !root(details)) return;
    slot.setAttribute("aria-busy", "true");
    details.classList.toggle("parvis-left", details.getBoundingClientRect().right < innerWidth / 2);
    const answer = await ask(slot.dataset.parvisLoad);
    slot.removeAttribute("aria-busy");
    if (!answer.ok) return fail(slot, answer.html);
    replace(slot, answer.html);
    if (details.matches(".parvis-badge")) {
      await tell("seen", details, {});
      count(0);
    }
  },
  true,
);

// The badge, and the line that says that there are new posts.

/** A number in words, of those that the element has for none, one and many. */
function worded(element, n) {
  const { parvisNone, parvisOne, parvisMany } = element.dataset;
  return (n === 0 && parvisNone ? parvisNone : n === 1 ? parvisOne : parvisMany).replace("{n}", n);
}

function count(n) {
  for (const shown of document.querySelectorAll("[data-parvis-count]")) {
    shown.textContent = n;
    shown.hidden = n === 0;
  }
  for (const label of document.querySelectorAll("[data-parvis-label]")) {
    const words = worded(label, n);
    if (label.textContent !== words) label.textContent = words;
  }
}

function news(n) {
  for (const link of document.querySelectorAll("[data-parvis-home] [data-parvis-news]")) {
    const total = Number(link.dataset.parvisTotal || 0) + n;
    link.dataset.parvisTotal = total;
    link.textContent = worded(link, Math.min(total, 99));
    link.parentElement.hidden = total === 0;
  }
}

/** One stream serves all parts of the page. The browser takes it up again by itself, from the last event it has. */
function live() {
  const part = document.querySelector("[data-parvis-live]");
  if (part) {
    const stream = new EventSource(part.dataset.parvisLive);
    stream.addEventListener("changes", (event) => {
      const change = JSON.parse(event.data);
      count(change.badge);
      news(change.replaced ? 1 : change.feed_new);
    });
    stream.addEventListener("end", () => stream.close());
    addEventListener("pagehide", () => stream.close());
    return;
  }
  const badge = document.querySelector(".parvis-badge");
  if (!badge) return;
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await ask(`${badge.dataset.parvisAt}unread`);
    if (answer.ok) count(JSON.parse(answer.html).badge);
  }, MINUTE);
}

// Cards that were on the screen: half of one, for a second.

const waiting = new Map();
const saw = new Set();

function report(about) {
  if (!saw.size) return;
  const items = [...saw].slice(0, 200);
  items.forEach((item) => saw.delete(item));
  tell("saw", about, { items: items.join(" ") });
}

const screen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(waiting.get(target));
      if (!isIntersecting) continue;
      const dwell = () => {
        screen.unobserve(target);
        saw.add(target.dataset.parvisItem);
        setTimeout(report, 1500, target);
      };
      waiting.set(target, setTimeout(dwell, 1000));
    }
  },
  { threshold: 0.5 },
);

// Dates, as the browser's reader counts time.

const UNITS = [
  ["day", 24 * 60 * MINUTE],
  ["hour", 60 * MINUTE],
  ["minute", MINUTE],
];

function date(element) {
  const tongue = element.closest("[lang]")?.lang || "en";
  const language = navigator.languages.find((tag) => tag.startsWith(tongue)) || tongue;
  const then = new Date(element.dateTime);
  const past = then - Date.now();
  element.title = then.toLocaleString(language, { dateStyle: "full", timeStyle: "short" });
  if (Math.abs(past) > 6 * UNITS[0][1]) {
    element.textContent = then.toLocaleDateString(language, { dateStyle: "long" });
    return;
  }
  const [unit, length] = UNITS.find(([, size]) => Math.abs(past) >= size) || ["second", Infinity];
  const written = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  element.textContent = written.format(Math.round(past / length), unit);
}

/** What the server cannot do: dates of the reader's zone, and what he has on his screen. */
function enhance(element) {
  all(element, "time[datetime]").forEach(date);
  all(element, ".parvis-feed .parvis-item").forEach((card) => screen.observe(card));
}

const parts = () => document.querySelectorAll(".parvis");
parts().forEach(enhance);
setInterval(() => parts().forEach((part) => all(part, "time[datetime]").forEach(date)), MINUTE);
live();
