// The polynomial with reversed bits, in two halves of 32 bits (NVM Express NVM Command Set Specification, section 5.2.1.3.4).
const POLYNOMIAL = { high: 0x9a6c9329 | 0, low: 0xac4bc9b5 | 0 };
const SLICES = 8;

/** Table k contains the change of the CRC by a byte that is k bytes before the last byte of a step, as pairs of high and low half. */
let tables: Int32Array | undefined;

export function createCrc64Nvme(): { update(bytes: Uint8Array): void; digest(): Buffer } {
  tables ??= buildTables();
  const table = tables;
  let [high, low] = [-1, -1];
  return {
    update(bytes) {
      let at = 0;
      for (const end = bytes.length - 7; at < end; at += SLICES) {
        let [nextHigh, nextLow] = [0, 0];
        for (let place = 0; place < SLICES; place++) {
          const half = place < 4 ? low : high;
          const index =
            ((7 - place) << 9) | ((((half >>> ((place & 3) << 3)) ^ (bytes[at + place] as number)) & 255) << 1);
          nextHigh ^= table[index] as number;
          nextLow ^= table[index + 1] as number;
        }
        [high, low] = [nextHigh, nextLow];
      }
      for (; at < bytes.length; at++) {
        const index = ((low ^ (bytes[at] as number)) & 255) << 1;
        low = ((low >>> 8) | (high << 24)) ^ (table[index + 1] as number);
        high = (high >>> 8) ^ (table[index] as number);
      }
    },
    digest() {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(~high);
      bytes.writeInt32BE(~low, 4);
      return bytes;
    },
  };
}

function buildTables(): Int32Array {
  const built = new Int32Array(SLICES * 512);
  for (let byte = 0; byte < 256; byte++) {
    let [high, low] = [0, byte];
    for (let bit = 0; bit < 8 * SLICES; bit++) {
      const isOdd = (low & 1) === 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (isOdd) [high, low] = [high ^ POLYNOMIAL.high, low ^ POLYNOMIAL.low];
      if ((bit & 7) === 7) built.set([high, low], ((bit >> 3) << 9) | (byte << 1));
    }
  }
  return built;
}
