import { expect, it, onTestFinished } from "vitest";
import { deriveLinkKeys, readToken, tokenIsRight } from "../../packages/server/src/platform/crypto/link-token.ts";
import { makePlace, startProcess } from "./testing/service.ts";

const OLD = "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc";
const NEW = "w3eR6tY9uI2oP5aS8dF1gH4jK7lZ0xCv";
const ANN = { email: "ann@example.com", name: "Ann", password: "correct horse battery" };

it("a rotation of AUTH_SECRET ends the sessions, but earlier links still work", async () => {
  const place = await makePlace({ AUTH_SECRET: OLD });
  onTestFinished(place.remove);
  const before = await startProcess(place);
  const cookie = await signIn(before.url, "sign-up");
  const { id: noteId } = await call(before.url, "POST /notes", { cookie, json: { title: "Files" } });
  const link = await call(before.url, `POST /notes/${noteId}/links`, { cookie, json: {} });
  await before.stop();

  const env = { ...place.env, AUTH_SECRET: NEW, AUTH_SECRETS_OLD: OLD };
  const after = await startProcess({ ...place, env });
  onTestFinished(async () => {
    await after.stop();
  });
  expect(await call(after.url, "GET /me", { cookie })).toMatchObject({ code: "unauthenticated" });
  const fresh = await signIn(after.url, "sign-in");
  const { url } = await call(after.url, `GET /links/${link.id}`, { cookie: fresh });
  // The new URL of the link is made with the new secret. While the old secret is configured, the old URL also opens the link.
  expect(url).not.toBe(link.url);
  expect(openedBy([NEW, OLD], [url, link.url])).toEqual([true, true]);
  expect(openedBy([NEW], [url, link.url])).toEqual([true, false]);
});

function openedBy(secrets: string[], urls: string[]): boolean[] {
  const { tokens } = deriveLinkKeys(secrets);
  return urls.map((url) => {
    const read = readToken(url.slice(-43));
    return read !== undefined && tokenIsRight(tokens, read, 0);
  });
}

async function signIn(url: string, way: "sign-up" | "sign-in"): Promise<string> {
  const headers = { "content-type": "application/json", origin: url };
  const answer = await fetch(`${url}/auth/${way}/email`, { method: "POST", headers, body: JSON.stringify(ANN) });
  expect(answer.status).toBe(200);
  return answer.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
}

async function call(url: string, request: string, { cookie, json }: { cookie: string; json?: object }) {
  const [method = "", path = ""] = request.split(" ");
  const headers = { cookie, origin: url, ...(json && { "content-type": "application/json" }) };
  const answer = await fetch(`${url}${path}`, { method, headers, ...(json && { body: JSON.stringify(json) }) });
  return (await answer.json()) as { id: string; url: string };
}
