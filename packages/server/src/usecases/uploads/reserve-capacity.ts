import { Readable } from "node:stream";
import { DomainError } from "../../domain/errors.ts";
import type { Deps } from "../ports/index.ts";
import { quotaOf } from "../usage.ts";

/** Between which lengths a file must be, as its form declares its own. Bytes. */
export type LengthBounds = { atLeast: number; atMost: number };

type Asked = {
  objectKey: string;
  ownerId: string;
  userId: string;
  /** Undefined: the form says nothing of its length. */
  length: LengthBounds | undefined;
  /** The most that is taken from it at all. Bytes. */
  maxBytes: number;
};

/** What is reserved ahead of a file whose length nobody knows. Bytes. */
const STEP_BYTES = 8 * 2 ** 20;
/** A reservation that nobody extends, as its process is dead, ends after this long. Milliseconds. */
const LEASE_MS = 600_000;
const EXTEND_EVERY_MS = LEASE_MS / 10;

/**
 * Takes room in the quota for a file that comes in a form, before its first byte, and answers the stream that takes more when more comes.
 * The attachment's insertion settles it; whoever fails before has to release it. Without a quota nothing is reserved.
 * Throws `quota_exceeded`, and so does the stream.
 */
export async function reserveRoom(deps: Deps, asked: Asked): Promise<(body: Readable) => Readable> {
  const quota = quotaOf(deps.limits);
  if (quota.bytes === undefined && quota.files === undefined) return (body) => body;
  const reservedBytes = await reserveLength(deps, asked);
  return (body) => Readable.from(extending(deps, { asked, reservedBytes, body }), { objectMode: false });
}

/** All of the form if it fits; else what the file has at the least, since the rest may be the form's own. */
async function reserveLength({ db, clock, limits }: Deps, asked: Asked): Promise<number> {
  const { objectKey, ownerId, userId, length, maxBytes } = asked;
  const reserve = async (sizeBytes: number) => {
    const reservation = { objectKey, ownerId, userId, sizeBytes, expiresAt: clock() + LEASE_MS };
    await db.transaction((tx) => tx.usage.reserve(reservation, quotaOf(limits)));
    return sizeBytes;
  };
  if (length === undefined) return reserve(0);
  return orIfFull(
    () => reserve(Math.min(length.atMost, maxBytes)),
    () => reserve(Math.min(length.atLeast, maxBytes)),
  );
}

type Extending = { asked: Asked; reservedBytes: number; body: Readable };

async function* extending(deps: Deps, { asked, body, ...begun }: Extending): AsyncGenerator<Buffer> {
  const { db, clock, limits } = deps;
  const { objectKey, ownerId, userId, length, maxBytes } = asked;
  const most = Math.min(maxBytes, length?.atMost ?? maxBytes);
  let { reservedBytes } = begun;
  let extendedAt = clock();
  let receivedBytes = 0;

  async function extendTo(sizeBytes: number): Promise<void> {
    const moreBytes = Math.max(0, Math.min(sizeBytes, most) - reservedBytes);
    const reservation = { objectKey, ownerId, userId, moreBytes, expiresAt: clock() + LEASE_MS };
    await db.transaction((tx) => tx.usage.extend(reservation, quotaOf(limits)));
    reservedBytes += moreBytes;
    extendedAt = clock();
  }

  for await (const chunk of body as AsyncIterable<Buffer>) {
    receivedBytes += chunk.length;
    // What is past the most is refused by whoever stores it, for its length.
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
