import { v7 } from "uuid";
import type { Clock, NewId } from "../usecases/ports/index.ts";

const BYTES_PER_ID = 16;
const IDS_PER_DRAW = 256;
const MAX_SEQUENCE = 0xffff_ffff;

/**
 * Makes UUIDv7s that never go backwards within this process (RFC 9562, section 6.2, method 1).
 * Random bytes are drawn for many ids at once: drawn one by one they cost more than the rest of the id.
 */
export function createNewId({ clock, random }: { clock: Clock; random: (bytes: number) => Uint8Array }): NewId {
  let drawn = random(BYTES_PER_ID * IDS_PER_DRAW);
  let used = 0;
  let msecs = 0;
  let sequence = 0;

  function nextBytes(): Uint8Array {
    if (used === drawn.length) {
      drawn = random(BYTES_PER_ID * IDS_PER_DRAW);
      used = 0;
    }
    used += BYTES_PER_ID;
    return drawn.subarray(used - BYTES_PER_ID, used);
  }

  return () => {
    const bytes = nextBytes();
    const now = clock();
    if (now > msecs) {
      msecs = now;
      // Half of the range is left for counting up within the millisecond.
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
