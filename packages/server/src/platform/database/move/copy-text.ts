import { hash } from "node:crypto";

// The two databases of a move exchange rows in the text format of COPY: one line for each row, with tabs between the values.
// https://www.postgresql.org/docs/current/sql-copy.html

const NULL = "\\N";
const LINE_END = 10;

// PostgreSQL escapes exactly these characters, so equal rows have equal lines on both engines.
const ESCAPES: Record<string, string> = {
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};
const UNESCAPES: Record<string, string> = Object.fromEntries(
  Object.entries(ESCAPES).map(([character, escaped]) => [escaped, character]),
);
const ESCAPED = /[\b\f\n\r\t\v\\]/g;
const ESCAPE = /\\[bfnrtv\\]/g;

export function toField(value: unknown): string {
  if (value === null) return NULL;
  if (typeof value !== "string") return String(value);
  return value.search(ESCAPED) === -1 ? value : value.replace(ESCAPED, (character) => ESCAPES[character] as string);
}

/** Splits a line into the texts of its fields. The text of a NULL value is null. */
export function fieldsOf(line: string): (string | null)[] {
  const fields: (string | null)[] = line.split("\t");
  if (!line.includes("\\")) return fields;
  return fields.map((field) =>
    field === NULL || field === null ? null : field.replace(ESCAPE, (escaped) => UNESCAPES[escaped] as string),
  );
}

/** Yields buffers that contain only whole lines. */
export async function* wholeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(LINE_END) + 1;
    if (end > 0) yield Buffer.concat([rest, chunk.subarray(0, end)]);
    rest = end > 0 ? chunk.subarray(end) : Buffer.concat([rest, chunk]);
  }
}

const LANES = 8;

/**
 * The checksum of a table: the sum of the SHA-256 digests of its rows. The sum depends neither on the order of the rows nor on a collation.
 */
export class RowSum {
  rows = 0;
  readonly #sum = new Uint32Array(LANES);

  add(lines: Buffer): void {
    const sum = this.#sum;
    for (let start = 0; start < lines.length; ) {
      const end = lines.indexOf(LINE_END, start);
      const digest = hash("sha256", lines.subarray(start, end), "buffer");
      // Each lane is a sum modulo 2^32.
      for (let lane = 0; lane < LANES; lane += 1) sum[lane] = (sum[lane] as number) + digest.readUInt32BE(lane * 4);
      this.rows += 1;
      start = end + 1;
    }
  }

  digest(): string {
    return [...this.#sum].map((lane) => lane.toString(16).padStart(8, "0")).join("");
  }
}
