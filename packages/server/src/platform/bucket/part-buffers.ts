import { DomainError } from "../errors.ts";

/** A buffer that one form holds. A form is an upload whose bytes pass through the service. */
export type HeldBuffer = {
  bytes: Buffer;
  /**
   * Waits for the next bytes for the buffer. Rejects with `service_busy` if the bytes arrive too slowly while another form waits for a
   * buffer.
   */
  fill<T>(arrival: Promise<T>): Promise<T>;
  /** Returns the buffer for reuse. Another form will overwrite its bytes, so no call may still be sending them. Idempotent. */
  release(): void;
  /**
   * Ends the use of the buffer, but does not keep it for reuse. Call it after a failed call, which may still be sending the bytes.
   * Idempotent.
   */
  discard(): void;
};

/** The buffers of one form. */
export type FormBuffers = {
  /** Waits for a buffer of this size. Rejects with `service_busy` if the wait is too long. */
  acquire(sizeBytes: number): Promise<HeldBuffer>;
  /** Discards the buffers that the form still holds. */
  close(): void;
};

export type PartBuffers = {
  /** Opens the buffers of one form. `userId`: the person who sends the form. */
  open(userId: string): FormBuffers;
};
export type PartBufferOptions = {
  /** The maximum size of the buffers of all forms of the process together. */
  totalBytes: number;
  /** The size of one part. Only buffers of this size are kept for reuse. */
  partBytes: number;
  /** The maximum time that a form waits for a buffer. */
  waitMs: number;
  /** How long a form may take to fill a buffer while another form waits for one. */
  fillMs: number;
};

type Waiting = { userId: string; sizeBytes: number; grant: () => void };

const REMEDY = "Try again, or start an upload and send the file straight to the bucket with its URL.";
const BUSY = `Too many files arrive at once. ${REMEDY}`;
const SLOW = `The file arrives too slowly while other files wait. ${REMEDY}`;
/** How often the service checks whether a form fills its buffer too slowly. Milliseconds. */
const CHECK_EVERY_MS = 500;

/**
 * Limits the memory of all forms of the process. A free buffer goes to the person whose form uploads hold the fewest bytes. So the forms of
 * one person can't block the forms of others. The forms of one person wait in order, so small forms can't block a large one. There is no
 * deadlock, because a form fills or sends the buffer that it holds, and both steps have time limits.
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
    // Idle buffers also use memory. Drops some of them to make space for a buffer of another size.
    while (idle.length * partBytes > freeBytes) idle.pop();
    return Buffer.allocUnsafeSlow(sizeBytes);
  }

  /** Returns the form that gets the next free buffer: the first waiting form of the person who holds the fewest bytes. */
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

  /**
   * Refuses a form that fills its buffer for too long. Returns `fill`, which waits for the bytes of the form, and `stop`, which ends the
   * check.
   */
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
        async acquire(asked) {
          const sizeBytes = Math.min(asked, partBytes);
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
