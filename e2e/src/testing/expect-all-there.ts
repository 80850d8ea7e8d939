import { expect } from "vitest";
import type { Api } from "./api.ts";
import { type Acknowledged, sha256 } from "./load.ts";

/** Checks that everything exists that the service has acknowledged, and that each file has the right bytes. */
export async function expectAllThere(ann: Api, seen: Acknowledged): Promise<void> {
  for (const { id, title } of seen.notes) {
    expect((await ann.call("GET", `/notes/${id}`)).body.title).toBe(title);
  }
  for (const { noteId, userId } of seen.shares) {
    const { shares } = (await ann.call("GET", `/notes/${noteId}/shares`)).body;
    expect(shares.map((share: { userId: string }) => share.userId)).toContain(userId);
  }
  for (const { noteId, email } of seen.invitations) {
    const { invitations } = (await ann.call("GET", `/notes/${noteId}/shares`)).body;
    expect(invitations.map((invitation: { email: string }) => invitation.email)).toContain(email);
  }
  const urls = await urlsOf(
    ann,
    seen.attachments.map(({ id }) => id),
  );
  for (const { id, sha256: expected } of seen.attachments) {
    expect(await download(urls.get(id)), `attachment ${id}`).toBe(expected);
  }
  const previews = await urlsOf(
    ann,
    seen.previews.map(({ id }) => id),
    { preview: "small" },
  );
  for (const { id, sha256: expected } of seen.previews) {
    expect(await download(previews.get(id)), `preview of ${id}`).toBe(expected);
  }
  await expectIssuesRecorded(ann, seen);
}

async function expectIssuesRecorded(ann: Api, seen: Acknowledged): Promise<void> {
  const answered = new Map<string, { noteId: string; count: number }>();
  for (const { noteId, attachmentId } of seen.issued) {
    answered.set(attachmentId, { noteId, count: (answered.get(attachmentId)?.count ?? 0) + 1 });
  }
  for (const [attachmentId, { noteId, count }] of answered) {
    const { items } = (await ann.call("GET", `/notes/${noteId}/activity?limit=200`)).body;
    const recorded = items.filter(
      (event: { action: string; attachmentIds: string[] }) =>
        event.action === "url.issued" && event.attachmentIds.includes(attachmentId),
    );
    expect(recorded.length, `events of ${attachmentId}`).toBeGreaterThanOrEqual(count);
  }
}

/** Checks that the bytes of each ready attachment match its checksum, even of attachments that the service has not acknowledged. */
export async function expectReadyIsWhole(ann: Api): Promise<void> {
  let cursor = "";
  do {
    const page = (await ann.call("GET", `/notes?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`)).body;
    const ready: { id: string; state: string; checksum: { value: string } }[] = [];
    for (const { id } of page.items) {
      const { attachments } = (await ann.call("GET", `/notes/${id}`)).body as { attachments: typeof ready };
      ready.push(...attachments.filter(({ state }) => state === "ready"));
    }
    const urls = await urlsOf(
      ann,
      ready.map(({ id }) => id),
    );
    for (const { id, checksum } of ready) expect(await download(urls.get(id))).toBe(checksum.value);
    cursor = page.nextCursor ?? "";
  } while (cursor !== "");
}

async function urlsOf(ann: Api, ids: string[], of: object = {}): Promise<Map<string, string>> {
  const urls = new Map<string, string>();
  for (let start = 0; start < ids.length; start += 1000) {
    const answer = await ann.call("POST", "/attachments/urls", {
      attachmentIds: ids.slice(start, start + 1000),
      expiresIn: 3600,
      ...of,
    });
    for (const { attachmentId, fileUrl } of answer.body.urls) urls.set(attachmentId, fileUrl);
  }
  return urls;
}

async function download(url: string | undefined): Promise<string> {
  const response = await fetch(url ?? "");
  return sha256(new Uint8Array(await response.arrayBuffer()));
}
