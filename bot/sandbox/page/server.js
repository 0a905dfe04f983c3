// Talking to the sandbox: its state, its events, and acts of the person at the page.
export async function state(user) {
  const answer = await fetch(`/page/state?user=${user || ""}`);
  return answer.json();
}

export async function act(name, details) {
  const answer = await fetch("/page/act", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ act: name, ...details }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

// `heard` is called whenever the line opens: only a state asked for after that misses nothing.
export function listen(user, { event, lost, heard }) {
  const source = new EventSource(`/page/events?user=${user}`);
  source.onmessage = (message) => event(JSON.parse(message.data));
  source.onerror = lost;
  source.onopen = heard;
  return () => source.close();
}
