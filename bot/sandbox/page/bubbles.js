// One message as a bubble, with its buttons, its quote and its menu.
import { element, richText } from "./text.js";
import { locale, word } from "./words.js";

const ICON = {
  more: '<circle cx="5" cy="12" r="1.5"/><circle cx="12" cy="12" r="1.5"/><circle cx="19" cy="12" r="1.5"/>',
  silent: '<path d="M6 10v4h3l4 4V6l-4 4H6z"/><path d="M17 9l4 6M21 9l-4 6"/>',
  place: '<path d="M12 21c5-5.600 7-8.800 7-11.500A7 7 0 0 0 5 9.500C5 12.200 7 15.400 12 21z"/><circle cx="12" cy="9.500" r="2.400"/>',
  file: '<path d="M7 3h7l4 4v14H7z"/><path d="M14 3v5h4"/>',
};

export function icon(name) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  node.setAttribute("viewBox", "0 0 24 24");
  node.setAttribute("aria-hidden", "true");
  node.innerHTML = ICON[name];
  return node;
}

export const hue = (id) => (Math.abs(id) * 67) % 360;

export function author(message) {
  return message.from?.first_name ?? message.sender_chat?.title ?? "";
}

// A message in one line: for the chat list, quotes and the reply bar.
export function brief(message) {
  const text = message.text ?? message.caption;
  if (text) return text.replace(/\s+/g, " ").slice(0, 160);
  if (message.photo) return word("photo");
  if (message.location) return word("location");
  if (message.document) return message.document.file_name || word("document");
  return word("service");
}

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const ago = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (ago === 0) return word("today");
  if (ago === 1) return word("yesterday");
  return date.toLocaleDateString(locale(), { day: "numeric", month: "long", year: ago > 300 ? "numeric" : undefined });
}

export function bubble(message, { mine, named, topic, hooks }) {
  if (isService(message)) return element("div", "service", word("service"));
  const node = element("article", mine ? "message mine" : "message");
  node.dataset.id = message.message_id;
  node.setAttribute("aria-label", `${author(message)}, ${clock(message.date)}`);
  const body = element("div", "bubble",
    named ? name(message) : null,
    topic ? element("div", "thread", `# ${topic}`) : null,
    origin(message),
    quote(message, hooks),
    ...media(message),
  );
  const text = message.text ?? message.caption ?? "";
  const rich = richText(text, message.entities ?? message.caption_entities, hooks);
  rich.append(meta(message));
  body.append(rich);
  node.append(body, tool(message, hooks));
  const keys = keyboard(message, hooks);
  if (keys) node.append(keys);
  return node;
}

function isService(message) {
  return !message.text && !message.caption && !message.photo && !message.location && !message.document;
}

function name(message) {
  const node = element("div", "name", author(message));
  node.style.setProperty("--hue", hue(message.from?.id ?? message.sender_chat.id));
  return node;
}

function origin(message) {
  const from = message.forward_origin;
  if (!from) return null;
  const who = from.sender_user?.first_name ?? from.chat?.title ?? from.sender_chat?.title ?? from.sender_user_name ?? "";
  return element("div", "from", `${word("forwarded")} ${who}`);
}

function quote(message, hooks) {
  const replied = message.reply_to_message;
  if (!replied) return null;
  const node = element("button", "reply", element("b", "", author(replied)), element("span", "", brief(replied)));
  node.type = "button";
  node.onclick = () => hooks.show(replied.message_id);
  return node;
}

function media(message) {
  if (message.photo) {
    const size = message.photo.at(-1);
    const picture = element("img", "photo");
    picture.src = `/page/file/${size.file_id}`;
    picture.alt = message.caption || word("photo");
    if (size.width > 16) { picture.width = Math.min(size.width, 420); picture.height = Math.round(picture.width * size.height / size.width); }
    return [picture];
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    return [element("div", "place", icon("place"), element("div", "", word("location"), element("small", "", `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`)))];
  }
  if (message.document) return [element("div", "place", icon("file"), element("div", "", message.document.file_name || word("document"), element("small", "", `${message.document.file_size} B`)))];
  return [];
}

function meta(message) {
  const node = element("span", "meta");
  if (message.silent) { const quiet = icon("silent"); quiet.removeAttribute("aria-hidden"); quiet.setAttribute("role", "img"); quiet.setAttribute("aria-label", word("silent")); node.append(quiet); }
  if (message.edit_date) node.append(element("span", "edited", word("edited")));
  const time = element("time", "", clock(message.date));
  time.dateTime = new Date(message.date * 1000).toISOString();
  node.append(time);
  return node;
}

function tool(message, hooks) {
  const node = element("button", "round tool", icon("more"));
  node.type = "button";
  node.setAttribute("aria-label", word("actions"));
  node.setAttribute("aria-haspopup", "menu");
  node.onclick = () => hooks.menu(message, node);
  return node;
}

function keyboard(message, hooks) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return element("div", "keys", ...rows.map((row) => element("div", "", ...row.map((button) => key(message, button, hooks)))));
}

function key(message, button, hooks) {
  const node = element(button.url ? "a" : "button", button.style || "", button.text);
  if (button.url) {
    node.classList.add("out");
    node.href = button.url;
    node.target = "_blank";
    node.rel = "noopener noreferrer";
    node.onclick = (event) => { if (hooks.link(button.url)) event.preventDefault(); };
  } else {
    node.type = "button";
    node.onclick = () => hooks.tap(message, button, node);
  }
  return node;
}
