import type { Page, Route } from "playwright-core";
import type { OpenedLink } from "../../../../packages/client/src/index.ts";
import type { Person } from "./person.ts";
import { picturePath } from "./pictures.ts";

/** A link, as the service returns it to the owner of the link. */
export type OwnLink = { id: string; url: string; claims: number; opened: number; urlsIssued: number; state: string };

/** Makes a link to a note. `body`: the body of `POST /notes/:noteId/links`. */
export function makeLink(owner: Person, noteId: string, body: object = {}): Promise<OwnLink> {
  return send(owner, `POST /notes/${noteId}/links`, body);
}

export function readLink(owner: Person, { id }: OwnLink): Promise<OwnLink> {
  return send(owner, `GET /links/${id}`);
}

export function revokeLink(owner: Person, { id }: OwnLink): Promise<unknown> {
  return send(owner, `DELETE /links/${id}`);
}

async function send<Body>({ context }: Person, call: string, data?: object): Promise<Body> {
  const [method = "", path = ""] = call.split(" ");
  const { request } = context;
  const headers = { origin: new URL((await request.get("/instance")).url()).origin };
  const answer = await request.fetch(path, { method, headers, ...(data && { data }) });
  if (!answer.ok()) throw new Error(`${call} was answered ${answer.status()}: ${await answer.text()}`);
  return answer.json();
}

/** Dispatches the events of a browser whose user returns to the tab of a page. */
export function returnTo(page: Page): Promise<unknown> {
  return page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
}

/** The path of a link: a readable prefix, and then 43 characters in place of a real token. */
export const LINK_PATH = `/s/contract~${"A".repeat(43)}`;

export type StandInOptions = {
  link: Partial<OpenedLink>;
  /**
   * The owner of real files. With this person's session, the simulated service gets real download URLs. Default: the URLs of
   * `servePictures`.
   */
  owner?: Person;
  password?: string;
  /** Returns a special response to a call, such as a failure. If undefined, the simulated service responds as usual. */
  answer?: (call: string) => { status: number; json?: object; headers?: Record<string, string> } | undefined;
};

export type LinkStandIn = {
  /** All calls of the page so far, such as `POST /claims`. */
  calls: string[];
  claims: number;
};

const CLAIM_ID = "018f3c1e-7c1e-7000-8000-0000000000c1";

/** Simulates the service for the page of a link, to show states that are hard to reach with a real service. */
export async function standInForLink(page: Page, options: StandInOptions): Promise<LinkStandIn> {
  const { link, owner, password, answer } = options;
  const standIn: LinkStandIn = { calls: [], claims: 0 };
  let isOpen = password === undefined;
  const opened = (): OpenedLink => ({
    state: "open",
    kind: "download",
    label: "",
    message: "",
    sharedBy: "Ann",
    expiresAt: inSeconds(6 * 86_400),
    claimsLeft: null,
    claim: null,
    abuseContact: null,
    ...link,
  });
  const urlsOf = async (route: Route, call: string) => {
    const { attachmentIds = [], disposition, preview } = route.request().postDataJSON();
    const size = call === "POST /previews" ? "small" : preview;
    const urls = await Promise.all(
      attachmentIds.map(async (attachmentId: string) => ({
        attachmentId,
        ...((await owner?.client.urlFor(attachmentId, { disposition, expiresIn: 60 })) ?? {
          fileUrl: new URL(picturePath(attachmentId, size ?? "file"), page.url()).href,
        }),
      })),
    );
    return { claimId: CLAIM_ID, windowEndsAt: inSeconds(900), urls };
  };
  await page.route(/\/public\/links\//, async (route) => {
    const request = route.request();
    const path = new URL(request.url()).pathname.replace(/^\/public\/links\/[^/]+/, "");
    const call = `${request.method()} ${path}`;
    standIn.calls.push(call);
    const own = answer?.(call);
    if (own !== undefined) return route.fulfill({ json: {}, ...own });
    if (call === "GET ") return route.fulfill({ json: isOpen ? opened() : { state: "locked", by: "password" } });
    if (call === "POST /unlock") {
      isOpen = request.postDataJSON().password === password;
      return isOpen ? route.fulfill({ status: 204 }) : route.fulfill({ status: 403, json: { code: "wrong_password" } });
    }
    if (call === "POST /claims") standIn.claims += 1;
    return route.fulfill({ status: call === "POST /claims" ? 201 : 200, json: await urlsOf(route, call) });
  });
  return standIn;
}

export const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
