import { readFileSync } from "node:fs";
import type { ConfigFault } from "./error.ts";
import { SECRETS, type Setting } from "./settings.ts";
import { parseSize } from "./size.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

type Spec = { fallback: number; min: number; max: number; unit?: string };

/** Reads variables and collects all faults. An empty variable counts as unset. */
export class ConfigReader {
  readonly faults: ConfigFault[] = [];
  readonly warnings: string[] = [];
  readonly #given = new Set<string>();
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = { ...env, ...this.#readFiles(env) };
  }

  #readFiles(env: Environment): Environment {
    const values: Record<string, string> = {};
    for (const name of SECRETS) {
      const file = env[`${name}_FILE`]?.trim();
      if (!file) continue;
      if (env[name]?.trim()) {
        this.fault(name, `is set twice, as ${name} and as ${name}_FILE`, "Remove one of the two.");
        continue;
      }
      try {
        values[name] = readFileSync(file, "utf8");
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.fault(
          `${name}_FILE`,
          `can't be read: ${reason}`,
          "Correct the path, and make the file readable for this user.",
        );
      }
    }
    return values;
  }

  fault(name: string, problem: string, remedy: string): void {
    this.faults.push({ name, problem, remedy });
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  text(name: Setting): string | undefined {
    const value = this.#env[name]?.trim();
    if (!value) return undefined;
    this.#given.add(name);
    return value;
  }

  /** The names of all variables of the environment that have a value. */
  get names(): string[] {
    return Object.keys(this.#env).filter((name) => this.#env[name]?.trim());
  }

  /** The names of the variables that this reader has read and that have a value. */
  get given(): string[] {
    return [...this.#given];
  }

  integer(name: Setting, { fallback, min, max, unit }: Spec): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    const of = unit === undefined ? "" : ` of ${unit}`;
    this.fault(
      name,
      `is "${value}", which is not a whole number${of} from ${min} to ${max}`,
      `Set ${name}=${fallback}, or leave it out for ${fallback}.`,
    );
    return fallback;
  }

  /** Reads a number of bytes, such as `5368709120`, `5GiB` or `5 GiB`. The units are KiB, MiB, GiB and TiB. */
  size(name: Setting): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const bytes = parseSize(value);
    if (bytes !== undefined) return bytes;
    this.fault(name, `is "${value}", which is not a size`, `Write bytes, or KiB, MiB, GiB, TiB: ${name}=100MiB.`);
    return undefined;
  }

  /** Reads a limit, which is a number of at least 1. Returns undefined if the variable is not set, which means no limit. */
  count(name: Setting): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,15}$/.test(value) && Number(value) >= 1) return Number(value);
    const remedy = `Write a number: ${name}=10000, or leave it out for no limit.`;
    this.fault(name, `is "${value}", which is not a whole number from 1`, remedy);
    return undefined;
  }

  choice<T extends string>(name: Setting, options: { of: readonly T[]; fallback: T }): T {
    const value = this.text(name);
    if (value === undefined) return options.fallback;
    const found = options.of.find((choice) => choice === value.toLowerCase());
    if (found !== undefined) return found;
    this.fault(
      name,
      `is "${value}", which is none of ${options.of.join(", ")}`,
      `Set ${name}=${options.fallback}, or leave it out for ${options.fallback}.`,
    );
    return options.fallback;
  }

  flag(name: Setting, fallback = false): boolean {
    return this.choice(name, { of: ["true", "false"], fallback: String(fallback) }) === "true";
  }

  /** Reads an http or https URL without user name, query and fragment, and removes trailing slashes. */
  httpUrl(name: Setting, example: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = URL.parse(value);
    if (url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !/[?#]/.test(value)) {
      return value.replace(/\/+$/, "");
    }
    // The text omits the value, because the value may contain a password.
    this.fault(
      name,
      "is not an http or https URL without user name, query and fragment",
      `Write it as ${name}=${example}.`,
    );
    return undefined;
  }
}
