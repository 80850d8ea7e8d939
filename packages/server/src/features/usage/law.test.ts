import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../platform/errors.ts";
import { engines } from "../../testing/database/test-databases.ts";
import type { TestService } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { unknownId } from "../../testing/world.ts";
import type { StartedUpload } from "../uploads/start.ts";
import { usageQueries } from "./queries.ts";

const QUOTA = { userQuotaBytes: 6_000, userQuotaFiles: 6 };
const ENDED = ["rejected", "aborted", "expired"];

/**
 * Two users with one note each, and the uploads and attachments of both notes. Each user can add files to both notes.
 * `most`: the largest quota that each user had so far. A lower quota deletes nothing, so the usage can still be as large as `most`.
 */
type Scene = {
  service: TestService;
  people: string[];
  most: { bytes: number; files: number }[];
  notes: string[];
  started: StartedUpload[];
  attached: string[];
};
/** Runs a command of the property test. The command can call `check` at any time to compare the stored usage with the rows. */
type Run = (scene: Scene, check: () => Promise<void>) => Promise<unknown>;

const side = fc.nat({ max: 1 });
const nth = fc.nat({ max: 7 });
const sizeBytes = fc.oneof(fc.constantFrom(0, 1, 999, 1_000, 1_001, 6_000, 6_001), fc.nat({ max: 2_500 }));
const file = { note: side, by: side, sizeBytes, lies: fc.boolean() };

const commands: fc.Arbitrary<Run> = fc.oneof(
  { weight: 6, arbitrary: command("start", file, start) },
  { weight: 4, arbitrary: command("put and complete", { nth }, putAndComplete) },
  { weight: 2, arbitrary: command("abort", { nth }, abort) },
  {
    weight: 3,
    arbitrary: command("form", { ...file, says: fc.constantFrom("nothing", "length", "too much") }, sendForm),
  },
  { weight: 1, arbitrary: command("broken form", file, breakForm) },
  { weight: 2, arbitrary: command("delete attachment", { nth }, deleteAttachment) },
  { weight: 1, arbitrary: command("delete note", { note: side }, deleteNote) },
  { weight: 1, arbitrary: command("time passes", {}, passTime) },
  {
    weight: 1,
    arbitrary: command("set quota", { of: side, quotaBytes: ownQuota(9_000), quotaFiles: ownQuota(9) }, setQuota),
  },
);

describe.each(engines)("requirement 9: the usage counter matches the rows, on $name", (engine) => {
  const service = useService({ engine, limits: { ...QUOTA, singlePutMaxBytes: 1_000, uploadMaxBytes: 10_000 } });

  // The statements are equal on all engines, so fewer runs are enough on the slower engine.
  const numRuns = engine.name === "sqlite" ? 20 : 10;

  it("the usage counter of a user matches the files after each random command", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { minLength: 1, maxLength: 16 }), async (sequence) => {
        const scene = await newScene(service);
        for (const run of sequence) {
          await run(scene, () => expectLaw(scene)).catch(unlessRefused);
          await expectLaw(scene);
        }
        await expectNothingIn(scene);
      }),
      { numRuns },
    );
  });

  it("the usage counter of a user matches the files after simultaneous commands", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(commands, { minLength: 2, maxLength: 8 }), { maxLength: 5 }),
        async (rounds) => {
          const scene = await newScene(service);
          for (const round of rounds) {
            await Promise.all(round.map((run) => run(scene, async () => undefined).catch(unlessRefused)));
            await expectLaw(scene);
          }
          await expectNothingIn(scene);
        },
      ),
      { numRuns },
    );
  });
});

/** Computes the usage of each user from the rows of the files, and compares the result with the stored usage. */
async function expectLaw({ service, people, most }: Scene): Promise<void> {
  const { kysely } = service.database.db;
  for (const [index, person] of people.entries()) {
    const attachments = await kysely.selectFrom("attachments").selectAll().where("owner_id", "=", person).execute();
    const deletions = kysely.selectFrom("object_deletions").where("reserved_until", "is not", null);
    const reservations = await deletions.select("size_bytes").where("owner_id", "=", person).execute();
    const counted = [
      ...attachments.filter((row) => row.owns_object === 1 && !ENDED.includes(row.state)),
      ...reservations,
    ];
    const bytes = counted.reduce((sum, row) => sum + (row.size_bytes ?? 0), 0);
    expect(await usageQueries(service.db).find(person)).toMatchObject({ bytes, files: counted.length });
    expect(bytes).toBeLessThanOrEqual(most[index]?.bytes ?? 0);
    expect(counted.length).toBeLessThanOrEqual(most[index]?.files ?? 0);
  }
}

async function expectNothingIn(scene: Scene): Promise<void> {
  for (const note of [0, 1]) await deleteNote(scene, { note }).catch(unlessRefused);
  await passTime(scene);
  for (const person of scene.people) {
    expect(await usageQueries(scene.service.db).find(person)).toMatchObject({ bytes: 0, files: 0 });
  }
}

async function newScene(service: TestService): Promise<Scene> {
  const people = [unknownId(), unknownId()];
  const notes: string[] = [];
  for (const [index, userId] of people.entries()) {
    const note = await service.useCases.createNote({ userId }, { title: "Files", body: "" });
    notes.push(note.id);
    const userIds = [people[1 - index] as string];
    const share = { subject: { noteId: note.id }, userIds, emails: [], role: "editor" as const, expiresAt: undefined };
    await service.useCases.putShares({ userId }, share);
  }
  const most = people.map(() => ({ bytes: QUOTA.userQuotaBytes, files: QUOTA.userQuotaFiles }));
  return { service, people, most, notes, started: [], attached: [] };
}

/** Generates the new quota of a user. Undefined: no change. Null: the quota of the service. */
function ownQuota(max: number) {
  return fc.oneof(fc.constantFrom(undefined, null), fc.nat({ max }));
}

type OwnQuota = { of: number; quotaBytes: number | null | undefined; quotaFiles: number | null | undefined };

async function setQuota({ service, people, most }: Scene, { of, quotaBytes, quotaFiles }: OwnQuota): Promise<void> {
  const former = most[of] ?? { bytes: 0, files: 0 };
  most[of] = { bytes: Math.max(former.bytes, quotaBytes ?? 0), files: Math.max(former.files, quotaFiles ?? 0) };
  if (quotaBytes === undefined && quotaFiles === undefined) return;
  await usageQueries(service.db).setQuota(people[of] as string, { quotaBytes, quotaFiles });
}

// Gives a test command a readable name, which a failed test prints.
function command<Given>(
  name: string,
  given: { [Name in keyof Given]: fc.Arbitrary<Given[Name]> },
  run: (scene: Scene, given: Given, check: () => Promise<void>) => Promise<unknown>,
): fc.Arbitrary<Run> {
  return fc.record(given).map((values) => {
    const runs: Run = (scene, check) => run(scene, values as Given, check);
    return Object.assign(runs, { [fc.toStringMethod]: () => `${name} ${JSON.stringify(values)}` });
  });
}

function unlessRefused(error: unknown): void {
  if (error instanceof DomainError && !error.code.endsWith("_unavailable")) return;
  throw error;
}

type File = { note: number; by: number; sizeBytes: number; lies: boolean };

function describeFile({ people, notes }: Scene, { note, by, lies }: File) {
  return {
    caller: { userId: people[by] as string },
    declared: {
      noteId: notes[note] as string,
      filename: lies ? "a.pdf" : "a.txt",
      contentType: lies ? "application/pdf" : "text/plain",
    },
  };
}

async function start(scene: Scene, given: File): Promise<void> {
  const { caller, declared } = describeFile(scene, given);
  const input = { ...declared, sizeBytes: given.sizeBytes, sha256: undefined };
  const started = await scene.service.useCases.startUpload(caller, input);
  scene.started.push(started);
  scene.attached.push(started.upload.attachmentId);
}

async function putAndComplete({ service, started }: Scene, { nth }: { nth: number }): Promise<void> {
  const chosen = started[nth];
  if (chosen === undefined) return;
  const { upload, request } = chosen;
  const caller = { userId: upload.userId };
  const partNumbers = [1];
  const { url, method, headers } =
    request ?? ((await service.useCases.signParts(caller, { uploadId: upload.id, partNumbers }))[0] as never);
  const { "content-length": _signed, ...settable } = headers as Record<string, string>;
  await (await fetch(url, { method, headers: settable, body: Buffer.alloc(upload.sizeBytes, "x") })).text();
  await service.useCases.completeUpload(caller, { uploadId: upload.id });
}

async function abort({ service, started }: Scene, { nth }: { nth: number }): Promise<void> {
  const upload = started[nth]?.upload;
  if (upload !== undefined) await service.useCases.abortUpload({ userId: upload.userId }, upload.id);
}

async function sendForm(scene: Scene, given: File & { says: string }, check: () => Promise<void>): Promise<void> {
  const { caller, declared } = describeFile(scene, given);
  const { sizeBytes, says } = given;
  async function* pieces() {
    for (let sent = 0; sent < sizeBytes; sent += 500) {
      yield Buffer.alloc(Math.min(500, sizeBytes - sent), "x");
      await check();
    }
  }
  const length = { atLeast: Math.max(0, sizeBytes - 300), atMost: sizeBytes + (says === "length" ? 200 : 5_000) };
  const attachment = await scene.service.useCases.attachFile(caller, {
    ...declared,
    body: Readable.from(pieces(), { objectMode: false }),
    ...(says === "nothing" ? {} : { length }),
  });
  scene.attached.push(attachment.id);
}

async function breakForm(scene: Scene, given: File): Promise<void> {
  const { caller, declared } = describeFile(scene, given);
  async function* pieces() {
    yield Buffer.alloc(given.sizeBytes, "x");
    throw new Error("ECONNRESET");
  }
  await scene.service.useCases.attachFile(caller, {
    ...declared,
    body: Readable.from(pieces(), { objectMode: false }),
  });
}

async function deleteAttachment({ service, attached, people }: Scene, { nth }: { nth: number }): Promise<void> {
  const id = attached[nth];
  if (id !== undefined) await service.useCases.deleteAttachment({ userId: people[0] as string }, id);
}

async function deleteNote({ service, people, notes }: Scene, { note }: { note: number }): Promise<void> {
  await service.useCases.deleteNote({ userId: people[note] as string }, notes[note] as string);
}

/** Advances the clock until every upload has expired. */
async function passTime({ service }: Scene): Promise<void> {
  service.advance(2 * 86_400_000);
  await Promise.all([service.useCases.expireUploads(), service.useCases.purgeObjects()]);
  // Releases the reservations that the first call skipped, because the deletions locked their rows.
  await service.useCases.expireUploads();
}
