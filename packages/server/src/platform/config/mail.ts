import type { ConfigReader } from "./reader.ts";
import type { MailConfig, ServerConfig } from "./types.ts";

const PORTS: Record<string, number> = { "smtp:": 587, "smtps:": 465 };
const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);
const EXAMPLE = "smtps://user:password@smtp.example.com";
/** Matches a display name with an email address, or an email address alone. */
const SENDER = /^(?:(?<name>[^<>]*?)\s*<(?<bracketed>[^\s<>@"]+@[^\s<>@"]+)>|(?<plain>[^\s<>@"]+@[^\s<>@"]+))$/;
const MAX_NAME_LENGTH = 100;

/** Reads the SMTP server and the sender of mails. Returns undefined if mail is not configured. */
export function readMail(reader: ConfigReader, { publicUrl }: Pick<ServerConfig, "publicUrl">): MailConfig | undefined {
  const url = reader.text("SMTP_URL");
  const sender = reader.text("MAIL_FROM");
  if (url === undefined && sender === undefined) return undefined;
  const server = url === undefined ? missing(reader, "SMTP_URL", EXAMPLE) : readServer(reader, url);
  const from = sender === undefined ? missing(reader, "MAIL_FROM", "files@example.com") : readSender(reader, sender);
  if (server === undefined || from === undefined) return undefined;
  warnOfLocalLinks(reader, { host: server.host, publicUrl });
  return { ...server, from };
}

function missing(reader: ConfigReader, name: string, example: string): undefined {
  const problem = "is missing, though the other setting of mail is set";
  reader.fault(name, problem, `Set SMTP_URL and MAIL_FROM together, such as ${name}=${example}, or neither of them.`);
}

function readServer(reader: ConfigReader, text: string): Omit<MailConfig, "from"> | undefined {
  const url = URL.parse(text);
  const port = PORTS[url?.protocol ?? ""];
  const credentials = url === null ? undefined : credentialsOf(url);
  if (url === null || port === undefined || url.hostname === "" || !isPlain(url) || credentials === undefined) {
    // The text leaves out the value, because the value may contain a password.
    const problem = "is not an smtp or smtps URL of a host, without a path";
    const remedy = `Write it as SMTP_URL=${EXAMPLE}. Write special characters of the user name and password as %40 for @.`;
    reader.fault("SMTP_URL", problem, remedy);
    return undefined;
  }
  const isLocal = LOCAL_HOSTS.has(url.hostname);
  const isSecure = url.protocol === "smtps:";
  // Requires TLS if there is a password, because the password must never cross the network in plain text. Without this, an attacker in the
  // network could hide that the server supports STARTTLS.
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

/** Whether the URL contains only the server, the credentials and `requireTLS=true`. */
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

function readSender(reader: ConfigReader, text: string): MailConfig["from"] | undefined {
  const { name = "", bracketed, plain } = SENDER.exec(text)?.groups ?? {};
  const email = bracketed ?? plain;
  const display = name.replace(/^"(.*)"$/, "$1").trim();
  if (email !== undefined && display.length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(text)) {
    return { name: display === "" ? "Valet Key" : display, email };
  }
  const remedy = "Write it as MAIL_FROM=files@example.com or MAIL_FROM=Example Files <files@example.com>.";
  reader.fault("MAIL_FROM", "is not an email address, or a name with an email address in angle brackets", remedy);
  return undefined;
}

/**
 * Warns if PUBLIC_URL is on localhost, because a person on another machine can't open the links in mails. Does not warn if the mail server
 * is on localhost too, because such a set-up is usually for tests.
 */
function warnOfLocalLinks(
  reader: ConfigReader,
  { host, publicUrl }: { host: string; publicUrl: string | undefined },
): void {
  const isLocal = LOCAL_HOSTS.has(URL.parse(publicUrl ?? "http://localhost")?.hostname ?? "");
  if (!isLocal || LOCAL_HOSTS.has(host)) return;
  reader.warn("SMTP_URL is set, but PUBLIC_URL is on localhost: the links in mails open on this machine only.");
}
