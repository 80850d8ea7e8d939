import { randomBytes, randomUUID } from "node:crypto";
import { putAsTold } from "../testing/api.ts";
import { sha256 } from "../testing/load.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test reads members of a response and asserts on them.
type Json = any;
type Reply = { status: number; body: Json };
type Send = (call: string, json?: object) => Promise<Reply>;

const PASSWORD = "correct-horse-battery-staple";

/** The service, which must trust one proxy, and the token of an administrator. `webhookUrl`: a server that receives webhooks. */
export type Target = { url: string; adminToken: string; webhookUrl: string };

/**
 * Sends each kind of request. Returns the requests that failed, with their responses. A request that needs the result of a failed request
 * is not sent.
 */
export async function sendEveryRequest(target: Target): Promise<string[]> {
  const failures: string[] = [];
  const expectingFrom =
    (send: Send) =>
    async (call: string, json?: object): Promise<Json> => {
      const { status, body } = await send(call, json);
      if (status < 300) return body;
      failures.push(`${call}: ${status} ${JSON.stringify(body)}`);
      throw new Stopped();
    };
  const steps = { target, expectingFrom };
  for (const part of [accounts, notes, uploads, shares, links, fileRequests, trash, webhooks, administration]) {
    await part(steps).catch((error) => {
      if (!(error instanceof Stopped)) throw error;
    });
  }
  return failures;
}

class Stopped extends Error {}

type Steps = {
  target: Target;
  /** Wraps a sender, so that it records a failed request and ends the part. Returns the body of the response. */
  expectingFrom: (send: Send) => (call: string, json?: object) => Promise<Json>;
};

/** Sends requests with the cookies of one browser, or with a bearer token. */
function senderOf(url: string, token?: string): Send {
  const cookies = new Map<string, string>();
  // The service limits the sign-ups from one IP address, so each browser has another one.
  const ip = `10.${[...randomBytes(3)].join(".")}`;
  return async (call, json) => {
    const [method = "", path = ""] = call.split(" ");
    const response = await fetch(url + path, {
      method,
      headers: {
        origin: url,
        "x-forwarded-for": ip,
        // Only the start of an upload reads this header.
        "idempotency-key": `"${randomUUID()}"`,
        cookie: [...cookies].map((pair) => pair.join("=")).join("; "),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { "content-type": "application/json" }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = line.split(";", 1)[0]?.split("=") ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    return { status: response.status, body: /^[{[]/.test(text) ? JSON.parse(text) : text };
  };
}

async function signedUp({ target, expectingFrom }: Steps) {
  const call = expectingFrom(senderOf(target.url));
  const email = `${randomUUID()}@example.com`;
  await call("POST /auth/sign-up/email", { email, name: "Ann", password: PASSWORD });
  return { call, email, userId: (await call("GET /me")).id as string };
}

async function withNote(steps: Steps) {
  const person = await signedUp(steps);
  const note = await person.call("POST /notes", { title: "Trip to Rome", body: "Bring the tickets." });
  return { ...person, noteId: note.id as string };
}

type Call = (call: string, json?: object) => Promise<Json>;

async function uploaded(call: Call, { start, complete }: { start: string; complete: (id: string) => string }) {
  const bytes = randomBytes(100);
  const file = { filename: "a.bin", contentType: "application/octet-stream", sizeBytes: bytes.length };
  const { upload } = await call(start, { ...file, sha256: sha256(bytes) });
  const put = await putAsTold(upload, bytes);
  if (put.status !== 200) throw new Error(`The bucket returned ${put.status}: ${await put.text()}`);
  return call(complete(upload.id));
}

async function withFile(steps: Steps) {
  const person = await withNote(steps);
  const { id } = await uploadTo(person.call, person.noteId);
  return { ...person, fileId: id as string };
}

function uploadTo(call: Call, noteId: string) {
  return uploaded(call, { start: `POST /notes/${noteId}/uploads`, complete: (id) => `POST /uploads/${id}/complete` });
}

async function accounts(steps: Steps): Promise<void> {
  const { call, email } = await signedUp(steps);
  await call("POST /auth/sign-out", {});
  await call("POST /auth/sign-in/email", { email, password: PASSWORD });
  await call("POST /auth/change-password", { currentPassword: PASSWORD, newPassword: `${PASSWORD}-2` });
  await call("POST /auth/request-password-reset", { email });
  const { id } = await call("POST /tokens", { label: "laptop" });
  await call("GET /tokens");
  await call(`DELETE /tokens/${id}`);
  await call("GET /usage");
}

async function notes(steps: Steps): Promise<void> {
  const { call, noteId } = await withNote(steps);
  await call(`GET /notes/${noteId}`);
  await call(`PATCH /notes/${noteId}`, { title: "Trip to Florence" });
  await call("GET /notes");
  await call("GET /notes?q=tickets");
  await call("GET /notes?q=ti");
  await call(`GET /changes?noteId=${noteId}`);
  await call("GET /activity");
  await call(`GET /notes/${noteId}/activity`);
}

async function uploads(steps: Steps): Promise<void> {
  const { call, noteId, fileId } = await withFile(steps);
  await call(`GET /attachments/${fileId}`);
  await call(`GET /notes/${noteId}/attachments`);
  await call(`GET /attachments/${fileId}/url`);
  await call("POST /attachments/urls", { attachmentIds: [fileId] });
  await call(`PATCH /attachments/${fileId}`, { filename: "b.bin" });
  const file = { filename: "c.bin", contentType: "application/octet-stream", sizeBytes: 1 };
  const { upload } = await call(`POST /notes/${noteId}/uploads`, file);
  await call(`GET /uploads/${upload.id}`);
  await call(`DELETE /uploads/${upload.id}`);
}

async function shares(steps: Steps): Promise<void> {
  const owner = await withFile(steps);
  const reader = await signedUp(steps);
  await owner.call(`PUT /notes/${owner.noteId}/shares`, {
    userIds: [reader.userId],
    emails: [`${randomUUID()}@example.com`],
    role: "editor",
  });
  await owner.call(`PUT /attachments/${owner.fileId}/shares`, { userIds: [reader.userId] });
  await owner.call(`GET /notes/${owner.noteId}/shares`);
  await owner.call(`GET /attachments/${owner.fileId}/shares`);
  await reader.call(`GET /notes/${owner.noteId}`);
  await reader.call("GET /notes?scope=shared");
  await reader.call("GET /attachments?scope=shared");
  await reader.call(`GET /attachments/${owner.fileId}/url`);
  await owner.call(`DELETE /attachments/${owner.fileId}/shares/${reader.userId}`);
  await owner.call(`DELETE /notes/${owner.noteId}/shares/${reader.userId}`);
  await reader.call(`POST /notes/${owner.noteId}/access-requests`);
  await owner.call(`GET /notes/${owner.noteId}/access-requests`);
}

const tokenOf = (link: { url: string }): string => new URL(link.url).pathname.split("/").at(-1) ?? "";

async function links(steps: Steps): Promise<void> {
  const owner = await withFile(steps);
  const settings = { attachmentIds: [owner.fileId], password: "open sesame" };
  const link = await owner.call(`POST /notes/${owner.noteId}/links`, settings);
  const path = `/public/links/${tokenOf(link)}`;
  const visit = steps.expectingFrom(senderOf(steps.target.url));
  await visit(`GET ${path}`);
  await visit(`POST ${path}/unlock`, { password: "open sesame" });
  const claim = await visit(`POST ${path}/claims`, {});
  await visit(`POST ${path}/claims/${claim.claimId}/urls`, {});
  await owner.call(`PATCH /links/${link.id}`, { label: "For the tax office" });
  await owner.call("GET /links");
  await owner.call(`GET /notes/${owner.noteId}/links`);
  await owner.call(`GET /attachments/${owner.fileId}/links`);
  await owner.call(`GET /links/${link.id}/events`);
  await owner.call(`DELETE /links/${link.id}`);
}

async function fileRequests(steps: Steps): Promise<void> {
  const owner = await withNote(steps);
  const link = await owner.call(`POST /notes/${owner.noteId}/links`, { kind: "upload", request: {}, notify: "each" });
  const path = `/public/links/${tokenOf(link)}`;
  const visit = steps.expectingFrom(senderOf(steps.target.url));
  await visit(`GET ${path}`);
  await uploaded(visit, { start: `POST ${path}/uploads`, complete: (id) => `POST ${path}/uploads/${id}/complete` });
  await owner.call(`PUT /notes/${owner.noteId}/seen`);
  await owner.call(`GET /notes/${owner.noteId}`);
}

async function trash(steps: Steps): Promise<void> {
  const { call, noteId, fileId } = await withFile(steps);
  await call(`DELETE /attachments/${fileId}`);
  await call("GET /trash");
  await call(`POST /trash/attachments/${fileId}/restore`);
  await call(`DELETE /notes/${noteId}`);
  await call(`POST /trash/notes/${noteId}/restore`);
  await call(`GET /notes/${noteId}`);
  await call(`DELETE /notes/${noteId}`);
  await call(`DELETE /trash/notes/${noteId}`);
}

async function webhooks(steps: Steps): Promise<void> {
  const { call } = await signedUp(steps);
  const { id } = await call("POST /webhooks", { url: steps.target.webhookUrl, events: ["upload.ready", "url.issued"] });
  await call("GET /webhooks");
  await call(`POST /webhooks/${id}/test`);
  await call(`GET /webhooks/${id}/deliveries`);
  const note = await call("POST /notes", { title: "Reported" });
  await uploadTo(call, note.id);
}

async function administration(steps: Steps): Promise<void> {
  const { userId } = await signedUp(steps);
  const call = steps.expectingFrom(senderOf(steps.target.url, steps.target.adminToken));
  await call("GET /admin/people");
  await call("GET /admin/people?q=ann");
  await call(`PATCH /admin/people/${userId}`, { quotaBytes: 1_000_000 });
  await call(`PATCH /admin/people/${userId}`, { isDisabled: true });
  await call("GET /admin/links");
  await call("GET /admin/mails");
  await call("GET /admin/log");
  await call("PUT /admin/policy/url-ttl-max", { value: 600 });
  await call("GET /admin/policy");
  await call("POST /admin/invitations", { email: `${randomUUID()}@example.com` });
  await call(`DELETE /admin/people/${userId}`);
  await call("GET /readyz");
  await call("GET /metrics");
}
