import { isIPv6 } from "node:net";
import { type ConfigReader, isLocalHost } from "./reader.ts";
import type { ServerConfig } from "./server.ts";

// The settings of the database, the mail server, the virus scanner and the collector of traces.

export type DatabaseConfig =
  | { kind: "sqlite"; file: string }
  /** `prepared`: whether PostgreSQL prepares frequent statements by name. `schema`: undefined for the schema of the connection. */
  | { kind: "postgres"; url: string; prepared: "auto" | "on" | "off"; schema?: string };

export type ScannerConfig = {
  host: string;
  port: number;
  /** Whether the service rejects or accepts a file that is too large for clamd. */
  tooLarge: "reject" | "accept";
};

export type TracingConfig = NonNullable<ReturnType<typeof readTracing>>;

export type MailConfig = {
  host: string;
  port: number;
  /** Whether the connection uses TLS from the first byte. If false, the connection uses STARTTLS if the server offers it. */
  isSecure: boolean;
  /** Whether the service refuses to send mail over a connection without TLS. */
  requiresTls: boolean;
  /** `user` and `password` are either both set or both undefined. */
  user: string | undefined;
  password: string | undefined;
  from: { name: string; email: string };
};

const SMTP_PORTS: Record<string, number> = { "smtp:": 587, "smtps:": 465 };
const SMTP_EXAMPLE = "smtps://user:password@smtp.example.com";
/** Matches an email address, or a display name with an email address. */
const SENDER = /^(?:(?<name>[^<>]*?)\s*<(?<bracketed>[^\s<>@"]+@[^\s<>@"]+)>|(?<plain>[^\s<>@"]+@[^\s<>@"]+))$/;
const MAX_NAME_LENGTH = 100;

export function readDatabase(reader: ConfigReader, options: { sqliteFile: string }): DatabaseConfig {
  const url = reader.read("DATABASE_URL");
  const prepared = reader.read("DATABASE_PREPARED");
  if (url !== undefined) return { kind: "postgres", url, prepared };
  if (reader.text("DATABASE_PREPARED") !== undefined) {
    reader.warn("DATABASE_PREPARED has no effect: it is only for PostgreSQL, and DATABASE_URL is not set.");
  }
  return { kind: "sqlite", file: options.sqliteFile };
}

/**
 * Reads the host and the port of the virus scanner from CLAMAV_HOST (`host` or `host:port`) and CLAMAV_PORT. Returns undefined without
 * CLAMAV_HOST.
 */
export function readScanner(reader: ConfigReader): ScannerConfig | undefined {
  const port = reader.read("CLAMAV_PORT");
  const tooLarge = reader.read("CLAMAV_TOO_LARGE");
  const value = reader.read("CLAMAV_HOST");
  if (value === undefined) {
    for (const name of ["CLAMAV_PORT", "CLAMAV_TOO_LARGE"] as const) {
      if (reader.text(name) !== undefined) reader.warn(`${name} is set without CLAMAV_HOST: files are not scanned.`);
    }
    return undefined;
  }
  if (isIPv6(value)) return { host: value, port, tooLarge };
  const [, bracketed, plain, given] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  const named = given === undefined ? port : Number(given);
  if (host === undefined || (bracketed !== undefined && !isIPv6(bracketed)) || named < 1 || named > 65_535) {
    const remedy =
      "Write it as CLAMAV_HOST=clamd.internal or CLAMAV_HOST=clamd.internal:3310, where clamd listens on TCP.";
    reader.fault("CLAMAV_HOST", "is not a host, or a host and a port", remedy);
    return undefined;
  }
  if (given !== undefined && reader.text("CLAMAV_PORT") !== undefined && named !== port) {
    reader.fault("CLAMAV_PORT", `is ${port}, and CLAMAV_HOST names the port ${named}`, "Leave one of them out.");
  }
  return { host, port: named, tooLarge };
}

/** Reads the standard variables of OpenTelemetry. Returns undefined if the service sends no traces. */
export function readTracing(reader: ConfigReader) {
  const endpoint = reader.read("OTEL_EXPORTER_OTLP_ENDPOINT");
  if (endpoint === undefined || reader.read("OTEL_SDK_DISABLED")) return undefined;
  reader.read("OTEL_EXPORTER_OTLP_PROTOCOL");
  return {
    /** The base URL of a collector that accepts OTLP over HTTP. */
    endpoint,
    /** The headers of each export, in the format of OTEL_EXPORTER_OTLP_HEADERS. The headers may contain a token. */
    headers: reader.read("OTEL_EXPORTER_OTLP_HEADERS"),
    /** Default: the service name in OTEL_RESOURCE_ATTRIBUTES, or else "valetkey". */
    serviceName: reader.read("OTEL_SERVICE_NAME"),
    sampler: reader.read("OTEL_TRACES_SAMPLER"),
    /** The fraction of traces that the `traceidratio` samplers record, from 0 to 1. */
    ratio: Number(reader.read("OTEL_TRACES_SAMPLER_ARG") ?? 1),
  };
}

type MailContext = Pick<ServerConfig, "publicUrl"> & { brandName: string };

/** Reads the SMTP server and the sender of mails. Returns undefined if mail is not configured. */
export function readMail(reader: ConfigReader, { publicUrl, brandName }: MailContext): MailConfig | undefined {
  const url = reader.read("SMTP_URL");
  const sender = reader.read("MAIL_FROM");
  if (url === undefined && sender === undefined) return undefined;
  const server = url === undefined ? missing(reader, "SMTP_URL", SMTP_EXAMPLE) : readMailServer(reader, url);
  const from =
    sender === undefined
      ? missing(reader, "MAIL_FROM", "files@example.com")
      : readSender(reader, { text: sender, brandName });
  if (server === undefined || from === undefined) return undefined;
  warnOfLocalLinks(reader, { host: server.host, publicUrl });
  return { ...server, from };
}

function missing(reader: ConfigReader, name: string, example: string): undefined {
  const problem = "is missing, though the other setting of mail is set";
  reader.fault(name, problem, `Set SMTP_URL and MAIL_FROM together, such as ${name}=${example}, or neither of them.`);
}

function readMailServer(reader: ConfigReader, text: string): Omit<MailConfig, "from"> | undefined {
  const url = URL.parse(text);
  const port = SMTP_PORTS[url?.protocol ?? ""];
  const credentials = url === null ? undefined : credentialsOf(url);
  if (url === null || port === undefined || url.hostname === "" || !isPlain(url) || credentials === undefined) {
    // The fault does not quote the value, which may contain a password.
    const problem = "is not an smtp or smtps URL of a host, without a path";
    const remedy = `Write it as SMTP_URL=${SMTP_EXAMPLE}. Write special characters of the user name and password as %40 for @.`;
    reader.fault("SMTP_URL", problem, remedy);
    return undefined;
  }
  const isLocal = isLocalHost(url.hostname);
  const isSecure = url.protocol === "smtps:";
  // A connection with a password requires TLS, because the password must never cross the network in plain text. If TLS were optional, an
  // attacker in the network could hide that the server supports STARTTLS.
  const requiresTls = url.searchParams.has("requireTLS") || (credentials.user !== undefined && !isLocal);
  if (!isSecure && !requiresTls && !isLocal) {
    reader.warn(
      "SMTP_URL is smtp:// without required TLS: anyone on the network path can read the mails, and the links in them. " +
        "Use smtps://, or add ?requireTLS=true.",
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? port : Number(url.port),
    isSecure,
    requiresTls,
    ...credentials,
  };
}

/** Returns whether the URL contains only the server, the credentials and `requireTLS=true`. */
function isPlain({ pathname, search, hash }: URL): boolean {
  return ["", "/"].includes(pathname) && ["", "?requireTLS=true"].includes(search) && hash === "";
}

/** Returns undefined if only the user name or only the password is set, or if one of them has a wrong encoding. */
function credentialsOf({ username, password }: URL): Pick<MailConfig, "user" | "password"> | undefined {
  if (username === "" && password === "") return { user: undefined, password: undefined };
  if (username === "" || password === "") return undefined;
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
}

function readSender(
  reader: ConfigReader,
  { text, brandName }: { text: string; brandName: string },
): MailConfig["from"] | undefined {
  const { name = "", bracketed, plain } = SENDER.exec(text)?.groups ?? {};
  const email = bracketed ?? plain;
  const display = name.replace(/^"(.*)"$/, "$1").trim();
  if (email !== undefined && display.length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(text)) {
    return { name: display === "" ? brandName : display, email };
  }
  const remedy = "Write it as MAIL_FROM=files@example.com or MAIL_FROM=Example Files <files@example.com>.";
  reader.fault("MAIL_FROM", "is not an email address, or a name with an email address in angle brackets", remedy);
  return undefined;
}

/** Warns if mails would contain links to localhost. Does not warn if the mail server is on localhost too, which is usually a test. */
function warnOfLocalLinks(
  reader: ConfigReader,
  { host, publicUrl }: { host: string; publicUrl: string | undefined },
): void {
  const isLocal = isLocalHost(URL.parse(publicUrl ?? "http://localhost")?.hostname);
  if (!isLocal || isLocalHost(host)) return;
  reader.warn("SMTP_URL is set, but PUBLIC_URL is on localhost: the links in mails open on this machine only.");
}
