import { createSpeedMeter } from "@valetkey/client";
import { TerminalError } from "./exit-codes.ts";
import { printable, UNSAFE } from "./printable.ts";

/** Prints a line for the person to standard error. Standard output contains only the result. */
export function say(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Prints a value as one line of JSON without raw control characters. */
export function printJson(value: unknown): void {
  const text = JSON.stringify(value).replaceAll(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  process.stdout.write(`${text}\n`);
}

const hasScreen = () => process.stderr.isTTY === true && process.env.TERM !== "dumb";

/**
 * Asks the terminal to copy a text to the clipboard (OSC 52), if standard error is a terminal. Returns whether the terminal was asked,
 * because a terminal does not report whether it copied the text.
 */
export function askToCopy(text: string): boolean {
  if (!hasScreen()) return false;
  process.stderr.write(`\u001b]52;c;${Buffer.from(text).toString("base64")}\u0007`);
  return true;
}

export type ProgressLine = { show(bytes: number, note: string): void; clear(): void };

const REPORT_MS = 100;

/** Returns a line that shows the progress of a transfer on the terminal. Without a terminal, the line shows nothing. */
export function progressLine(totalBytes: number): ProgressLine {
  if (!hasScreen()) return { show() {}, clear() {} };
  const meter = createSpeedMeter(() => performance.now());
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show(bytes, note) {
      meter.update(bytes);
      if (performance.now() - shownAt < REPORT_MS) return;
      shownAt = performance.now();
      const rate = meter.rate();
      const parts = [
        `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`,
        totalBytes === 0 ? "" : `${Math.floor((bytes / totalBytes) * 100)} %`,
        rate === undefined || rate === 0 ? "" : `${formatBytes(rate)}/s`,
        rate === undefined || rate === 0 ? "" : `${formatSeconds((totalBytes - bytes) / rate)} left`,
        note,
      ];
      const width = Math.max(20, (process.stderr.columns || 80) - 1);
      const text = parts.filter((part) => part !== "").join("  ");
      process.stderr.write(`\r\u001b[K${printable(text).slice(0, width)}`);
    },
    clear() {
      process.stderr.write("\r\u001b[K");
    },
  };
}

/** Returns a size in decimal units for people, such as "1.5 kB" for 1500. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 || bytes / 1000 ** step >= 100 ? 0 : 1)} ${units[step]}`;
}

function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  return whole < 3600 ? `${Math.ceil(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}

/** Returns whether a person can answer questions at the terminal. */
export const canAsk = () => process.stdin.isTTY === true && hasScreen();

/** Asks the person for a text. With `isHidden`, the terminal does not show the typed text. Throws after Ctrl-C. */
export async function ask(question: string, { isHidden = false }: { isHidden?: boolean } = {}): Promise<string> {
  // The module loads only for a question, because most commands ask no question.
  const { createInterface } = await import("node:readline");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  reader.on("SIGINT", () => {
    reader.close();
    reject(new TerminalError("interrupted", "Stopped."));
  });
  reader.question(question, (answer) => {
    reader.close();
    if (isHidden) process.stderr.write("\n");
    resolve(answer);
  });
  // Readline shows each typed character through this method. The question itself is already on the screen.
  if (isHidden) Object.assign(reader, { _writeToOutput() {} });
  return promise;
}

/** Reads a secret from the terminal, or from standard input if it is not a terminal. Removes a line break at the end. */
export async function readSecret(question: string): Promise<string> {
  if (canAsk()) return ask(question, { isHidden: true });
  let text = "";
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.length > 10_000) break;
  }
  return text.replace(/\r?\n$/, "");
}

export async function readPassword(): Promise<string> {
  const password = await readSecret("Password: ");
  if (password !== "") return password;
  throw new TerminalError("usage", "Standard input has no password. Write the password to standard input.");
}
