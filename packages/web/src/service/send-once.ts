/**
 * Makes a `fetch` that does not send a change while the same change is being sent. Both callers get the same response. So a form that sends
 * twice before the response arrives has no second effect.
 */
export function sendOnce(send: typeof fetch): typeof fetch {
  const latest = new Map<string, { content: string; response: Promise<Response> }>();
  return async (input, init = {}) => {
    const { method = "GET", body = "", headers, signal } = init;
    // A caller can abort a request with a signal, so no other caller may depend on this request.
    if (method === "GET" || typeof body !== "string" || signal != null) return send(input, init);
    const target = `${method} ${input}`;
    const content = JSON.stringify([body, headers]);
    const running = latest.get(target);
    // Compares only with the latest change. If a person turns a setting on, off and on again, the service gets all three changes.
    if (running?.content === content) return (await running.response).clone();
    const sent = { content, response: send(input, init) };
    latest.set(target, sent);
    try {
      return (await sent.response).clone();
    } finally {
      if (latest.get(target) === sent) latest.delete(target);
    }
  };
}
