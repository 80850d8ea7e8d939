import { connect } from "node:net";

/** The port of the service, and the bearer token and a note of the attacker. */
export type Target = { port: number; token: string; noteId: string };

/** No note contains this text. Each comparison with a note fails only after the first 100 letters, so a search is slow. */
export const SLOW_SEARCH = `${"a".repeat(100)}b${"a".repeat(99)}`;

const CLIENTS = 10;
const BODY_BYTES = 1_000_000;

/** Each attack starts its hostile clients. The clients send requests until the process ends. */
export const attacks = {
  nothing: () => undefined,
  "list the largest notes": (target: Target) => repeat(CLIENTS, () => send(target, { path: "/notes?limit=200" })),
  "read no response": (target: Target) => {
    const request = `GET /notes?limit=200 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${target.token}\r\n\r\n`;
    for (let nth = 0; nth < 4 * CLIENTS; nth += 1) {
      const socket = connect({ port: target.port, host: "127.0.0.1" });
      socket.on("error", () => undefined);
      socket.pause().write(request.repeat(20));
    }
  },
  search: (target: Target) => repeat(4 * CLIENTS, () => send(target, { path: `/notes?limit=200&q=${SLOW_SEARCH}` })),
  "start uploads": (target: Target) => {
    const json = JSON.stringify({ filename: "a.bin", sizeBytes: 1, contentType: "application/x-any" });
    return repeat(CLIENTS, () => send(target, { path: `/notes/${target.noteId}/uploads`, json }));
  },
  "send large JSON": (target: Target) => {
    const json = JSON.stringify({ attachmentIds: Array.from({ length: BODY_BYTES / 39 }, () => target.noteId) });
    return repeat(CLIENTS, () => send(target, { path: "/attachments/urls", json }));
  },
} satisfies Record<string, (target: Target) => void>;

export type AttackName = keyof typeof attacks;

function repeat(clients: number, work: () => Promise<void>): void {
  const forever = async () => {
    for (;;) await work();
  };
  for (let nth = 0; nth < clients; nth += 1) void forever();
}

async function send({ port, token }: Target, { path, json }: { path: string; json?: string }): Promise<void> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(json === undefined ? {} : { method: "POST", body: json }),
    });
    await response.arrayBuffer();
  } catch {
    // A hostile client ignores a failed request, and sends the next one.
  }
}
