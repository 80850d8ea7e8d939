import { readFileSync } from "node:fs";
import { distance } from "fastest-levenshtein";
import { BUCKET_SETTINGS, NEXT, SECRETS, SETTING_NAMES, type SETTINGS, type Setting, specOf } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A fault in the configuration. `name`: the variable or the file. `remedy`: how the operator can repair the fault. */
type ConfigFault = { name: string; problem: string; remedy: string };

type ErrorOptionsWithWarnings = ErrorOptions & { warnings?: readonly string[] };

/**
 * All faults and warnings of the configuration, because a misspelt name can be the cause of a fault. The message is for a terminal, and
 * contains no secrets.
 */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];
  readonly warnings: readonly string[];

  constructor(faults: readonly ConfigFault[], { warnings = [], ...options }: ErrorOptionsWithWarnings = {}) {
    super(render(faults, warnings), options);
    this.name = "ConfigError";
    this.faults = faults;
    this.warnings = warnings;
  }
}

function render(faults: readonly ConfigFault[], warnings: readonly string[]): string {
  const count = faults.length === 1 ? "one fault" : `${faults.length} faults`;
  const lines = faults.map(({ name, problem, remedy }) => `  ${name} ${problem}.\n    -> ${remedy}`);
  const notes = warnings.map((text) => `\nNote: ${text}\n`);
  return `The configuration has ${count}:\n\n${lines.join("\n\n")}\n${notes.join("")}`;
}

type Values = { integer: number; flag: boolean; text: string | undefined; url: string | undefined };
type Limits = { size: number | undefined; count: number | undefined };

type Value<Name extends Setting> = (typeof SETTINGS)[Name] extends { is: "choice"; of: readonly (infer Choice)[] }
  ? Choice
  : (Values & Limits)[Exclude<(typeof SETTINGS)[Name]["is"], "choice">];

/** Reads settings, and collects all faults. An empty variable counts as unset. */
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
        const remedy = "Correct the path, and make the file readable for this user.";
        this.fault(`${name}_FILE`, `can't be read: ${reason}`, remedy);
      }
    }
    return values;
  }

  fault(name: string, problem: string, remedy: string): void {
    const named = name.startsWith(NEXT) ? withNext : (text: string) => text;
    this.faults.push({ name, problem: named(problem), remedy: named(remedy) });
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  /** Returns a reader for the settings of the next bucket. The caller names the settings without the prefix of the next bucket. */
  get ofNextBucket(): BucketReader {
    const next = (name: Setting) => `${NEXT}${name}` as Setting;
    return {
      text: (name) => this.text(next(name)),
      read: <Name extends BucketSetting>(name: Name, fallback?: Value<Name>) =>
        this.read(next(name), fallback as never) as Value<Name>,
      fault: (name, problem, remedy) => this.fault(NEXT + name, problem, remedy),
      warn: (text) => this.warn(withNext(text)),
      hasAll: (names, options) => this.hasAll(names.map(next), options),
    };
  }

  /** Returns the text of a setting without checks. */
  text(name: Setting): string | undefined {
    const value = this.#env[name]?.trim();
    if (!value) return undefined;
    this.#given.add(name);
    return value;
  }

  /** The names of all environment variables that have a value. */
  get names(): string[] {
    return Object.keys(this.#env).filter((name) => this.#env[name]?.trim());
  }

  /** The names of the variables that have a value and that the reader has read. */
  get given(): string[] {
    return [...this.#given];
  }

  /** Reads a setting by its specification, and reports a wrong value. `fallback` replaces the default of the setting. */
  read<Name extends Setting>(name: Name, fallback?: Value<Name>): Value<Name> {
    const value = this.text(name);
    const spec = { ...specOf(name), ...(fallback === undefined ? {} : { fallback }) } as ReturnType<typeof specOf>;
    if (value === undefined) return ("fallback" in spec ? spec.fallback : undefined) as Value<Name>;
    return this.#parse(name, value, spec) as Value<Name>;
  }

  #parse(name: Setting, value: string, spec: ReturnType<typeof specOf>): unknown {
    const wrong = (problem: string, remedy: string) => {
      this.fault(name, problem, remedy);
      return "fallback" in spec ? spec.fallback : undefined;
    };
    const orLeaveOut = (fallback: unknown) => `Set ${name}=${fallback}, or leave it out for ${fallback}.`;
    switch (spec.is) {
      case "text":
        if (spec.rule?.check(value) === false) wrong(spec.rule.problem(value), spec.rule.remedy);
        return value;
      case "integer": {
        const number = wholeNumber(value);
        if (number >= spec.min && number <= spec.max) return number;
        const of = spec.unit === undefined ? "" : ` of ${spec.unit}`;
        const problem = `is "${value}", which is not a whole number${of} from ${spec.min} to ${spec.max}`;
        return wrong(problem, orLeaveOut(spec.fallback));
      }
      case "choice": {
        const found = spec.of.find((choice) => choice === value.toLowerCase());
        return found ?? wrong(`is "${value}", which is none of ${spec.of.join(", ")}`, orLeaveOut(spec.fallback));
      }
      case "flag":
        if (/^(?:true|false)$/i.test(value)) return value.toLowerCase() === "true";
        return wrong(`is "${value}", which is none of true, false`, orLeaveOut(spec.fallback));
      case "size": {
        const remedy = `Write bytes, or KiB, MiB, GiB, TiB: ${name}=100MiB.`;
        return parseSize(value) ?? wrong(`is "${value}", which is not a size`, remedy);
      }
      case "count": {
        if (wholeNumber(value) >= 1) return wholeNumber(value);
        const remedy = `Write a number: ${name}=10000, or leave it out for no limit.`;
        return wrong(`is "${value}", which is not a whole number from 1`, remedy);
      }
      case "url": {
        const url = URL.parse(value);
        const isPlain = url !== null && !url.username && !url.password && !/[?#]/.test(value);
        if (isPlain && /^https?:$/.test(url.protocol)) return value.replace(/\/+$/, "");
        // The fault does not quote the value, which may contain a password.
        const problem = "is not an http or https URL without user name, query and fragment";
        return wrong(problem, `Write it as ${name}=${spec.example}.`);
      }
    }
  }

  /**
   * Returns whether at least one of several settings that belong together is set. If only some of these settings are set, reports a fault
   * for each missing setting.
   */
  hasAll(names: readonly Setting[], { of }: { of: string }): boolean {
    const missing = names.filter((name) => this.text(name) === undefined);
    if (missing.length === names.length) return false;
    for (const name of missing) {
      const remedy = `Set ${names.join(", ")} together, or none of them.`;
      this.fault(name, `is missing, though another part of ${of} is set`, remedy);
    }
    return true;
  }
}

type BucketSetting = (typeof BUCKET_SETTINGS)[number];

/** Reads the settings of a bucket: the main bucket or the next bucket. */
export type BucketReader = {
  text(name: BucketSetting): string | undefined;
  read<Name extends BucketSetting>(name: Name, fallback?: Value<Name>): Value<Name>;
  fault(name: string, problem: string, remedy: string): void;
  warn(text: string): void;
  hasAll(names: readonly BucketSetting[], options: { of: string }): boolean;
};

const BUCKET_NAMES = new RegExp(`\\b(?:${BUCKET_SETTINGS.join("|")})\\b`, "g");

/** Adds the prefix of the next bucket to the names of settings in a text. */
function withNext(text: string): string {
  return text.replaceAll(BUCKET_NAMES, `${NEXT}$&`);
}

function wholeNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

const UNITS: Record<string, number> = { "": 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Parses a size such as `1000` or `5GiB`, and returns its bytes. Returns undefined if the text is not a size of at least 1 byte. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,15}) ?((?:[KMGT]iB)?)$/.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit ?? ""] ?? Number.NaN);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "::1"]);

/** Returns whether a host is the local machine. An IPv6 address may have brackets, as in a URL. */
export function isLocalHost(host: string | undefined): boolean {
  return LOCAL_HOSTS.has((host ?? "").replace(/^\[|\]$/g, ""));
}

/** The names that other programs use for a setting. An operator may set such a variable by mistake. */
const OTHER_NAMES: Partial<Record<Setting, string>> = {
  AWS_BUCKET_NAME: "AWS_BUCKET AWS_S3_BUCKET AWS_S3_BUCKET_NAME S3_BUCKET S3_BUCKET_NAME BUCKET_NAME",
  AWS_REGION: "AWS_DEFAULT_REGION S3_REGION",
  AWS_ACCESS_KEY_ID: "AWS_ACCESS_KEY S3_ACCESS_KEY S3_ACCESS_KEY_ID",
  AWS_SECRET_ACCESS_KEY: "AWS_SECRET_KEY S3_SECRET_KEY S3_SECRET_ACCESS_KEY",
  S3_ENDPOINT: "AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 S3_ENDPOINT_URL",
  DATABASE_URL: "DB_URL POSTGRES_URL PG_URL",
  AUTH_JWT_SECRET: "JWT_SECRET",
  AUTH_JWKS_URL: "JWKS_URL",
  AUTH_JWT_ISSUER: "JWT_ISSUER",
  AUTH_JWT_AUDIENCE: "JWT_AUDIENCE",
  AUTH_OIDC_CLIENT_SECRET: "AUTH_OIDC_SECRET OIDC_CLIENT_SECRET",
  AUTH_OIDC_ISSUER: "OIDC_ISSUER OIDC_ISSUER_URL",
  AUTH_OIDC_CLIENT_ID: "OIDC_CLIENT_ID",
  AUTH_SECRET: "BETTER_AUTH_SECRET SESSION_SECRET",
  PUBLIC_URL: "BETTER_AUTH_URL BASE_URL",
  CLAMAV_HOST: "CLAMD_HOST",
  CLAMAV_PORT: "CLAMD_PORT",
  UPLOAD_MAX_BYTES: "MAX_UPLOAD_BYTES",
  SMTP_URL: "SMTP_HOST MAIL_URL",
  MAIL_FROM: "SMTP_FROM EMAIL_FROM",
};

const RIGHT_NAMES = new Map(
  SETTING_NAMES.flatMap((name) => OTHER_NAMES[name]?.split(" ").map((other): [string, Setting] => [other, name]) ?? []),
);

const KNOWN: ReadonlySet<string> = new Set([...SETTING_NAMES, ...SECRETS.map((name) => `${name}_FILE`)]);

/** Variables such as `LINKS_SERVICE_HOST`, which Kubernetes and Docker set for each service and each linked container. */
const SET_BY_PLATFORM = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP)(?:_\w+)?)?)$/;

/** The prefixes of variables that no other known program uses. */
const OUR_PREFIXES = /^(?:AUTH_(?:JWT|OIDC|SIGN)_|LINKS_|URL_TTL_|USER_QUOTA_)/;

/** Warns about each variable whose name is similar to an unset setting of Valet Key. */
export function warnOfNearMisses(reader: ConfigReader): void {
  for (const name of reader.names) {
    if (KNOWN.has(name) || SET_BY_PLATFORM.test(name)) continue;
    const meant = RIGHT_NAMES.get(name) ?? nearest(name);
    if (meant === undefined) {
      if (OUR_PREFIXES.test(name)) reader.warn(`${name} is set but not read here: no setting has this name.`);
    } else if (reader.text(meant) === undefined) {
      reader.warn(`${name} is set but not read here: did you mean ${meant}?`);
    }
  }
}

/** Returns the setting that a misspelt name probably means. */
function nearest(name: string): Setting | undefined {
  const given = letters(name);
  return SETTING_NAMES.find((setting) => isMisspelt(given, letters(setting)));
}

/** A short name with one other letter is often the name of another program's variable, so it does not count as misspelt. */
function isMisspelt(given: string, wanted: string): boolean {
  if (wanted.length < 7) return false;
  if (wanted.length < 8) return given === wanted;
  if (Math.abs(given.length - wanted.length) > 2) return false;
  const edits = distance(given, wanted);
  // Two letters in the wrong order count as two edits.
  return edits <= (wanted.length < 12 ? 1 : 2) || (edits === 2 && sorted(given) === sorted(wanted));
}

function letters(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
}

function sorted(text: string): string {
  return [...text].sort().join("");
}
