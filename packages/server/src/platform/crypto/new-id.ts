import { v7 } from "uuid";
import type { Clock, NewId } from "../clock.ts";

const BYTES_PER_ID = 16;
const MAX_SEQUENCE = 0xffff_ffff;

/**
 * Creates a function that returns UUIDv7s. Within this process, each id is greater than the previous id (RFC 9562, section 6.2, method 1).
 */
export function createNewId({ clock, random }: { clock: Clock; random: (bytes: number) => Uint8Array }): NewId {
  let msecs = 0;
  let sequence = 0;
  return () => {
    const bytes = random(BYTES_PER_ID);
    const now = clock();
    if (now > msecs) {
      msecs = now;
      // The sequence starts in the lower half of its range, so that it can count up for further ids in the same millisecond.
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
