import { HttpProblem } from "./problem.ts";

/** Milliseconds since the epoch, as the wire has them: ISO 8601 in UTC. */
export function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** An optional end, from the wire: null and absent both mean none. Throws `invalid_request` for a date that doesn't exist. */
export function endFromWire(expiresAt: string | null | undefined): number | undefined {
  if (expiresAt === undefined || expiresAt === null) return undefined;
  const milliseconds = Date.parse(expiresAt);
  if (Number.isNaN(milliseconds)) throw new HttpProblem("invalid_request", "expiresAt in the body is not a date.");
  return milliseconds;
}
