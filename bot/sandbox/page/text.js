// A message's text with its entities, as elements. Offsets are UTF-16 units, which is what strings here are made of.
import { locale, word } from "./words.js";

const SIMPLE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function richText(text, entities, hooks) {
  const root = element("div", "text");
  root.dir = "auto";
  fill(root, text, 0, text.length, sorted(entities), hooks);
  if (/^(\p{Extended_Pictographic}\uFE0F?|\p{RI}\p{RI}){1,3}$/u.test(text)) root.firstChild.replaceWith(element("span", "emoji-only", text));
  return root;
}

function sorted(entities) {
  return [...(entities || [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
}

function fill(parent, text, start, end, entities, hooks) {
  let at = start;
  let rest = entities;
  while (rest.length) {
    const [entity, ...others] = rest;
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset > at) parent.append(text.slice(at, BLOCKS.has(entity.type) ? before(text, entity.offset) : entity.offset));
    const inner = others.filter((other) => other.offset < stop);
    parent.append(dressed(entity, text, Math.max(entity.offset, at), stop, inner, hooks));
    // A block stands on its own line: the line break after it would show as an empty one.
    at = BLOCKS.has(entity.type) && text[stop] === "\n" ? stop + 1 : stop;
    rest = others.filter((other) => other.offset >= stop);
  }
  if (at < end) parent.append(text.slice(at, end));
}

const before = (text, offset) => (text[offset - 1] === "\n" ? offset - 1 : offset);

function dressed(entity, text, start, end, inner, hooks) {
  const part = text.slice(start, end);
  const make = MAKERS[entity.type];
  const [node, body] = make ? make(entity, part, hooks) : [element(SIMPLE[entity.type] || "span")];
  fill(body || node, text, start, end, inner, hooks);
  return node;
}

const MAKERS = {
  pre(entity) {
    const node = element("pre");
    if (entity.language) node.dataset.language = entity.language;
    return [node];
  },
  blockquote: () => [element("blockquote")],
  expandable_blockquote() {
    const body = element("div");
    const toggle = element("button", "unfold", word("show_more"));
    const node = element("blockquote", "fold", body, toggle);
    toggle.type = "button";
    toggle.setAttribute("aria-expanded", "false");
    toggle.onclick = () => {
      const open = node.classList.toggle("open");
      toggle.setAttribute("aria-expanded", String(open));
      toggle.textContent = word(open ? "show_less" : "show_more");
    };
    // As in Telegram, what is short enough stands open.
    requestAnimationFrame(() => {
      if (!body.clientHeight || body.scrollHeight > body.clientHeight + 1) return;
      node.classList.remove("fold");
      toggle.remove();
    });
    return [node, body];
  },
  spoiler() {
    const node = element("span", "spoiler");
    node.tabIndex = 0;
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", word("spoiler"));
    const open = () => { node.classList.add("open"); node.removeAttribute("role"); node.removeAttribute("aria-label"); node.removeAttribute("tabindex"); };
    node.onclick = open;
    node.onkeydown = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); } };
    return [node];
  },
  bot_command(_, part, hooks) {
    const node = element("button", "command");
    node.type = "button";
    node.onclick = () => hooks.command(part);
    return [node];
  },
  text_link: (entity, _, hooks) => [link(entity.url, hooks)],
  url: (_, part, hooks) => [link(/^[a-z]+:/i.test(part) ? part : `https://${part}`, hooks)],
  date_time(entity) {
    const node = element("time");
    const shown = element("span");
    node.dateTime = new Date(entity.unix_time * 1000).toISOString();
    node.title = new Date(entity.unix_time * 1000).toLocaleString(locale(), { dateStyle: "full", timeStyle: "long" });
    const say = formatted(entity.unix_time, entity.date_time_format || "");
    if (say === null) return [node];
    node.append(shown);
    node.dataset.unix = entity.unix_time;
    node.dataset.format = entity.date_time_format;
    shown.textContent = say;
    // The words that the bot wrote are for clients that do not know times.
    return [node, document.createDocumentFragment()];
  },
};

function link(url, hooks) {
  const node = element("a");
  node.href = url;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  node.onclick = (event) => { if (hooks.link(url)) event.preventDefault(); };
  return node;
}

// Null where the bot gave no format: then its own words stay.
export function formatted(unix, format) {
  const date = new Date(unix * 1000);
  if (format === "r") return relative((date - Date.now()) / 1000);
  const options = {};
  if (format.includes("w")) options.weekday = "long";
  if (format.includes("d")) Object.assign(options, { day: "2-digit", month: "2-digit", year: "2-digit" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (format.includes("t")) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
  if (format.includes("T")) Object.assign(options, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return Object.keys(options).length ? new Intl.DateTimeFormat(locale(), { hourCycle: "h23", ...options }).format(date) : null;
}

function relative(seconds) {
  const say = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, size] of [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return say.format(Math.round(seconds / size), unit);
  }
  return say.format(Math.round(seconds), "second");
}

setInterval(() => {
  for (const node of document.querySelectorAll('time[data-format="r"]')) node.firstChild.textContent = formatted(+node.dataset.unix, "r");
}, 20000);
