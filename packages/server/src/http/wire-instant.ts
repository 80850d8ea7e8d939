import { HttpProblem } from "./problem.ts";

const SECONDS_END = "2027-01-31T23:59:59".length;

/** Milliseconds since the epoch, as the wire has them: ISO 8601 in UTC. */
export function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** An optional end, from the wire: null and absent both mean none. Throws `invalid_request` for a date that doesn't exist. */
export function parseExpiresAt(expiresAt: string | null | undefined): number | undefined {
  if (expiresAt === undefined || expiresAt === null) return undefined;
  return parseInstant(expiresAt, { name: "expiresAt" });
}

/** An instant from the body's member `name`; what is smaller than a millisecond is dropped. Throws `invalid_request` for a date that doesn't exist. */
export function parseInstant(text: string, { name }: { name: string }): number {
  const milliseconds = Date.parse(text);
  // Date.parse takes 30 February for 2 March: what exists is written as it came.
  if (Number.isNaN(milliseconds) || toIso(milliseconds).slice(0, SECONDS_END) !== text.slice(0, SECONDS_END)) {
    throw new HttpProblem("invalid_request", `${name} in the body is a date or time that doesn't exist.`);
  }
  return milliseconds;
}
