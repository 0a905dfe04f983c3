// The page's own words. The bot's words come from the bot.
const WORDS = {
  en: {
    sandbox: "sandbox", you_are: "You are", chats: "Chats", back: "Back to chats", more: "More",
    messages: "Messages", down: "To the newest message", commands: "Commands", cancel: "Cancel",
    menu: "Menu", topic: "Topic", message: "Message", attach: "Attach", send: "Send",
    skip: "To the message box", start: "START", unblock_bot: "UNBLOCK", bot: "bot",
    typing: "typing…", sending: "sending…", edited: "edited", silent: "sent silently",
    note: "A Telegram of your own on this machine. Nothing leaves it.",
    reply: "Reply", forward: "Forward…", copy: "Copy text", edit: "Edit", block: "Stop and block the bot",
    unblock: "Unblock the bot", blocked: "You blocked this bot", photo: "Photo", location: "Location",
    location_pick: "Share a location", latitude: "Latitude", longitude: "Longitude", share: "Share",
    forward_to: "Forward to", forwarded: "Forwarded from", no_answer: "The bot did not answer.",
    copied: "Copied", theme_light: "Light colours", theme_dark: "Dark colours",
    language: "Мова сторінки: українська", language_key: "УК", show_more: "Show more",
    show_less: "Show less", spoiler: "Hidden text, press to show", nothing: "No messages yet",
    hello: "What can this bot do?", group: "group", channel: "channel", members: "you are {0}",
    today: "Today", yesterday: "Yesterday", general: "General", ok: "OK", editing: "Editing",
    actions: "Message actions", lost: "The sandbox does not answer. Trying again…",
    service: "Service message", open_link: "Open this link?", open: "Open", unread: "{0} unread",
    post_here: "Post to the channel", left: "The bot is not here", kept: "Conversation starts here",
    read_only: "Only administrators write here", document: "File",
  },
  uk: {
    sandbox: "пісочниця", you_are: "Ви —", chats: "Чати", back: "До списку чатів", more: "Більше",
    messages: "Розмова", down: "До найновішого", commands: "Команди", cancel: "Скасувати",
    menu: "Меню", topic: "Тема", message: "Повідомлення", attach: "Додати", send: "Надіслати",
    skip: "До поля вводу", start: "ПОЧАТИ", unblock_bot: "РОЗБЛОКУВАТИ", bot: "бот",
    typing: "пише…", sending: "надсилає…", edited: "змінено", silent: "надіслано без звуку",
    note: "Власний Telegram на цьому комп’ютері. Назовні не йде нічого.",
    reply: "Відповісти", forward: "Переслати…", copy: "Скопіювати текст", edit: "Змінити",
    block: "Зупинити й заблокувати бота", unblock: "Розблокувати бота",
    blocked: "Ви заблокували цього бота", photo: "Світлина", location: "Місце",
    location_pick: "Поділитися місцем", latitude: "Широта", longitude: "Довгота", share: "Поділитися",
    forward_to: "Переслати до", forwarded: "Переслано від", no_answer: "Бот не відповів.",
    copied: "Скопійовано", theme_light: "Світлі кольори", theme_dark: "Темні кольори",
    language: "Page language: English", language_key: "EN", show_more: "Показати більше",
    show_less: "Згорнути", spoiler: "Прихований текст, натисніть, щоб показати",
    nothing: "Повідомлень ще немає", hello: "Що вміє цей бот?", group: "група", channel: "канал",
    members: "ви — {0}", today: "Сьогодні", yesterday: "Учора", general: "Загальна", ok: "Гаразд",
    editing: "Зміна повідомлення", actions: "Дії з повідомленням",
    lost: "Пісочниця не відповідає. Пробуємо ще…", service: "Службове повідомлення",
    open_link: "Відкрити це посилання?", open: "Відкрити", unread: "непрочитаних: {0}",
    post_here: "Допис у канал", left: "Бота тут немає", kept: "Початок розмови",
    read_only: "Пишуть лише адміністратори", document: "Файл",
  },
};
const ROLES = {
  en: { creator: "the owner", administrator: "an administrator", member: "a member" },
  uk: { creator: "власник", administrator: "адміністратор", member: "учасник" },
};

export let language = localStorage.getItem("language") || (navigator.language.startsWith("uk") ? "uk" : "en");

export function word(name, ...values) {
  return WORDS[language][name].replace(/\{(\d)\}/g, (_, place) => values[place]);
}
// The region's own habits (day before month, say) where the browser knows the language.
export const locale = () => navigator.languages.find((one) => one.startsWith(language)) ?? language;
export const role = (status) => ROLES[language][status] ?? status;

export function otherLanguage() {
  language = language === "uk" ? "en" : "uk";
  localStorage.setItem("language", language);
}

export function label() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", word(node.dataset.label));
    if (node.matches("button, select")) node.title = word(node.dataset.label);
  }
}
