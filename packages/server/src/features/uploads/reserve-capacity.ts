import type { Readable } from "node:stream";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { streamOf } from "../../platform/http/wire.ts";
import { usageQueries } from "../usage/queries.ts";
import { type Quota, quotaOf, quotaOfUser } from "../usage/usage.ts";

/** The smallest and the largest possible length of a file, computed from the declared length of its form. Bytes. */
export type LengthBounds = { atLeast: number; atMost: number };

type Request = {
  objectKey: string;
  ownerId: string;
  userId: string;
  /** Undefined: the form declares no length. */
  length: LengthBounds | undefined;
  /** The largest accepted file. Bytes. */
  maxBytes: number;
};

/** The number of bytes that are reserved in advance for a file of unknown length. */
const STEP_BYTES = 8 * 2 ** 20;
/**
 * How long a reservation is valid without an extension. If a process does not extend its reservation for this time, the process has died.
 * Milliseconds.
 */
const LEASE_MS = 600_000;
const EXTEND_EVERY_MS = LEASE_MS / 10;

/**
 * Reserves quota for the file of a form before its first byte arrives. Returns a function that wraps the stream and reserves more while
 * bytes arrive.
 * When the attachment is inserted, it replaces the reservation. If the upload fails, the caller must release the reservation. If the owner
 * has no quota, reserves nothing.
 * Throws `quota_exceeded`. The wrapped stream fails with the same error.
 */
export async function reserveCapacity(deps: Deps, request: Request): Promise<(body: Readable) => Readable> {
  if (!(await hasQuota(deps, request.ownerId))) return (body) => body;
  const reservedBytes = await reserveLength(deps, request);
  return (body) => streamOf(extending(deps, { request, reservedBytes, body }));
}

async function hasQuota({ db, limits }: Deps, ownerId: string): Promise<boolean> {
  const quota = quotaOf(limits);
  const isLimited = ({ bytes, files }: Quota) => bytes !== undefined || files !== undefined;
  return isLimited(quota) || isLimited(quotaOfUser(quota, await usageQueries(db).find(ownerId)));
}

/**
 * Reserves the largest possible length of the file if the quota is large enough. If not, reserves the smallest possible length. The two
 * differ, because a form is longer than its file.
 */
async function reserveLength({ db, clock, limits }: Deps, request: Request): Promise<number> {
  const { objectKey, ownerId, userId, length, maxBytes } = request;
  const reserve = async (sizeBytes: number) => {
    const reservation = { objectKey, ownerId, userId, sizeBytes, expiresAt: clock() + LEASE_MS };
    await db.transaction((tx) => usageQueries(tx).reserve(reservation, quotaOf(limits)));
    return sizeBytes;
  };
  if (length === undefined) return reserve(0);
  return orIfFull(
    () => reserve(Math.min(length.atMost, maxBytes)),
    () => reserve(Math.min(length.atLeast, maxBytes)),
  );
}

type Extending = { request: Request; reservedBytes: number; body: Readable };

async function* extending(deps: Deps, { request, body, ...begun }: Extending): AsyncGenerator<Buffer> {
  const { db, clock, limits } = deps;
  const { objectKey, ownerId, userId, length, maxBytes } = request;
  const most = Math.min(maxBytes, length?.atMost ?? maxBytes);
  let { reservedBytes } = begun;
  let extendedAt = clock();
  let receivedBytes = 0;

  async function extendTo(sizeBytes: number): Promise<void> {
    const moreBytes = Math.max(0, Math.min(sizeBytes, most) - reservedBytes);
    const reservation = { objectKey, ownerId, userId, moreBytes, expiresAt: clock() + LEASE_MS };
    await db.transaction((tx) => usageQueries(tx).extend(reservation, quotaOf(limits)));
    reservedBytes += moreBytes;
    extendedAt = clock();
  }

  for await (const chunk of body as AsyncIterable<Buffer>) {
    receivedBytes += chunk.length;
    // The bucket adapter refuses bytes beyond `most`, so they need no reservation.
    if (receivedBytes > reservedBytes && reservedBytes < most) {
      await orIfFull(
        () => extendTo(Math.max(receivedBytes, reservedBytes + STEP_BYTES)),
        () => extendTo(receivedBytes),
      );
    } else if (clock() - extendedAt > EXTEND_EVERY_MS) {
      await extendTo(reservedBytes);
    }
    yield chunk;
  }
}

async function orIfFull<T>(ample: () => Promise<T>, tight: () => Promise<T>): Promise<T> {
  try {
    return await ample();
  } catch (error) {
    if (error instanceof DomainError && error.code === "quota_exceeded") return tight();
    throw error;
  }
}
