// One more sender for peers.py's table: node grammy.mjs PORT COUNT IN_FLIGHT, from a folder with grammy.
import { createRequire } from "node:module";
const { Api } = createRequire(process.cwd() + "/")("grammy");
const [port, count, flying] = process.argv.slice(2).map(Number);
const text = "<b>Kyiv</b>: power is back in four districts after the night's strikes. ".repeat(12);
const api = new Api("1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", { apiRoot: `http://127.0.0.1:${port}` });
const send = (chat) => api.sendMessage(chat, text, { parse_mode: "HTML" });
let next = 1;
async function worker() { while (next <= count) await send(next++); }
const all = (make) => Promise.all(Array.from({ length: flying }, make));
await all(() => send(1));
const started = performance.now();
await all(worker);
console.log(count / ((performance.now() - started) / 1000));
process.exit(0);
