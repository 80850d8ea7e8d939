import { DomainError } from "../domain/errors.ts";

/** A buffer that one form holds. */
export type HeldBuffer = {
  bytes: Buffer;
  /** Waits for bytes that fill the buffer. Rejects with `service_busy` when that is too slow while another form waits for a buffer. */
  fill<T>(arrival: Promise<T>): Promise<T>;
  /** Gives the buffer back. Another form overwrites it, so no call may still send it. Idempotent. */
  release(): void;
  /** Gives back the memory of a buffer that a failed call may still send. Nothing reuses the buffer. Idempotent. */
  discard(): void;
};

/** The buffers of one form. */
export type FormBuffers = {
  /** Waits in order for a buffer of this size. Rejects with `service_busy` when the wait is too long. */
  acquire(sizeBytes: number): Promise<HeldBuffer>;
  /** Discards the buffers that the form still holds. */
  close(): void;
};

export type PartBuffers = { open(): FormBuffers };
export type PartBufferOptions = {
  /** The buffers of all forms of the process have at most this size together. */
  totalBytes: number;
  /** The size of a buffer that is kept for other forms. */
  partBytes: number;
  /** The longest wait of a form for a buffer. */
  waitMs: number;
  /** How long a form may fill a buffer while another form waits for one. */
  fillMs: number;
};

type Waiting = { sizeBytes: number; grant: () => void };

const REMEDY = "Try again, or start an upload and send the file straight to the bucket with its URL.";
const BUSY = `Too many files arrive at once. ${REMEDY}`;
const SLOW = `The file arrives too slowly while other files wait. ${REMEDY}`;
/** How often a form that fills a buffer is checked. Milliseconds. */
const CHECK_EVERY_MS = 500;

/**
 * Bounds the memory of all forms of the process. A form waits in order, so a small form can't starve a large one.
 * There is no deadlock: a form that holds buffers fills or sends them, and both have time limits.
 */
export function createPartBuffers({ totalBytes, partBytes, waitMs, fillMs }: PartBufferOptions): PartBuffers {
  const idle: Buffer[] = [];
  const waiting: Waiting[] = [];
  let freeBytes = totalBytes;

  function take(sizeBytes: number): Buffer {
    freeBytes -= sizeBytes;
    if (sizeBytes === partBytes) return idle.pop() ?? Buffer.allocUnsafeSlow(partBytes);
    // Idle buffers are memory too. They make room for the buffer of another size.
    while (idle.length * partBytes > freeBytes) idle.pop();
    return Buffer.allocUnsafeSlow(sizeBytes);
  }

  function giveBack(sizeBytes: number): void {
    freeBytes += sizeBytes;
    for (let next = waiting[0]; next !== undefined && next.sizeBytes <= freeBytes; next = waiting[0]) {
      waiting.shift();
      next.grant();
    }
  }

  function acquire(sizeBytes: number): Promise<Buffer> {
    if (waiting.length === 0 && sizeBytes <= freeBytes) return Promise.resolve(take(sizeBytes));
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        sizeBytes,
        grant: () => {
          clearTimeout(timer);
          resolve(take(sizeBytes));
        },
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(new DomainError("service_busy", BUSY));
        giveBack(0);
      }, waitMs);
      waiting.push(entry);
    });
  }

  /** Refuses a form that fills its buffer for too long. Returns how to wait for its bytes, and how to stop the check. */
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
    open() {
      const held = new Set<HeldBuffer>();
      return {
        async acquire(asked) {
          const sizeBytes = Math.min(asked, partBytes);
          const bytes = await acquire(sizeBytes);
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
              if (held.delete(holding)) giveBack(sizeBytes);
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
