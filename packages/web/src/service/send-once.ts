/**
 * Makes a `fetch` that sends only one of two identical changes at the same time. Both callers get the same response. So a form that the
 * user submits twice has only one effect.
 */
export function sendOnce(send: typeof fetch): typeof fetch {
  let latest: { change: string; response: Promise<Response> } | undefined;
  return async (input, init = {}) => {
    const { method = "GET", body = "", headers, signal } = init;
    // The caller can abort this request with the signal, so no other caller may depend on this request.
    if (method === "GET" || typeof body !== "string" || signal != null) return send(input, init);
    const change = JSON.stringify([method, String(input), body, headers]);
    // Only the latest change is compared. If a person adds, removes and adds a share, the service gets all three changes.
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
