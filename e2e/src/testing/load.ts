import { createHash, randomBytes } from "node:crypto";
import { declare, webp } from "../../../packages/server/src/testing/pictures.ts";
import { type Api, putAsTold } from "./api.ts";

/** Everything that the service has acknowledged under load. After a kill of the service, all of these things must still exist. */
export type Acknowledged = {
  notes: { id: string; title: string }[];
  shares: { noteId: string; userId: string }[];
  /** Shares with email addresses that have no account. Each of these shares makes an invitation. */
  invitations: { noteId: string; email: string }[];
  attachments: { id: string; sha256: string }[];
  /** The confirmed previews, each with its checksum. */
  previews: { id: string; sha256: string }[];
  issued: { noteId: string; attachmentId: string }[];
};

export function nothingYet(): Acknowledged {
  return { notes: [], shares: [], invitations: [], attachments: [], previews: [], issued: [] };
}

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("base64");

/** `readerId`: the user who gets shares of the notes. `seen`: collects everything that the service acknowledges. */
type Load = { readerId: string; seen: Acknowledged };

/** Creates notes, shares, invitations, uploads and URLs until a call fails, because the service was killed. */
export async function workUntilKilled(api: Api, load: Load): Promise<void> {
  for (let turn = 0; ; turn++) {
    try {
      await oneTurn(api, { turn, ...load });
    } catch (error) {
      if (error instanceof UnexpectedAnswer) throw error;
      return;
    }
  }
}

class UnexpectedAnswer extends Error {}

async function oneTurn(api: Api, { turn, readerId: userId, seen }: Load & { turn: number }): Promise<void> {
  const nonce = randomBytes(4).toString("hex");
  const [title, email] = [`note ${turn} ${nonce}`, `${turn}-${nonce}@invited.example`];
  const note = await api.call("POST", "/notes", { title });
  expectStatus(note.status, 201);
  const noteId: string = note.body.id;
  seen.notes.push({ id: noteId, title });
  const receivers = { userIds: [userId], emails: [email] };
  expectStatus((await api.call("PUT", `/notes/${noteId}/shares`, { ...receivers, role: "viewer" })).status, 200);
  seen.shares.push({ noteId, userId });
  seen.invitations.push({ noteId, email });
  const add = [uploadBatch, attach, upload][turn % 3] as typeof attach;
  const attachmentId = await add(api, { noteId, seen });
  for (let count = 0; count < 3; count++) {
    const answer = await api.call("GET", `/attachments/${attachmentId}/url`);
    expectStatus(answer.status, 200);
    seen.issued.push({ noteId, attachmentId });
  }
}

type Target = { noteId: string; seen: Acknowledged };

async function attach(api: Api, { noteId, seen }: Target): Promise<string> {
  // Some files need a multipart upload, so that a kill can also interrupt one.
  const bytes = randomBytes(Math.random() < 0.15 ? 9 * 2 ** 20 : 1 + Math.floor(Math.random() * 200_000));
  const answer = await api.attach(noteId, { name: "form.bin", bytes });
  expectStatus(answer.status, 201);
  seen.attachments.push({ id: answer.body.id, sha256: sha256(bytes) });
  return answer.body.id;
}

async function upload(api: Api, { noteId, seen }: Target): Promise<string> {
  const bytes = randomBytes(1 + Math.floor(Math.random() * 200_000));
  const description = { filename: "put.bin", sizeBytes: bytes.length, contentType: "application/octet-stream" };
  const started = await api.call("POST", `/notes/${noteId}/uploads`, { ...description, sha256: sha256(bytes) });
  expectStatus(started.status, 201);
  const put = await putAsTold(started.body.upload, bytes);
  expectStatus(put.status, 200);
  const completed = await api.call("POST", `/uploads/${started.body.upload.id}/complete`);
  expectStatus(completed.status, 200);
  seen.attachments.push({ id: completed.body.id, sha256: sha256(bytes) });
  return completed.body.id;
}

const FILES_OF_BATCH = 5;

/**
 * Uploads several files and a preview of each file. One request starts all uploads or previews, and another request completes the uploads
 * or previews.
 */
async function uploadBatch(api: Api, { noteId, seen }: Target): Promise<string> {
  const files = Array.from({ length: FILES_OF_BATCH }, () => randomBytes(1_000 + Math.floor(Math.random() * 50_000)));
  const uploads = files.map((bytes, nth) => ({
    filename: `batch-${nth}.bin`,
    sizeBytes: bytes.length,
    contentType: "application/octet-stream",
    sha256: sha256(bytes),
  }));
  const started = await api.call("POST", `/notes/${noteId}/uploads/batch`, { uploads });
  const ids = await putAll(started, files);
  const [completed] = await Promise.all([
    api.call("POST", "/uploads/complete", { uploadIds: ids.map(({ id }) => id) }),
    sendPreviews(api, { attachmentIds: ids.map(({ attachmentId }) => attachmentId), seen }),
  ]);
  expectStatus(completed.status, 200);
  for (const [nth, { file }] of completed.body.files.entries()) {
    seen.attachments.push({ id: file.id, sha256: sha256(files[nth] as Buffer) });
  }
  return completed.body.files[0].file.id;
}

/** Sends a small preview of each file while the uploads are completed. */
async function sendPreviews(
  api: Api,
  { attachmentIds, seen }: { attachmentIds: string[]; seen: Acknowledged },
): Promise<void> {
  const pictures = attachmentIds.map((_, nth) => webp({ width: 320, height: 1 + nth }));
  const declared = pictures.map((picture, nth) => declare(picture, { attachmentId: attachmentIds[nth] as string }));
  await putAll(await api.call("POST", "/attachments/previews", { previews: declared }), pictures, "previews");
  const previews = declared.map(({ attachmentId, name }) => ({ attachmentId, name }));
  const { status, body } = await api.call("POST", "/attachments/previews/complete", { previews });
  expectStatus(status, 200);
  for (const [nth, { preview }] of body.previews.entries()) {
    if (preview === undefined) throw new UnexpectedAnswer(`no preview: ${JSON.stringify(body.previews[nth])}`);
    seen.previews.push({ id: attachmentIds[nth] as string, sha256: sha256(pictures[nth] as Buffer) });
  }
}

type StartedAnswer = Awaited<ReturnType<Api["call"]>>;

/** Sends the bytes of each upload of a batch. Returns the uploads. */
async function putAll(
  { status, body }: StartedAnswer,
  contents: readonly Uint8Array[],
  name: "uploads" | "previews" = "uploads",
): Promise<{ id: string; attachmentId: string }[]> {
  expectStatus(status, 200);
  const uploads = body[name].map(({ upload }: { upload: { id: string; attachmentId: string } }) => upload);
  const sent = await Promise.all(contents.map((bytes, nth) => putAsTold(uploads[nth], bytes)));
  for (const { status } of sent) expectStatus(status, 200);
  return uploads;
}

function expectStatus(actual: number, expected: number): void {
  // A killed service sends no response, so a wrong status is a fault of the service and not of the kill.
  if (actual !== expected) throw new UnexpectedAnswer(`answered ${actual} where ${expected} was due`);
}
