// The page: who sits before it, which chat is open, and what they do there.
import { author, brief, bubble, clock, day, hue } from "./bubbles.js";
import { alertBox, askPlace, choose, closeMenu, menu, toast } from "./popups.js";
import { act, listen, state } from "./server.js";
import { element } from "./text.js";
import { label, language, otherLanguage, role, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const asked = new URL(location.href).searchParams;
const busy = new Map(); // chat id -> when its "typing" ends
const unread = new Map();
const now = { people: [], chats: [], bot: {}, me: 0, open: null, payload: asked.get("start"), context: null, asking: false, stale: false };
let unlisten = () => {};

const chatOf = (id) => now.chats.find((chat) => chat.id === id);
const openChat = () => chatOf(now.open);
const titleOf = (chat) => (chat.type === "private" ? now.bot.first_name : chat.title);
const isMine = (message) => message.from?.id === now.me && !message.by_bot;
const canWrite = (chat) => chat.type !== "channel" || ["creator", "administrator"].includes(chat.i_am);

// State

async function load(user) {
  Object.assign(now, await state(user));
  localStorage.setItem("me", now.me);
  await speaks();
  if (!chatOf(now.open)) now.open = now.me || null;
  unlisten();
  unlisten = listen(now.me, { event: happened, lost: () => toast(word("lost")), heard: refresh });
  show();
}

// The page is the person's client: what it speaks is the language that the bot is told.
async function speaks() {
  if (now.me && now.people.find((person) => person.id === now.me).language_code !== language) await does("language", { language });
}

// An event that comes while the state is on its way may be newer than it: then it is asked for again.
async function refresh() {
  if (now.asking) { now.stale = true; return; }
  now.asking = true;
  try {
    do {
      now.stale = false;
      const me = now.me;
      const fresh = await state(me);
      if (me === now.me) Object.assign(now, fresh);
      else now.stale = true;
    } while (now.stale);
  } finally {
    now.asking = false;
  }
  show();
}

function happened({ what, chat_id, message_id, message }) {
  now.stale = true;
  if (what === "reload") return refresh();
  const chat = chatOf(chat_id);
  if (!chat) return refresh();
  if (what.startsWith("action:")) return showBusy(chat_id, what.slice(7));
  if (message?.by_bot) busy.delete(chat_id);
  if (what === "new" && !arrived(chat, message)) return; // a state asked for meanwhile holds it
  else if (what === "edited") chat.messages = chat.messages.map((old) => (old.message_id === message_id ? message : old));
  else if (what === "deleted") chat.messages = chat.messages.filter((old) => old.message_id !== message_id);
  // Only what changed is drawn again: an open spoiler elsewhere stays open.
  if (chat_id === now.open) ({ new: () => addBubble(chat), edited: () => drawAgain(message), deleted: () => showLog() })[what]?.();
  showChats();
  showHead();
}

function arrived(chat, message) {
  if (chat.messages.some((old) => old.message_id === message.message_id)) return false;
  chat.messages.push(message);
  const seen = chat.id === now.open && document.visibilityState === "visible" && onScreen();
  if (!isMine(message) && !seen) unread.set(chat.id, (unread.get(chat.id) || 0) + 1);
  if (chat.type === "private" && isMine(message)) chat.bot_is = "member";
  return true;
}

const onScreen = () => document.body.dataset.view === "chat" || innerWidth > 720;

function showBusy(chatId, action) {
  busy.set(chatId, { action, until: Date.now() + 5000 });
  showHead();
  setTimeout(() => { if (busy.get(chatId)?.until <= Date.now()) { busy.delete(chatId); showHead(); } }, 5100);
}

// Drawing

function show() {
  label();
  $("language").textContent = word("language_key");
  $("language").title = word("language");
  $("language").setAttribute("aria-label", word("language"));
  showTheme();
  $("me").replaceChildren(...now.people.map((person) => new Option(person.username ? `${person.first_name} · @${person.username}` : person.first_name, person.id, false, person.id === now.me)));
  showChats();
  showHead();
  showLog();
  showFoot();
}

function showChats() {
  const last = (chat) => chat.messages.at(-1);
  const chats = [...now.chats].sort((a, b) => (last(b)?.date ?? 0) - (last(a)?.date ?? 0));
  $("chats").replaceChildren(...chats.map((chat) => {
    const node = element("button", "chat", face(chat),
      element("span", "lines", element("span", "name", titleOf(chat)), element("span", "last", last(chat) ? brief(last(chat)) : word("nothing"))),
      element("span", "at", last(chat) ? clock(last(chat).date) : "", count(chat)));
    node.type = "button";
    if (chat.id === now.open) node.setAttribute("aria-current", "true");
    node.onclick = () => choosesChat(chat.id);
    return node;
  }));
}

function count(chat) {
  const many = unread.get(chat.id);
  if (!many) return null;
  const node = element("span", "count", String(many));
  node.setAttribute("aria-label", word("unread", many));
  return node;
}

function face(chat) {
  const node = element("span", "face", [...titleOf(chat)][0] ?? "?");
  node.style.setProperty("--hue", chat.type === "private" ? 186 : hue(chat.id));
  node.setAttribute("aria-hidden", "true");
  return node;
}

function showHead() {
  const chat = openChat();
  if (!chat) return;
  $("title").textContent = titleOf(chat);
  $("face").replaceWith(Object.assign(face(chat), { id: "face" }));
  const doing = busy.get(chat.id);
  $("subtitle").classList.toggle("busy", !!doing);
  $("subtitle").textContent = doing ? word(doing.action === "typing" ? "typing" : "sending") : standing(chat);
}

function standing(chat) {
  if (chat.type === "private") return chat.bot_is === "kicked" ? word("blocked") : word("bot");
  const kind = `${word(chat.type === "channel" ? "channel" : "group")} · ${word("members", role(chat.i_am))}`;
  return ["member", "administrator"].includes(chat.bot_is) ? kind : `${kind} · ${word("left")}`;
}

function showLog() {
  const chat = openChat();
  $("log").replaceChildren();
  if (!chat) return;
  if (!chat.messages.length) $("log").append(greeting(chat));
  chat.messages.forEach((_, place) => putBubble(chat, place));
  toEnd();
}

function greeting(chat) {
  if (chat.type !== "private") return element("div", "empty", word("kept"));
  return element("div", "empty", element("b", "", now.bot.description ? word("hello") : now.bot.first_name), now.bot.description || word("kept"));
}

function putBubble(chat, place) {
  const message = chat.messages[place];
  const previous = chat.messages[place - 1];
  if (!previous || day(previous.date) !== day(message.date)) $("log").append(element("div", "day", day(message.date)));
  $("log").append(drawn(chat, message, previous));
}

function drawn(chat, message, previous) {
  const follows = previous && author(previous) === author(message) && message.date - previous.date < 300;
  const node = bubble(message, { mine: isMine(message), named: chat.type !== "private" && !isMine(message) && !follows, topic: chat.topics.find((one) => one.id === message.message_thread_id)?.name, hooks });
  node.classList.toggle("follows", !!follows);
  return node;
}

function addBubble(chat) {
  const near = $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 160;
  $("log").querySelector(".empty")?.remove();
  putBubble(chat, chat.messages.length - 1);
  if (near || isMine(chat.messages.at(-1))) toEnd();
  showFoot();
}

function drawAgain(message) {
  const chat = openChat();
  const place = chat.messages.findIndex((other) => other.message_id === message.message_id);
  $("log").querySelector(`[data-id="${message.message_id}"]`)?.replaceWith(drawn(chat, message, chat.messages[place - 1]));
}

const toEnd = () => { $("scroll").scrollTop = $("scroll").scrollHeight; };

function showFoot() {
  const chat = openChat();
  if (!chat) return;
  const isPrivate = chat.type === "private";
  const fresh = isPrivate && chat.bot_is === "left";
  const blocked = isPrivate && chat.bot_is === "kicked";
  const startable = fresh || blocked || (isPrivate && now.payload !== null);
  $("start").hidden = !startable && canWrite(chat);
  $("start").disabled = !canWrite(chat);
  $("start").textContent = canWrite(chat) ? word(blocked ? "unblock_bot" : "start") : word("read_only");
  $("composer").hidden = startable || !canWrite(chat);
  $("menu").hidden = !chat.commands.length || chat.type === "channel";
  $("attach").hidden = chat.type === "channel";
  $("draft").placeholder = word(chat.type === "channel" ? "post_here" : "message");
  $("topic").hidden = !chat.topics.length;
  const topic = $("topic").value;
  $("topic").replaceChildren(new Option(word("general"), ""), ...chat.topics.map((one) => new Option(one.name, one.id)));
  $("topic").value = chat.topics.some((one) => String(one.id) === topic) ? topic : "";
  showContext();
}

function showContext() {
  const context = now.context;
  $("context").hidden = !context;
  if (!context) return;
  $("context-name").textContent = context.kind === "edit" ? word("editing") : author(context.message);
  $("context-text").textContent = brief(context.message);
}

function showTheme() {
  const dark = document.documentElement.dataset.theme === "dark";
  const next = word(dark ? "theme_light" : "theme_dark");
  $("theme").title = next;
  $("theme").setAttribute("aria-label", next);
}

// Acts

async function does(name, details = {}) {
  try {
    return await act(name, { user_id: now.me, chat_id: now.open, ...details });
  } catch (error) {
    toast(error.message);
    return null;
  }
}

async function send(text) {
  const chat = openChat();
  const context = now.context;
  now.context = null;
  if (context?.kind === "edit") return does("edit", { message_id: context.message.message_id, text });
  if (chat.type === "channel") return does("post", { text });
  return does("say", { text, reply_to: context?.message.message_id, thread_id: +$("topic").value || undefined });
}

function starts(payload) {
  now.payload = null;
  now.open = now.me;
  document.body.dataset.view = "chat";
  show();
  return does("say", { chat_id: now.me, text: payload ? `/start ${payload}` : "/start" });
}

const hooks = {
  command: (text) => send(text),
  link(url) {
    const found = new RegExp(`^(?:https?://t\\.me/|tg://resolve\\?domain=)${now.bot.username}/?(?:[?&]start=([\\w-]{1,64}))?$`, "i").exec(url);
    if (!found) return false;
    starts(found[1]);
    return true;
  },
  async tap(message, button, node) {
    if (button.copy_text) { await navigator.clipboard?.writeText(button.copy_text.text); return toast(word("copied")); }
    node.setAttribute("aria-busy", "true");
    const said = await does("tap", { message_id: message.message_id, data: button.callback_data ?? "" });
    node.removeAttribute("aria-busy");
    if (!said) return null;
    if (!said.answer) return toast(word("no_answer"));
    if (said.answer.url) window.open(said.answer.url, "_blank", "noopener");
    if (!said.answer.text) return null;
    return said.answer.show_alert ? alertBox(now.bot.first_name, said.answer.text) : toast(said.answer.text);
  },
  show(id) {
    const node = $("log").querySelector(`[data-id="${id}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.classList.add("flash");
    setTimeout(() => node?.classList.remove("flash"), 1400);
  },
  menu(message, node) {
    const text = message.text ?? message.caption;
    const own = isMine(message) || (openChat().type === "channel" && canWrite(openChat()) && !message.by_bot);
    menu(node, [
      canWrite(openChat()) && openChat().type !== "channel" && { text: word("reply"), run: () => setContext("reply", message) },
      { text: word("forward"), run: () => forwards(message) },
      text && { text: word("copy"), run: () => navigator.clipboard?.writeText(text).then(() => toast(word("copied"))) },
      own && message.text && { text: word("edit"), run: () => { setContext("edit", message); $("draft").value = message.text; grow(); } },
    ]);
  },
};

function setContext(kind, message) {
  now.context = { kind, message };
  showContext();
  $("draft").focus();
}

async function forwards(message) {
  const options = now.chats.filter((chat) => chat.type !== "channel").map((chat) => ({ text: titleOf(chat), value: chat.id }));
  const to = await choose(word("forward_to"), options);
  if (to) await does("forward", { message_id: message.message_id, to: +to });
}

async function sendPicture(file) {
  const bitmap = await createImageBitmap(file);
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  const caption = $("draft").value.trim();
  $("draft").value = "";
  grow();
  await does("photo", { data: btoa(binary), type: file.type, width: bitmap.width, height: bitmap.height, caption });
}

function choosesChat(id) {
  now.open = id;
  now.context = null;
  unread.delete(id);
  document.body.dataset.view = "chat";
  showChats();
  showHead();
  showLog();
  showFoot();
  if (innerWidth > 720) $("draft").focus();
}

// The command menu

function palette(open, typed = "") {
  const rows = open ? openChat().commands.filter((row) => row.command.startsWith(typed)) : [];
  $("palette").hidden = !rows.length;
  $("menu").setAttribute("aria-expanded", String(!!rows.length));
  $("palette").replaceChildren(...rows.map((row, place) => {
    const node = element("button", "", element("b", "", `/${row.command}`), element("span", "", row.description));
    node.type = "button";
    node.setAttribute("role", "option");
    node.setAttribute("aria-selected", String(place === 0 && typed !== ""));
    node.onclick = () => { palette(false); $("draft").value = ""; grow(); send(`/${row.command}`); };
    return node;
  }));
}

function movesInPalette(step) {
  const rows = [...$("palette").children];
  const place = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = rows[(place + step + rows.length) % rows.length];
  rows.forEach((row) => row.setAttribute("aria-selected", String(row === next)));
  next.scrollIntoView({ block: "nearest" });
}

function grow() {
  $("draft").style.height = "auto";
  $("draft").style.height = `${$("draft").scrollHeight}px`;
}

// Wiring

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("draft").value;
  if (!text.trim()) return;
  $("draft").value = "";
  palette(false);
  grow();
  await send(text);
  showContext();
});
$("draft").addEventListener("input", () => {
  grow();
  const typed = /^\/(\w*)$/.exec($("draft").value);
  palette(!!typed, typed?.[1]);
});
$("draft").addEventListener("keydown", (event) => {
  const listed = !$("palette").hidden;
  if (listed && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); movesInPalette(event.key === "ArrowDown" ? 1 : -1); }
  else if (listed && event.key === "Tab") { const row = $("palette").querySelector('[aria-selected="true"]'); if (row) { event.preventDefault(); $("draft").value = `${row.querySelector("b").textContent} `; palette(false); } }
  else if (event.key === "Escape") { palette(false); now.context = null; showContext(); }
  else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
});
$("menu").onclick = () => { palette($("palette").hidden); $("palette").firstChild?.focus(); };
$("palette").addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextSibling", ArrowUp: "previousSibling" }[event.key];
  if (step) { event.preventDefault(); document.activeElement[step]?.focus(); }
  if (event.key === "Escape") { palette(false); $("menu").focus(); }
});
document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".foot")) palette(false); });
$("start").onclick = () => (openChat().bot_is === "kicked" ? does("unblock").then(() => starts(now.payload)) : starts(now.payload));
$("context-off").onclick = () => { now.context = null; showContext(); };
$("back").onclick = () => { document.body.dataset.view = "list"; };
$("attach").onclick = () => menu($("attach"), [
  { text: word("photo"), run: () => $("picture").click() },
  { text: word("location"), run: async () => { const place = await askPlace(); if (place) await does("location", place); } },
]);
$("picture").onchange = () => { const [file] = $("picture").files; $("picture").value = ""; if (file) sendPicture(file).catch((error) => toast(error.message)); };
$("more").onclick = () => {
  const chat = openChat();
  const stopped = chat.bot_is === "kicked";
  menu($("more"), [
    chat.type === "private" && chat.bot_is !== "left" && { text: word(stopped ? "unblock" : "block"), danger: !stopped, run: () => does(stopped ? "unblock" : "block") },
    { text: word("copy"), run: () => navigator.clipboard?.writeText(chat.messages.map((one) => `${author(one)}: ${one.text ?? one.caption ?? brief(one)}`).join("\n")).then(() => toast(word("copied"))) },
  ]);
};
$("me").onchange = () => { now.open = null; now.context = null; unread.clear(); load(+$("me").value); };
$("language").onclick = () => { otherLanguage(); show(); speaks(); };
$("theme").onclick = () => { setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"); localStorage.setItem("theme", document.documentElement.dataset.theme); showTheme(); };
$("scroll").onscroll = () => { $("down").hidden = $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 260; };
$("down").onclick = () => $("scroll").scrollTo({ top: $("scroll").scrollHeight, behavior: "smooth" });
addEventListener("resize", () => closeMenu());
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible" && unread.delete(now.open)) showChats(); });

const dark = matchMedia("(prefers-color-scheme: dark)");
function setTheme(theme) { document.documentElement.dataset.theme = theme; }
setTheme(localStorage.getItem("theme") || (dark.matches ? "dark" : "light"));
dark.onchange = () => { if (!localStorage.getItem("theme")) { setTheme(dark.matches ? "dark" : "light"); showTheme(); } };
if (now.payload !== null) document.body.dataset.view = "chat";
load(+(asked.get("user") || localStorage.getItem("me") || 0));
