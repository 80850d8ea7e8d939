import { HttpProblem } from "./problem.ts";

const LENGTH_TO_SECONDS = "2027-01-31T23:59:59".length;

/** Formats milliseconds since the epoch as ISO 8601 in UTC. */
export function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Parses an optional `expiresAt`. Null and undefined both mean that there is no expiry. Throws `invalid_request`. */
export function parseExpiresAt(expiresAt: string | null | undefined): number | undefined {
  if (expiresAt === undefined || expiresAt === null) return undefined;
  return parseInstant(expiresAt, { name: "expiresAt" });
}

/**
 * Converts `text`, a date and time, to milliseconds since the epoch. Drops fractions of a millisecond.
 * `name`: the name of the field in the body, for the error text. Throws `invalid_request` if the date does not exist.
 */
export function parseInstant(text: string, { name }: { name: string }): number {
  const milliseconds = Date.parse(text);
  // Date.parse changes 30 February to 2 March. So a date exists only if formatting the parsed date gives the same text.
  if (
    Number.isNaN(milliseconds) ||
    toIso(milliseconds).slice(0, LENGTH_TO_SECONDS) !== text.slice(0, LENGTH_TO_SECONDS)
  ) {
    throw new HttpProblem("invalid_request", `${name} in the body is a date or time that doesn't exist.`);
  }
  return milliseconds;
}

export function isoOrNull(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : toIso(milliseconds);
}
