import type { Readable } from "node:stream";
import { DomainError } from "../errors.ts";

/** A buffer for the bytes of one form. A form is an upload whose bytes pass through the service. */
type HeldBuffer = {
  bytes: Buffer;
  /**
   * Waits for the next bytes of the form. Rejects with `service_busy` if the bytes arrive too slowly while another form waits for a buffer.
   */
  fill<T>(arrival: Promise<T>): Promise<T>;
  /** Returns the buffer for reuse. Another form then overwrites its bytes, so no call may still send them. Further calls have no effect. */
  release(): void;
  /** Gives up the buffer without reuse, after a failed call that may still send its bytes. Further calls have no effect. */
  discard(): void;
};

export type FormBuffers = {
  /** Waits for a buffer of the given size. Rejects with `service_busy` if the wait is too long. */
  acquire(sizeBytes: number): Promise<HeldBuffer>;
  close(): void;
};

type PartBuffers = {
  /** Opens the buffers of one form. `userId`: the id of the person who sends the form. */
  open(userId: string): FormBuffers;
};
export type PartBufferOptions = {
  /** The maximum size of all buffers of the process. */
  totalBytes: number;
  /** The size of one part of an upload. Only buffers of this size are reused. */
  partBytes: number;
  /** The maximum time that a form waits for a buffer. */
  waitMs: number;
  /** The maximum time in which a form must fill a buffer while another form waits for a buffer. */
  fillMs: number;
};

type Waiting = { userId: string; sizeBytes: number; grant: () => void };

const USE_DIRECT_UPLOAD = "Try again, or start an upload and send the file straight to the bucket with its URL.";
const BUSY = `Too many files arrive at once. ${USE_DIRECT_UPLOAD}`;
const SLOW = `The file arrives too slowly while other files wait. ${USE_DIRECT_UPLOAD}`;
/** The pause between two checks for a form that fills its buffer too slowly. */
const CHECK_EVERY_MS = 500;

/**
 * Limits the memory of all forms of the process. A free buffer goes first to the person whose forms hold the fewest bytes, so one person
 * cannot block the forms of other people. The forms of one person wait in order, so small forms cannot block a large form. The forms cannot
 * cause a deadlock, because each form fills or sends its buffer within a time limit.
 */
export function createPartBuffers({ totalBytes, partBytes, waitMs, fillMs }: PartBufferOptions): PartBuffers {
  const idle: Buffer[] = [];
  const waiting: Waiting[] = [];
  const heldBytes = new Map<string, number>();
  let freeBytes = totalBytes;

  function count(userId: string, sizeBytes: number): void {
    const held = (heldBytes.get(userId) ?? 0) + sizeBytes;
    freeBytes -= sizeBytes;
    if (held === 0) heldBytes.delete(userId);
    else heldBytes.set(userId, held);
  }

  function take(userId: string, sizeBytes: number): Buffer {
    count(userId, sizeBytes);
    if (sizeBytes === partBytes) return idle.pop() ?? Buffer.allocUnsafeSlow(partBytes);
    // Idle buffers also use memory. Some are dropped to make space for a buffer of another size.
    while (idle.length * partBytes > freeBytes) idle.pop();
    return Buffer.allocUnsafeSlow(sizeBytes);
  }

  /** Returns the form that gets the next free buffer: the first waiting form of the person whose forms hold the fewest bytes. */
  function nextWaiting(): Waiting | undefined {
    const held = ({ userId }: Waiting) => heldBytes.get(userId) ?? 0;
    return waiting.reduce<Waiting | undefined>(
      (least, form) => (least === undefined || held(form) < held(least) ? form : least),
      undefined,
    );
  }

  function grantWaiting(): void {
    for (let next = nextWaiting(); next !== undefined && next.sizeBytes <= freeBytes; next = nextWaiting()) {
      waiting.splice(waiting.indexOf(next), 1);
      next.grant();
    }
  }

  function acquire(userId: string, sizeBytes: number): Promise<Buffer> {
    if (waiting.length === 0 && sizeBytes <= freeBytes) return Promise.resolve(take(userId, sizeBytes));
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        userId,
        sizeBytes,
        grant: () => {
          clearTimeout(timer);
          resolve(take(userId, sizeBytes));
        },
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(new DomainError("service_busy", BUSY));
        grantWaiting();
      }, waitMs);
      waiting.push(entry);
    });
  }

  /** Refuses a form that fills its buffer too slowly. `fill` waits for the bytes of the form, and `stop` ends the check. */
  function watchFilling(): Pick<HeldBuffer, "fill"> & { stop: () => void } {
    const since = performance.now();
    let refuse: (error: DomainError) => void = () => undefined;
    const timer = setInterval(() => {
      const isSlow = performance.now() - since > fillMs;
      if (isSlow && waiting.length > 0) refuse(new DomainError("service_busy", SLOW));
    }, CHECK_EVERY_MS);
    return {
      async fill(arrival) {
        const slow = Promise.withResolvers<never>();
        refuse = slow.reject;
        const arrived = await Promise.race([arrival, slow.promise]);
        refuse = () => undefined;
        return arrived;
      },
      stop: () => clearInterval(timer),
    };
  }
  return {
    open(userId) {
      const held = new Set<HeldBuffer>();
      return {
        async acquire(sizeBytes) {
          const bytes = await acquire(userId, sizeBytes);
          const filling = watchFilling();
          const holding: HeldBuffer = {
            bytes,
            fill: filling.fill,
            release() {
              if (held.has(holding) && sizeBytes === partBytes) idle.push(bytes);
              holding.discard();
            },
            discard() {
              filling.stop();
              if (!held.delete(holding)) return;
              count(userId, -sizeBytes);
              grantWaiting();
            },
          };
          held.add(holding);
          return holding;
        },
        close() {
          for (const holding of held) holding.discard();
        },
      };
    },
  };
}

/**
 * A part of a stream. All parts except the last have `partBytes` bytes. The caller must release `held` when the bucket has stored the part.
 */
export type Part = { bytes: Buffer; isLast: boolean; held: HeldBuffer | undefined };

/** A file of at most 64 KiB needs no shared buffer, and never waits for slow forms. Each stream has its own buffer of up to 64 KiB. */
const SMALL_BYTES = 65_536;

/**
 * Splits a stream into one or more parts, and reads no further than the current part. Acquires a buffer when the first bytes of a part
 * arrive, unless the whole file is small. Frees each chunk of the stream after it is copied to the buffer. Rejects with `file_too_large` at
 * the first byte above `maxBytes`, with `upload_aborted` if the stream fails, and with `service_busy` if the stream is too slow while other
 * forms wait. Destroys the stream at the end.
 */
export async function* splitIntoParts(
  body: Readable,
  { partBytes, maxBytes, buffers }: { partBytes: number; maxBytes: number; buffers: FormBuffers },
): AsyncGenerator<Part> {
  let total = 0;
  let filled = 0;
  let held: HeldBuffer | undefined;
  let small: Buffer | undefined;
  const takePart = (isLast: boolean): Part => {
    const bytes = held?.bytes.subarray(0, filled) ?? small?.subarray(0, total) ?? Buffer.alloc(0);
    const part = { bytes, isLast, held };
    held = undefined;
    filled = 0;
    return part;
  };
  try {
    const chunks = chunksOf(body);
    for (;;) {
      const next = await (held?.fill(chunks.next()) ?? chunks.next());
      if (next.done) break;
      const chunk = Buffer.isBuffer(next.value) ? next.value : Buffer.from(next.value);
      const before = total;
      total += chunk.length;
      if (total > maxBytes) throw new DomainError("file_too_large", `The file is larger than ${maxBytes} bytes.`);
      if (total <= SMALL_BYTES) {
        small ??= Buffer.allocUnsafeSlow(SMALL_BYTES);
        chunk.copy(small, before);
        freeBytes(chunk);
        continue;
      }
      const pieces = small === undefined ? [chunk] : [small.subarray(0, before), chunk];
      small = undefined;
      for (const piece of pieces) {
        for (let at = 0; at < piece.length; ) {
          // More bytes follow, so the full part is not the last part.
          if (held !== undefined && filled === partBytes) yield takePart(false);
          held ??= await buffers.acquire(Math.min(partBytes, maxBytes));
          const copied = piece.copy(held.bytes, filled, at);
          filled += copied;
          at += copied;
        }
      }
      freeBytes(chunk);
    }
    yield takePart(true);
  } finally {
    held?.release();
    // The stream is destroyed at once. The end of a loop over the stream would first wait for the next bytes of a slow client.
    body.destroy();
  }
}

async function* chunksOf(body: Readable): AsyncGenerator<Uint8Array, undefined> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError("upload_aborted", "The upload ended before the file was complete.", { cause });
  }
}

/**
 * Frees the memory of bytes that no code uses any more. Does nothing if the bytes are part of a larger buffer, whose rest may still be in
 * use. The garbage collector of V8 would free this memory only after 64 MiB of unused bytes.
 */
function freeBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
