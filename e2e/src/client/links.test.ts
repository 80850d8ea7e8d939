import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type OpenedLink, type OpenedLinkClient, openLink } from "../../../packages/client/src/index.ts";
import { hashPassword } from "../../../packages/server/src/features/links/hash-password.ts";
import type { Link } from "../../../packages/server/src/features/links/link.ts";
import { linkQueries } from "../../../packages/server/src/features/links/queries/links.ts";
import { deriveLinkKeys, makeToken } from "../../../packages/server/src/platform/crypto/link-token.ts";
import { openAt } from "../../../packages/server/src/testing/database/database-location.ts";
import { sampleLink, sampleNote } from "../../../packages/server/src/testing/database/samples.ts";
import { file, sha256OfBlob } from "./testing/files.ts";
import { startWorld, useWorld, type World } from "./testing/world.ts";

const getWorld = useWorld();
const PASSWORD = "open sesame";

/** Attaches a file to a new note, and makes a link to the note. */
async function share({ client, userId, url, place }: World, given: Partial<Link> & { sizeBytes?: number } = {}) {
  const { sizeBytes = 1_000, ...rest } = given;
  const shared = file(sizeBytes);
  const { id } = await client.notes.create({ title: "Files" });
  await client.upload(id, shared).done;
  const note = sampleNote({ id, ownerId: userId });
  const link = sampleLink(note, { expiresAt: undefined, createdAt: Date.now(), maxClaims: 1, ...rest });
  const db = await openAt({ file: join(place.dataDir, "valetkey.db") });
  await db.transaction((tx) => linkQueries(tx).insert(link));
  const claims = async () => (await linkQueries(db).find(link.id))?.link.claims;
  const [key] = deriveLinkKeys([place.env.AUTH_SECRET as string]).tokens;
  const token = makeToken(key as Uint8Array, { linkId: link.id, generation: 0 });
  const sha256 = await sha256OfBlob(shared);
  return { visit: openLink(token, { baseUrl: url }), sha256, claims, close: () => db.close() };
}

async function open(visit: OpenedLinkClient): Promise<OpenedLink> {
  const link = await visit.look();
  if (link.state === "locked") throw new Error("The link is locked.");
  return link;
}

describe("a link opened through the client", () => {
  it("the client unlocks a link with its password and downloads the file", async () => {
    const { visit, sha256, claims, close } = await share(getWorld(), { passwordHash: await hashPassword(PASSWORD) });
    expect(await visit.look()).toEqual({ state: "locked", by: "password" });
    await expect(visit.unlock("wrong")).rejects.toMatchObject({ code: "wrong_password", status: 403 });
    await visit.unlock(PASSWORD);
    const [only] = (await open(visit)).files ?? [];
    const downloads = await Promise.all([1, 2].map(() => visit.download(only as never)));
    for (const { blob } of downloads) expect(await sha256OfBlob(await blob())).toBe(sha256);
    expect(await claims()).toBe(1);
    await close();
  });

  it("the client gets new URLs of a link for the same download claim", async () => {
    const { visit, claims, close } = await share(getWorld());
    const { claimId, urls } = await visit.claim();
    expect(urls).toHaveLength(1);
    const again = await visit.urls(claimId, { disposition: "inline" });
    expect((await fetch(again.urls[0]?.fileUrl as string)).status).toBe(200);
    expect((await open(visit)).claim?.id).toBe(claimId);
    expect(await claims()).toBe(1);
    await expect(visit.urls(crypto.randomUUID())).rejects.toMatchObject({ code: "link_not_found" });
    await close();
  });

  it("requirement 21: resuming a download from a link uses no second download claim", async () => {
    const world = await startWorld();
    const { visit, sha256, claims, close } = await share(world, { sizeBytes: 20_000_000 });
    const [only] = (await open(visit)).files ?? [];
    const { stream } = await visit.download(only as never);
    const reader = stream.getReader();
    const chunks = [(await reader.read()).value as Uint8Array<ArrayBuffer>];
    // The kill of the bucket breaks the connection of the running download.
    await world.bucket.kill();
    await world.bucket.start();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value as Uint8Array<ArrayBuffer>);
    }
    expect(await sha256OfBlob(new Blob(chunks))).toBe(sha256);
    const signed = world.toService.seen.filter((line) => line.endsWith("/urls"));
    expect(signed.length).toBeGreaterThan(0);
    expect(await claims()).toBe(1);
    await close();
  });
});
