import type { LinkOptions, Resources, ValetKey, ValetKeyOptions } from "../../../index.ts";
import type { Answer } from "./client.ts";
import { drawers } from "./drawer.ts";
import { type TestUser, users } from "./place.ts";

/** The items of which nobody may read the files any more, or make links. A test adds its own drawers. */
export const withdrawn = { read: new Set<string>(), share: new Set<string>() };

const { may } = drawers.drawer as Resources<TestUser>[string];

/** The header `x-address` contains the IP address of a visitor. */
export const links: LinkOptions<TestUser> = {
  secret: "a secret of the tests with 32 letters",
  baseUrl: "https://app.example.com/files",
  findUser: (id) => users[id as keyof typeof users] ?? null,
  clientAddress: (request) => request.headers.get("x-address") ?? undefined,
};

/** Everybody may share a drawer that they may read, except `cleo`. Nobody may share a box. */
export const sharing = {
  links,
  trashDays: 30,
  resources: {
    drawer: {
      may: (user, action, id) => !withdrawn.read.has(id) && may(user, action, id),
      mayShare: (user, id) => user.id !== "cleo" && !withdrawn.share.has(id),
    },
    box: { may: () => true },
  },
} satisfies Partial<ValetKeyOptions<TestUser>>;

/** Creates a visitor who stores cookies as a browser does. */
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
  return {
    look: () => send("GET"),
    unlock: (password: string) => send("POST /unlock", { password }),
    claim: (wanted?: { attachmentIds: string[] }, headers?: Record<string, string>) =>
      send("POST /claims", wanted, headers),
    urls: (claimId: string) => send(`POST /claims/${claimId}/urls`),
  };
}
