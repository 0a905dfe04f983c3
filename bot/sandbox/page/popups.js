// What opens over the page and goes away again: menus, the toast, dialogs.
import { element } from "./text.js";
import { word } from "./words.js";

const popup = document.getElementById("popup");
const toastNode = document.getElementById("toast");
const dialog = document.getElementById("dialog");
let opener = null;
let toastTimer = 0;

export function menu(from, items) {
  closeMenu();
  popup.replaceChildren(...items.filter(Boolean).map(({ text, run, danger }) => {
    const node = element("button", danger ? "danger" : "", text);
    node.type = "button";
    node.setAttribute("role", "menuitem");
    node.onclick = () => { closeMenu(); run(); };
    return node;
  }));
  opener = from;
  opener.setAttribute("aria-expanded", "true");
  popup.hidden = false;
  const at = from.getBoundingClientRect();
  const { width, height } = popup.getBoundingClientRect();
  popup.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  popup.style.top = `${at.bottom + height + 8 > innerHeight ? Math.max(8, at.top - height - 4) : at.bottom + 4}px`;
  popup.firstChild?.focus();
}

export function closeMenu(refocus = false) {
  if (popup.hidden) return;
  popup.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  if (refocus) opener.focus();
}

popup.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const items = [...popup.children];
  if (step) { event.preventDefault(); items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus(); }
  if (event.key === "Escape") closeMenu(true);
});
document.addEventListener("pointerdown", (event) => { if (!popup.contains(event.target)) closeMenu(); });

export function toast(text) {
  toastNode.textContent = text;
  toastNode.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toastNode.hidden = true; }, 4500);
}

// `buttons` are {text, value, main}; resolves with the value pressed, or null.
export function ask(title, content, buttons) {
  const head = element("h3", "", title);
  head.id = "dialog-title";
  const row = element("div", "row end", ...buttons.map(({ text, value, main }) => {
    const node = element("button", main ? "main" : "", text);
    node.type = "button";
    node.onclick = () => dialog.close(value);
    return node;
  }));
  dialog.replaceChildren(head, ...content, row);
  dialog.returnValue = "";
  toastNode.hidden = true;
  dialog.showModal();
  row.lastChild?.focus();
  return new Promise((resolve) => { dialog.onclose = () => resolve(dialog.returnValue || null); });
}

export const alertBox = (title, text) => ask(title, [element("p", "", text)], [{ text: word("ok"), value: "ok", main: true }]);

export function choose(title, options) {
  const list = element("div", "list", ...options.map(({ text, value }) => {
    const node = element("button", "", text);
    node.type = "button";
    node.onclick = () => dialog.close(String(value));
    return node;
  }));
  return ask(title, [list], [{ text: word("cancel"), value: "" }]);
}

const PLACES = [["Київ · Kyiv", 50.4501, 30.5234], ["Львів · Lviv", 49.8397, 24.0297], ["Berlin", 52.52, 13.405], ["New York", 40.7128, -74.006]];

export async function askPlace() {
  const latitude = number("latitude", PLACES[0][1]);
  const longitude = number("longitude", PLACES[0][2]);
  const presets = element("div", "row", ...PLACES.map(([text, north, east]) => {
    const node = element("button", "", text);
    node.type = "button";
    node.onclick = () => { latitude.lastChild.value = north; longitude.lastChild.value = east; };
    return node;
  }));
  const said = await ask(word("location_pick"), [presets, element("div", "row", latitude, longitude)],
    [{ text: word("cancel"), value: "" }, { text: word("share"), value: "share", main: true }]);
  return said ? { latitude: +latitude.lastChild.value, longitude: +longitude.lastChild.value } : null;
}

function number(name, value) {
  const input = element("input");
  Object.assign(input, { type: "number", step: "any", value, name });
  return element("label", "", word(name), input);
}
