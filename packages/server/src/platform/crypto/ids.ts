import { v7 } from "uuid";
import type { Clock, NewId } from "../clock.ts";

const BYTES_PER_ID = 16;
const MAX_SEQUENCE = 0xffff_ffff;

/** Returns a function that creates UUIDv7s. Within a process, each id is greater than the previous id (RFC 9562, section 6.2, method 1). */
export function createNewId({ clock, random }: { clock: Clock; random: (bytes: number) => Uint8Array }): NewId {
  let msecs = 0;
  let sequence = 0;
  return () => {
    const bytes = random(BYTES_PER_ID);
    const now = clock();
    if (now > msecs) {
      msecs = now;
      // The sequence starts in the lower half of its range, so it can count up for further ids in the same millisecond.
      sequence = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) >>> 1;
    } else if (sequence === MAX_SEQUENCE) {
      msecs += 1;
      sequence = 0;
    } else {
      sequence += 1;
    }
    return v7({ msecs, seq: sequence, random: bytes });
  };
}

const POOL_BYTES = 4_096;

type Random = (bytes: number) => Uint8Array;

/** Draws random bytes for many ids at once, because a separate draw takes longer than the rest of an id. Returns each byte only once. */
export function drawnAhead(random: Random): Random {
  let pool = random(POOL_BYTES);
  let used = 0;
  return (bytes) => {
    if (bytes > POOL_BYTES) return random(bytes);
    if (used + bytes > POOL_BYTES) {
      pool = random(POOL_BYTES);
      used = 0;
    }
    used += bytes;
    return pool.subarray(used - bytes, used);
  };
}

export function idBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll("-", ""), "hex");
}

export function idOf(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Returns the text with which every UUIDv7 of a millisecond begins. This text precedes all ids of this millisecond and all later ids. */
export function firstIdAt(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/**
 * Decodes base64url without padding (RFC 4648, section 5). Returns undefined for a text that is not base64url. `Buffer.from` ignores
 * unknown characters and unused bits, so without the check several texts would decode to the same bytes.
 */
export function readBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
