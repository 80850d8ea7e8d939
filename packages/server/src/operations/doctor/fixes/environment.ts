import type { Fix } from "../finding.ts";

/** Makes a remedy from lines for the environment of the service. */
export function environmentFix(...lines: string[]): Fix[] {
  return [{ label: "environment of the service", text: lines.join("\n") }];
}

/** Makes a remedy from commands for a shell. */
export function commandFix(...lines: string[]): Fix[] {
  return [{ label: "command", text: lines.join("\n") }];
}

/** Describes a step in words, if there is no text to paste. */
export function stepFix(text: string): Fix[] {
  return [{ label: "step", text }];
}
