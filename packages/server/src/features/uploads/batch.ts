import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Upload } from "../access/attachment.ts";
import type { Finish } from "./complete.ts";
import { type DeclaredUpload, recordUpload, type StartUploadInput } from "./record-upload.ts";
import type { Sender } from "./sender.ts";
import {
  declareUpload,
  isOneStep,
  repeatRefused,
  type StartedUpload,
  type StartParts,
  signPut,
  startDeclared,
} from "./start.ts";

/** The result for one file of a batch: a value, or the reason why the service refuses this file. */
export type Outcome<T> = T | DomainError;

/** Runs `work`, and returns a refusal as a value. Throws all errors that concern the whole batch, such as an unavailable database. */
export async function orRefusal<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError && error.code !== "database_unavailable") return error;
    throw error;
  }
}

/**
 * Returns a function that runs upload starts one after another, as `orRefusal` does. After a start fails because the bucket is unavailable,
 * the next starts get the same error. Otherwise, each start would take seconds to fail, and a batch would take minutes.
 */
export function untilUnavailable() {
  let unavailable: DomainError | undefined;
  return async <T>(start: () => T | Promise<T>): Promise<Outcome<T>> => {
    const outcome = unavailable ?? (await orRefusal(start));
    if (outcome instanceof DomainError && outcome.code === "bucket_unavailable") unavailable = outcome;
    return outcome;
  };
}

type Starter = ReturnType<typeof untilUnavailable>;

/** The refusals of `recordUpload`, which change nothing. After another error, the transaction must not commit. */
const REFUSALS: ReadonlySet<string> = new Set([
  "note_not_found",
  "access_denied",
  "idempotency_key_in_use",
  "too_many_uploads",
  "quota_exceeded",
]);

/** The number of upload starts in one transaction. Meanwhile, the other starts of the user and on the note must wait. */
const STARTS_IN_TRANSACTION = 20;

/** Starts many uploads to one note, as `startUpload` does. Returns one outcome for each file, in the order of the list. */
export function startUploads(deps: Deps, { allowance, arrive }: StartParts) {
  return async (caller: Sender, inputs: readonly StartUploadInput[]): Promise<Outcome<StartedUpload>[]> => {
    const outcomes: Outcome<StartedUpload>[] = [];
    const starters = { ofRecorded: untilUnavailable(), ofOthers: untilUnavailable() };
    for (let at = 0; at < inputs.length; at += STARTS_IN_TRANSACTION) {
      const declared: Outcome<DeclaredUpload>[] = [];
      for (const input of inputs.slice(at, at + STARTS_IN_TRANSACTION)) {
        declared.push(
          await orRefusal(() => {
            allowance.take(caller.userId, 1);
            return declareUpload(deps, { caller, input });
          }),
        );
      }
      outcomes.push(...(await startTogether(deps, { declared, starters })));
    }
    const isStarted = outcomes.some((outcome) => !(outcome instanceof DomainError));
    const noteId = inputs[0]?.noteId;
    if (isStarted && noteId !== undefined) await arrive?.(caller, { noteId }, { isFrequent: true });
    return outcomes;
  };
}

async function startTogether(
  deps: Deps,
  {
    declared,
    starters,
  }: { declared: readonly Outcome<DeclaredUpload>[]; starters: { ofRecorded: Starter; ofOthers: Starter } },
): Promise<Outcome<StartedUpload>[]> {
  const files = declared.filter((each): each is DeclaredUpload => !(each instanceof DomainError));
  const recorded = await recordTogether(deps, files.filter(isOneStep));
  const outcomes: Outcome<StartedUpload>[] = [];
  for (const each of declared) {
    if (each instanceof DomainError) {
      outcomes.push(each);
      continue;
    }
    const outcome = recorded.get(each);
    const start = outcome === undefined ? starters.ofOthers : starters.ofRecorded;
    outcomes.push(await start(() => finishStart(deps, { declared: each, outcome })));
  }
  return outcomes;
}

/** Records upload starts in one transaction, so that they share one flush of the disk. */
async function recordTogether(
  deps: Deps,
  files: readonly DeclaredUpload[],
): Promise<Map<DeclaredUpload, Outcome<Upload>>> {
  if (files.length === 0) return new Map();
  return deps.db.transaction(async (tx) => {
    const outcomes = new Map<DeclaredUpload, Outcome<Upload>>();
    for (const declared of files) {
      const outcome = await orRefusal(() => recordUpload(deps, { queries: tx, declared, multipart: undefined }));
      if (outcome instanceof DomainError && !REFUSALS.has(outcome.code)) throw outcome;
      outcomes.set(declared, outcome);
    }
    return outcomes;
  });
}

async function finishStart(
  deps: Deps,
  { declared, outcome }: { declared: DeclaredUpload; outcome: Outcome<Upload> | undefined },
): Promise<StartedUpload> {
  if (outcome === undefined) return startDeclared(deps, declared);
  if (outcome instanceof DomainError) return repeatRefused(deps, { declared, error: outcome });
  return { upload: outcome, request: await signPut(deps, { upload: outcome, now: outcome.createdAt }) };
}

/** The number of uploads of one batch that the service checks in parallel. Each check sends two requests to the bucket. */
const CHECKS_AT_ONCE = 10;
/** The time limit of a batch of completions, in milliseconds. Proxies have longer time limits. */
const COMPLETE_WITHIN_MS = 20_000;
/** The longest time in milliseconds for which a slow check delays the other uploads of its batch. */
const RECORD_EVERY_MS = 200;

/**
 * Completes many uploads. First, checks all uploads at the bucket. Then records the results together, so that they share one flush of the
 * disk. Returns one outcome for each id, in the order of the list. The outcome is undefined for an upload that is not finished at the time
 * limit. The client then sends its id again.
 */
export async function completeTogether<T>(
  uploadIds: readonly string[],
  prepare: (uploadId: string) => Promise<Finish<T>>,
  withinMs = COMPLETE_WITHIN_MS,
): Promise<(Outcome<T> | undefined)[]> {
  const endsAt = performance.now() + withinMs;
  const outcomes = new Map<string, Outcome<T>>();
  const left = new Set(uploadIds).values();
  let checked: { id: string; finish: Outcome<Finish<T>> }[] = [];
  const check = async () => {
    for (const id of left) {
      if (performance.now() >= endsAt) return;
      const finish = await orRefusal(() => prepare(id));
      // The time limit of the batch is over. Without this record, a file whose check takes longer than a batch would never be complete.
      if (isOver) await record(finish);
      else checked.push({ id, finish });
    }
  };
  let isChecked = false;
  let isOver = false;
  const checks = Promise.all(Array.from({ length: CHECKS_AT_ONCE }, check)).then(() => {
    isChecked = true;
  });
  // After the time limit, no code waits for the running checks. The service still records their results, and the client asks again.
  checks.catch(() => undefined);
  do {
    await atMost(checks, Math.min(RECORD_EVERY_MS, Math.max(0, endsAt - performance.now())));
    const group = checked;
    checked = [];
    await Promise.all(group.map(async ({ id, finish }) => void outcomes.set(id, await record(finish))));
  } while (!(isChecked && checked.length === 0) && performance.now() < endsAt);
  isOver = true;
  void Promise.all(checked.map(({ finish }) => record(finish))).catch(() => undefined);
  return uploadIds.map((id) => outcomes.get(id));
}

async function record<T>(finish: Outcome<Finish<T>>): Promise<Outcome<T>> {
  return finish instanceof DomainError ? finish : orRefusal(finish);
}

async function atMost(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
