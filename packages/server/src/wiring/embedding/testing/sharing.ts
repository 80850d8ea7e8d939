import type { LinkOptions, Resources, ValetKey, ValetKeyOptions } from "../../../index.ts";
import type { Answer } from "./client.ts";
import { drawers } from "./drawer.ts";
import { type TestUser, users } from "./place.ts";

/** The items whose users have lost a right: to read files, to add files, to make links, or to request files. Tests add their drawers. */
export const withdrawn = {
  read: new Set<string>(),
  share: new Set<string>(),
  add: new Set<string>(),
  request: new Set<string>(),
};

const { may } = drawers.drawer as Resources<TestUser>[string];

/** The header `x-address` contains the IP address of a visitor. */
export const links: LinkOptions<TestUser> = {
  secret: "a secret of the tests with 32 letters",
  baseUrl: "https://app.example.com/files",
  findUser: (id) => users[id as keyof typeof users] ?? null,
  clientAddress: (request) => request.headers.get("x-address") ?? undefined,
};

/**
 * Everybody except `cleo` may share a drawer that they may read, and request files for a drawer to which they may add files. Nobody may
 * share a box or request files for it.
 */
export const sharing = {
  links,
  trashDays: 30,
  resources: {
    drawer: {
      may: (user, action, id) => !(action !== "remove" && withdrawn[action].has(id)) && may(user, action, id),
      mayShare: (user, id) => user.id !== "cleo" && !withdrawn.share.has(id),
      mayRequest: (user, id) => user.id !== "cleo" && !withdrawn.request.has(id),
    },
    box: { may: () => true },
  },
} satisfies Partial<ValetKeyOptions<TestUser>>;

/** Creates a visitor who keeps cookies as a browser does. */
export function visitorOf(fetch: ValetKey["fetch"], token: string, { address = "192.0.2.1" } = {}) {
  const cookies = new Map<string, string>();
  async function send(call: string, json?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const [method = "GET", path = ""] = call.split(" ");
    const request = new Request(`${links.baseUrl}/public/links/${token}${path}`, {
      method,
      headers: {
        "x-address": address,
        cookie: [...cookies].map((pair) => pair.join("=")).join("; "),
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: json === undefined ? null : JSON.stringify(json),
    });
    const response = await fetch(request);
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  }

  async function start(text: string, file: object = {}): Promise<Answer> {
    const declared = { filename: "a.txt", contentType: "text/plain", sizeBytes: Buffer.byteLength(text), ...file };
    return send("POST /uploads", declared);
  }
  const complete = (uploadId: string) => send(`POST /uploads/${uploadId}/complete`);

  return {
    send,
    start,
    complete,
    /** Sends a file to a file request. Returns the response to the completion, or the response that refused the file earlier. */
    async sendFile(text: string, file: object = {}): Promise<Answer> {
      const started = await start(text, file);
      if (started.status !== 201) return started;
      await put(started.body.upload, text);
      return complete(started.body.upload.id);
    },
    look: () => send("GET"),
    unlock: (password: string) => send("POST /unlock", { password }),
    claim: (wanted?: { attachmentIds: string[] }, headers?: Record<string, string>) =>
      send("POST /claims", wanted, headers),
    urls: (claimId: string) => send(`POST /claims/${claimId}/urls`),
  };
}

/** Sends the bytes of a started upload to the bucket. */
export async function put(
  { url, headers }: { url: string; headers: Record<string, string> },
  text: string,
): Promise<void> {
  const { "content-length": _signed, ...others } = headers;
  const { ok, status } = await globalThis.fetch(url, { method: "PUT", headers: others, body: text });
  if (!ok) throw new Error(`The bucket returned ${status}`);
}
