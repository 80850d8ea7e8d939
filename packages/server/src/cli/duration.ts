import { InvalidArgumentError } from "commander";

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Parses `90`, `90s`, `10m`, `12h` or `7d` to seconds. Throws commander's InvalidArgumentError. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})([smhd]?)$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError("Give a number of seconds, or one with s, m, h or d: 90, 10m, 12h.");
  return Number(match[1]) * SECONDS[(match[2] || "s") as keyof typeof SECONDS];
}
