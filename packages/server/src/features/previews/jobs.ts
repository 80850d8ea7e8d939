import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Logger } from "pino";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import { type DrawnPicture, drawPictures, loaderOf } from "../../platform/pictures/draw-pictures.ts";
import type { Attachment } from "../access/attachment.ts";
import { type FileJob, fileJobQueries } from "../attachments/file-job-queries.ts";
import { previewQueries, type StoredPreview } from "../attachments/preview-queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { prepare } from "./complete.ts";
import { newPreviewKey } from "./start.ts";

export type PreviewFailure = "not_a_picture" | "damaged" | "too_slow" | "too_much_memory" | "no_gain" | "unavailable";

/** The length of the lease of a file, in milliseconds. If the process dies, the file is due again after this time. */
const LEASE_MS = 600_000;
/** The pause before the next attempt, in milliseconds, because the machine or the bucket may have been busy. */
const RETRY_MS = 900_000;
const MAX_ATTEMPTS = 3;
/** The failures that another attempt cannot change. */
const FINAL: ReadonlySet<PreviewFailure> = new Set(["not_a_picture", "damaged", "no_gain"]);

/** Creates the functions that make previews of files whose clients sent none. */
export function createMissingPreviews(deps: Deps) {
  const { db, clock } = deps;

  /** Makes the previews of a file. Returns the reason for a failure, or undefined if the file has previews now or no longer exists. */
  async function makePreviews(attachmentId: string, signal: AbortSignal): Promise<PreviewFailure | undefined> {
    const file = await attachmentQueries(db).find(attachmentId);
    if (file?.state !== "ready") return undefined;
    const drawn = await draw(deps, file.objectKey, signal);
    if (typeof drawn === "string") return drawn;
    const fitting = drawn.filter(({ bytes }) => bytes.length * 2 <= file.sizeBytes);
    if (fitting.length === 0) return "no_gain";
    try {
      // Stores the small preview last, because a file with a small preview no longer waits for previews.
      for (const picture of fitting.toReversed()) await store(deps, { file, picture });
      return undefined;
    } catch (error) {
      if (error instanceof DomainError && error.code === "preview_invalid") return "damaged";
      if (error instanceof DomainError && error.code === "attachment_not_found") return undefined;
      throw error;
    }
  }

  return {
    leaseMissingPreview: (): Promise<FileJob | undefined> => {
      const now = clock();
      return fileJobQueries(db).lease("preview", { now, leaseEndsAt: now + LEASE_MS });
    },

    /** Makes the previews of a leased file, and records a failure. The service tries each file at most three times. */
    async makeLeasedPreviews(leased: FileJob, signal: AbortSignal): Promise<void> {
      let failure: PreviewFailure | undefined = "unavailable";
      try {
        failure = await makePreviews(leased.attachmentId, signal);
      } finally {
        if (signal.aborted) failure = "unavailable";
        const isFinal = failure !== undefined && (FINAL.has(failure) || leased.attempts >= MAX_ATTEMPTS);
        const dueAt = isFinal ? null : clock() + (signal.aborted ? 0 : RETRY_MS);
        if (failure !== undefined) await fileJobQueries(db).postpone({ ...leased, detail: failure }, { dueAt });
      }
    },

    /** Makes the previews of all files without previews, even after failed attempts. Yields undefined or the failure for each file. */
    async *makeMissingPreviews(signal: AbortSignal): AsyncGenerator<PreviewFailure | undefined> {
      const queries = fileJobQueries(db);
      for (let after = ""; ; ) {
        const jobs = await queries.list("preview", { after, limit: 100 });
        for (const job of jobs) {
          const failure = await makePreviews(job.attachmentId, signal);
          if (failure !== undefined) await queries.postpone({ ...job, detail: failure }, { dueAt: null });
          yield failure;
        }
        const last = jobs.at(-1);
        if (last === undefined) return;
        after = last.attachmentId;
      }
    },

    countMissingPreviews: () => fileJobQueries(db).count("preview", "ready"),
  };
}

/** The longest sequence of first bytes that names a type. */
const START_BYTES = 32;

async function draw({ bucket }: Deps, objectKey: string, signal: AbortSignal) {
  const start = await bucket.readStart(objectKey, { length: START_BYTES });
  const loader = start && loaderOf(start.bytes);
  if (start === undefined || loader === undefined) return "not_a_picture";
  const body = await bucket.read(objectKey, { etag: start.etag, signal });
  return body === undefined ? "not_a_picture" : drawPictures({ loader, body, signal });
}

/**
 * Stores a drawn picture. The picture must pass the checks of a client's picture, because a hostile file could control the child process.
 */
async function store(
  deps: Deps,
  { file, picture: { name, bytes } }: { file: Pick<Attachment, "id" | "objectKey">; picture: DrawnPicture },
): Promise<void> {
  const { db, bucket, clock, limits } = deps;
  const contentType = "image/webp";
  const attachmentId = file.id;
  const preview: StoredPreview = {
    ...{ attachmentId, name, contentType, objectKey: newPreviewKey(deps, file.objectKey), staged: false },
    ...{ sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("base64") },
    ...{ pixels: undefined, createdAt: clock() },
  };
  const inserted = await db.transaction(async (tx) => {
    const queries = previewQueries(tx);
    if (!(await queries.holdFiles([attachmentId])).has(attachmentId)) return [];
    await queries.dropReplaced([preview], clock() - limits.uploadTtlSeconds * 1000);
    return queries.insert([preview]);
  });
  // The client is sending this preview now. If the client does not finish, a later attempt replaces the preview after its URL has expired.
  if (inserted.length === 0) return;
  // If the process dies between these steps, the service later deletes the unconfirmed row and its object.
  await bucket.store({
    objectKey: preview.objectKey,
    contentType,
    body: Readable.from([bytes]),
    maxBytes: bytes.length,
  });
  const finish = await prepare(deps, preview);
  await finish();
}

/** The pause between two checks of a replica for files without previews. */
const INTERVAL_MS = 15_000;

type Verbs = ReturnType<typeof createMissingPreviews>;
type Options = { useCases: Pick<Verbs, "leaseMissingPreview" | "makeLeasedPreviews">; logger: Logger };

/** Makes the previews of all due files, one after another. The replicas share the work. An aborted signal ends the child process. */
export async function makeDuePreviews({ useCases, logger }: Options, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const leased = await useCases.leaseMissingPreview();
    if (leased === undefined) return;
    await useCases.makeLeasedPreviews(leased, signal).catch((error) => {
      if (!signal.aborted)
        logger.warn({ err: error, attachmentId: leased.attachmentId }, "a preview could not be made");
    });
  }
}

/** Starts the job that makes the previews of due files. */
export function startPreviewMaking(options: Options): Loop {
  const onError = (error: unknown) =>
    options.logger.error({ err: error }, "The job that makes previews failed. It is retried.");
  return startLoop({ round: (signal) => makeDuePreviews(options, signal), intervalMs: INTERVAL_MS, onError });
}
