import { randomBytes } from "node:crypto";
import { MAX_BATCH_FILES } from "@valetkey/contract";
import { describe, expect, it } from "vitest";
import { smtpServerInTest } from "../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { accept, receiverInTest } from "../../packages/server/src/platform/outgoing/testing/webhook-receiver.ts";
import { type Api, apiAs, putAsTold } from "./testing/api.ts";
import { useDatabases } from "./testing/databases.ts";
import { expectAllThere, expectReadyIsWhole } from "./testing/expect-all-there.ts";
import { emailOf, expectOnlyCopies, notYetReported } from "./testing/expect-notified.ts";
import { freePort } from "./testing/free-port.ts";
import { type Acknowledged, nothingYet, sha256, workUntilKilled } from "./testing/load.ts";
import { makePlace, type Place, type RunningService, runCli, startProcess } from "./testing/service.ts";

// Two rounds keep the test run short. Set KILL_ROUNDS=50 for a long run.
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 2);
const WORKERS = 4;
/** The permanent deletion of so many files needs four steps, so a kill after the first step interrupts it. */
const FILES_OF_PURGED_NOTE = 304;
/** More files than one step of a permanent deletion deletes. */
const FILES_OF_EXPIRING_NOTE = 104;
/** Few files, because each step of the test reads them all. */
const FILES_OF_KEPT_NOTE = 12;
/**
 * The clock moves by 61 minutes before each start, so that all leases of mails and webhook messages have expired, and all mails are due.
 */
const BETWEEN_STARTS_MS = 3_660_000;
const CLOCK_AHEAD = new URL("testing/clock-ahead.cjs", import.meta.url).pathname;
const EVENTS = ["share.created", "upload.ready", "upload.rejected", "url.issued"];

describe.each(useDatabases())("kill -9 under a mixed load, on $name", ({ makeEnv }) => {
  it(`a service that is killed under load loses no acknowledged change (${ROUNDS} kills)`, {
    timeout: 120_000 + ROUNDS * 20_000,
  }, async () => {
    // The SMTP and webhook servers confirm slowly, so that a kill can come between the arrival of a message and its confirmation.
    const smtp = await smtpServerInTest({ beforeConfirm: () => pause(300) });
    const receiver = await receiverInTest({ respond: (response) => void pause(60).then(() => accept(response)) });
    const received = { mails: smtp.mails, webhooks: receiver.received };
    // With a quota, each pending form reserves storage. The port is fixed, so that `valetkey gc` can reach the bucket.
    const settings = { USER_QUOTA_BYTES: "1TiB", S3_LOCAL_PORT: String(await freePort("127.0.0.1")) };
    const mail = { SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: "files@example.com" };
    const place = await makePlace({
      ...(await makeEnv()),
      ...settings,
      ...mail,
      WEBHOOKS_ALLOW_LOOPBACK: "true",
    });
    const total = nothingYet();
    let lastSeen = nothingYet();
    for (let round = 0; round < ROUNDS; round++) {
      const service = await startProcess(after(place, round));
      const ann = await userOf(service, "ann");
      if (round === 0) await ann.call("POST", "/webhooks", { url: receiver.url, events: EVENTS });
      await expectAllThere(ann, lastSeen);
      lastSeen = await loadAndKill(service, { ann, round });
      for (const noun of Object.keys(total) as (keyof Acknowledged)[]) {
        (total[noun] as unknown[]).push(...lastSeen[noun]);
      }
    }
    // Starts the service a last time, and checks everything that it has acknowledged in all rounds.
    const service = await startProcess(after(place, ROUNDS));
    const ann = await userOf(service, "ann");
    await expect.poll(() => notYetReported(total, received), { timeout: 100_000, interval: 500 }).toEqual([]);
    const copies = await expectOnlyCopies(ann, { seen: total, received });
    await expectAllThere(ann, total);
    await expectReadyIsWhole(ann);
    // `valetkey gc` exits with 1 if the bucket, the database rows and the usage counters do not agree.
    const { stdout } = await runCli(after(place, ROUNDS), ["gc", "--dry-run"]);
    expect(stdout).toContain("counters of usage that are wrong");
    await service.stop();
    await place.remove();
    const counts = Object.fromEntries(Object.entries(total).map(([noun, list]) => [noun, list.length]));
    console.log(`killed ${ROUNDS} times; acknowledged and found again:`, JSON.stringify(counts));
    console.log("received:", JSON.stringify(copies));
    expect(total.issued.length).toBeGreaterThan(ROUNDS);
    expect(total.previews.length).toBeGreaterThan(0);
  });
});

describe.each(useDatabases())("kill -9 while large notes are deleted, on $name", ({ makeEnv }) => {
  const timeout = 120_000 + ROUNDS * 60_000;
  it("kill -9 during the deletion of large notes leaves no object and no broken note", {
    timeout,
  }, async () => {
    const settings = { TRASH_DAYS: "3", S3_LOCAL_PORT: String(await freePort("127.0.0.1")) };
    const place = await makePlace({ ...(await makeEnv()), ...settings });
    // The clock moves by more than a day before each round, so that all queued deletions of objects are due.
    const at = (round: number) => after(place, round, 25 * 3_600_000);
    let kept: NoteWithFiles | undefined;
    const expiring: NoteWithFiles[] = [];
    let deleted: NoteWithFiles[] = [];
    let interrupted = 0;
    let kills = 0;
    for (let round = 0; round < ROUNDS; round++) {
      if (round > 0) {
        // The kill can come while a deletion of the previous round still runs.
        const first = await startProcess(at(round));
        await pause(400);
        await first.stop("SIGKILL");
        kills += 1;
      }
      const service = await startProcess(at(round));
      const ann = await userOf(service, "ann");
      for (const note of deleted) await expectGone(ann, note);
      if (kept === undefined) kept = await makeNote(ann, FILES_OF_KEPT_NOTE);
      else await expectWhole(ann, kept);
      const toExpire = await makeNote(ann, FILES_OF_EXPIRING_NOTE);
      const toPurge = await makeNote(ann, FILES_OF_PURGED_NOTE);
      for (const { id } of [toExpire, toPurge]) expect((await ann.call("DELETE", `/notes/${id}`)).status).toBe(204);
      const before = await filesOf(ann);
      const toggling = toggleUntilKilled(ann, kept);
      expect((await ann.call("DELETE", `/trash/notes/${toPurge.id}`)).status).toBe(204);
      // The first kill comes immediately, and interrupts the deletion. Each later kill comes at a random moment.
      if (round > 0) await pause(60);
      if ((await filesOf(ann)) > before - FILES_OF_PURGED_NOTE) interrupted += 1;
      await service.stop("SIGKILL");
      kills += 1;
      await toggling;
      expiring.push(toExpire);
      deleted = [toPurge];
    }
    expect(interrupted).toBeGreaterThan(0);
    // Restores the remaining note, which the last kill may have left in the trash. Without the restore, the note would expire before the
    // next start.
    const restoring = await startProcess(at(ROUNDS));
    await expectWhole(await userOf(restoring, "ann"), kept as NoteWithFiles);
    await restoring.stop();
    // After five more starts, the bucket has only the objects of the remaining note. Each deletion of an object runs twice, a day apart.
    const lastRound = ROUNDS + 5;
    deleted.push(...expiring);
    for (const round of [lastRound - 2, lastRound]) {
      const service = await startProcess(at(round));
      const ann = await userOf(service, "ann");
      for (const note of deleted) await expectGone(ann, note);
      await expectWhole(ann, kept as NoteWithFiles);
      await expect.poll(() => filesOf(ann)).toBe(FILES_OF_KEPT_NOTE);
      if (round === lastRound) {
        const report = async () => (await runCli(at(round), ["gc", "--dry-run"])).stdout;
        const objects = `Of the other objects, ${FILES_OF_KEPT_NOTE} are known`;
        await expect.poll(report, { timeout: 60_000, interval: 1_000 }).toContain(objects);
      }
      await service.stop();
    }
    await place.remove();
    console.log(`killed ${kills} times, ${interrupted} times during a permanent deletion`);
  });
});

type NoteWithFiles = { id: string; files: Acknowledged["attachments"] };

async function makeNote(api: Api, fileCount: number): Promise<NoteWithFiles> {
  const { id } = (await api.call("POST", "/notes", { title: "large" })).body;
  const files: NoteWithFiles["files"] = [];
  while (files.length < fileCount)
    files.push(...(await sendBatch(api, { noteId: id, count: fileCount - files.length })));
  return { id, files };
}

/** Attaches at most `count` files with one batch. Returns the attached files. */
async function sendBatch(
  api: Api,
  { noteId, count }: { noteId: string; count: number },
): Promise<NoteWithFiles["files"]> {
  const contents = Array.from({ length: Math.min(count, MAX_BATCH_FILES) }, () => randomBytes(50));
  const declared = { filename: "file.bin", contentType: "application/octet-stream", sizeBytes: 50 };
  const uploads = contents.map(() => declared);
  const started = (await api.call("POST", `/notes/${noteId}/uploads/batch`, { uploads })).body.uploads;
  await Promise.all(contents.map((bytes, nth) => putAsTold(started[nth].upload, bytes)));
  const uploadIds = started.map(({ upload }: { upload: { id: string } }) => upload.id);
  const { files } = (await api.call("POST", "/uploads/complete", { uploadIds })).body;
  expect(files.map(({ file }: { file?: { state: string } }) => file?.state)).toEqual(contents.map(() => "ready"));
  return contents.map((bytes, nth) => ({ id: files[nth].file.id, sha256: sha256(bytes) }));
}

/** Checks that a note has all its files. First restores a note that is in the trash. */
async function expectWhole(api: Api, { id, files }: NoteWithFiles): Promise<void> {
  await api.call("POST", `/trash/notes/${id}/restore`);
  expect((await api.call("GET", `/notes/${id}`)).body.attachmentCount).toBe(files.length);
  await expectAllThere(api, { ...nothingYet(), attachments: files });
}

/** Checks that a note and its files do not exist, and waits until the note has also left the trash. */
async function expectGone(api: Api, { id, files }: NoteWithFiles): Promise<void> {
  expect((await api.call("GET", `/notes/${id}`)).status).toBe(404);
  const urls = await api.call("POST", "/attachments/urls", { attachmentIds: files.map((file) => file.id) });
  for (const { fileUrl } of urls.body.urls) expect(fileUrl ?? null).toBeNull();
  const inTrash = async () =>
    (await api.call("GET", "/trash")).body.items.map((item: { noteId: string }) => item.noteId);
  await expect.poll(inTrash, { timeout: 30_000 }).not.toContain(id);
}

const filesOf = async (api: Api): Promise<number> => (await api.call("GET", "/usage")).body.files;

/** Moves a note to the trash and restores it, again and again, until the service is killed. */
async function toggleUntilKilled(api: Api, { id }: NoteWithFiles): Promise<void> {
  try {
    for (;;) {
      expect((await api.call("DELETE", `/notes/${id}`)).status).toBe(204);
      expect((await api.call("POST", `/trash/notes/${id}/restore`)).status).toBe(204);
    }
  } catch (error) {
    // A fetch on a closed connection rejects with a TypeError.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Returns a place whose clock is further ahead in each round. */
function after({ env, ...place }: Place, round: number, betweenStartsMs = BETWEEN_STARTS_MS): Place {
  const clock = { CLOCK_AHEAD_MS: String(round * betweenStartsMs) };
  return { ...place, env: { ...env, ...clock, NODE_OPTIONS: `${env.NODE_OPTIONS} --require=${CLOCK_AHEAD}` } };
}

function userOf({ url }: RunningService, sub: string): Promise<Api> {
  const exp = Math.floor(Date.now() / 1000) + 365 * 86_400;
  return apiAs(url, { sub, email: emailOf(sub), email_verified: true, exp });
}

const pause = (maxMs: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * maxMs));

/** Puts load on the service, and kills it at a random moment after the first URLs. Returns everything that the service has acknowledged. */
async function loadAndKill(
  service: RunningService,
  { ann, round }: { ann: Api; round: number },
): Promise<Acknowledged> {
  const seen = nothingYet();
  const readerIds = Array.from({ length: WORKERS }, (_, worker) => `reader-${round}-${worker}`);
  // The service learns the email address of each reader from the reader's first request.
  for (const readerId of readerIds)
    expect((await (await userOf(service, readerId)).call("GET", "/me")).status).toBe(200);
  const workers = readerIds.map((readerId) => workUntilKilled(ann, { readerId, seen }));
  while (seen.issued.length < WORKERS) await new Promise((resolve) => setTimeout(resolve, 5));
  await pause(600);
  await service.stop("SIGKILL");
  await Promise.all(workers);
  return seen;
}
