/**
 * Makes a `fetch` that does not send a change again while the same change is being sent. Both callers get the same response. A form that is
 * sent twice before the response therefore has no second effect.
 */
export function sendOnce(send: typeof fetch): typeof fetch {
  let latest: { change: string; response: Promise<Response> } | undefined;
  return async (input, init = {}) => {
    const { method = "GET", body = "", headers, signal } = init;
    // A caller can abort a request with a signal, so no other caller may depend on this request.
    if (method === "GET" || typeof body !== "string" || signal != null) return send(input, init);
    const change = JSON.stringify([method, String(input), body, headers]);
    // The function compares a change only with the latest change. If a person adds, removes and adds a share, the service gets all three
    // changes.
    if (latest?.change === change) return (await latest.response).clone();
    const sent = { change, response: send(input, init) };
    latest = sent;
    try {
      return (await sent.response).clone();
    } finally {
      if (latest === sent) latest = undefined;
    }
  };
}

/** Makes a random idempotency key. Pages without HTTPS have no `crypto.randomUUID`. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
