import { commandFix, environmentFix, fault, findingOf, type Outcome, stepFix } from "../finding.ts";
import type { Check, CheckedConfig, DoctorParts } from "../parts.ts";
import { isFailure, type Response, unreachableFix } from "../requests.ts";

/** Faults of the servers that the service calls, except the bucket and the database. */
export const serverFaults = {
  "scanner-unreachable": fault.error(
    "New files can't be downloaded: the virus scanner does not respond",
    "New files wait for the scanner, and can't be downloaded.",
  ),
  "mail-server-unusable": fault.error(
    "Nobody gets mails: the mail server accepts no mails",
    "Nobody gets a link for a new password. Mails wait for three days, and then they are given up.",
  ),
  "issuer-unusable": fault.error(
    "Nobody can sign in with it: the identity provider can't be used",
    "Nobody can sign in with it.",
  ),
  "key-set-unusable": fault.error(
    "Tokens of the provider do not work: AUTH_JWKS_URL can't be fetched",
    "The service can't verify tokens of this provider, and returns 503 to their callers.",
  ),
  "collector-unusable": fault.warning(
    "Traces are lost: the collector accepts no traces",
    "All traces are lost. Requests do not wait for the collector.",
  ),
};

type FindingId = keyof typeof serverFaults;

const finding = findingOf(serverFaults);

/**
 * A server that the service calls. `setting`: the name of the setting with the URL `base`. `path`: the path below `base` that the check
 * calls.
 */
type Server = {
  id: FindingId;
  setting: string;
  base: string;
  path: string;
  init?: RequestInit;
  isRight(answer: Response): boolean;
  /** The remedy for a wrong response of the server. */
  remedy: string;
};

/** All servers whose URLs are in settings, except the bucket and PUBLIC_URL. */
const SERVERS: readonly ((config: CheckedConfig) => Server | undefined)[] = [
  ({ auth: { oidc } }) =>
    oidc && {
      id: "issuer-unusable",
      setting: "AUTH_OIDC_ISSUER",
      base: withoutSlashes(oidc.issuer),
      path: "/.well-known/openid-configuration",
      isRight: ({ text }) => withoutSlashes(String(parse(text).issuer)) === withoutSlashes(oidc.issuer),
      remedy: "Set AUTH_OIDC_ISSUER to the value of `issuer` in the discovery document of the provider.",
    },
  ({ auth: { jwksUrl } }) =>
    jwksUrl === undefined
      ? undefined
      : {
          id: "key-set-unusable",
          setting: "AUTH_JWKS_URL",
          base: jwksUrl,
          path: "",
          isRight: ({ text }) => Array.isArray(parse(text).keys),
          remedy: "Set AUTH_JWKS_URL to the value of `jwks_uri` in the discovery document of the provider.",
        },
  ({ tracing }) =>
    tracing && {
      id: "collector-unusable",
      setting: "OTEL_EXPORTER_OTLP_ENDPOINT",
      base: tracing.endpoint,
      path: "/v1/traces",
      // An empty body is a valid export without spans (OTLP 1.0, "ExportTraceServiceRequest").
      init: { method: "POST", headers: { ...headersOf(tracing.headers), "content-type": "application/x-protobuf" } },
      isRight: () => true,
      remedy:
        "Set OTEL_EXPORTER_OTLP_ENDPOINT to the URL of OTLP over HTTP, usually port 4318, and check OTEL_EXPORTER_OTLP_HEADERS.",
    },
];

/** Sends one request to each server that the service calls. Sends no token and no span. */
export const serversCheck: Check = {
  name: "identity provider, keys and collector",
  applies: ({ config }) => serversOf(config).length > 0,
  run: async (parts) => (await Promise.all(serversOf(parts.config).map((server) => judge(parts, server)))).flat(),
};

function serversOf(config: CheckedConfig): Server[] {
  return SERVERS.map((of) => of(config)).filter((server) => server !== undefined);
}

async function judge({ requests, config }: DoctorParts, server: Server): Promise<Outcome[]> {
  const { id, setting, base, path } = server;
  const answer = await requests.send(`${base}${path}`, server.init);
  const { host, pathname } = new URL(`${base}${path}`);
  if (isFailure(answer)) {
    const fix = unreachableFix(answer, { setting, url: base, dataDir: config.server.dataDir });
    return [finding(id, { detail: `${setting}, ${host}: ${answer.reason}.`, fix })];
  }
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (isSuccess && server.isRight(answer)) return [];
  const said = isSuccess ? "another document than expected" : `status ${answer.status}`;
  return [
    finding(id, { detail: `${setting}, ${host}${pathname} responded with ${said}.`, fix: stepFix(server.remedy) }),
  ];
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Reads the headers in OTEL_EXPORTER_OTLP_HEADERS, whose values are encoded like parts of URLs. */
function headersOf(text = ""): Record<string, string> {
  const pairs = text.split(",").filter((pair) => pair.includes("="));
  const parts = pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  return Object.fromEntries(parts.map((pair) => pair.map((part) => decodeURIComponent(part.trim()))));
}

function withoutSlashes(url: string): string {
  return url.replace(/\/+$/, "");
}

/** Sends a ping to the virus scanner, if the service has one. */
export const scannerCheck: Check = {
  name: "virus scanner",
  applies: ({ probeScanner }) => probeScanner !== undefined,
  async run({ config, probeScanner }) {
    if (probeScanner === undefined || config.scanner === undefined) return [];
    try {
      await probeScanner();
      return [];
    } catch {
      const { host, port } = config.scanner;
      const fix = [
        ...commandFix("systemctl status clamav-daemon"),
        ...environmentFix(`CLAMAV_HOST=${host}`, `CLAMAV_PORT=${port}`),
      ];
      return [finding("scanner-unreachable", { detail: `clamd at ${host}:${port} did not respond to a ping.`, fix })];
    }
  },
};

/** Signs in to the mail server, and offers a mail from MAIL_FROM without content, so no mail is delivered. */
export const mailCheck: Check = {
  name: "mail server",
  applies: ({ probeMail }) => probeMail !== undefined,
  async run({ config, probeMail }) {
    if (probeMail === undefined || config.mail === undefined) return [];
    try {
      await probeMail();
      return [];
    } catch (error) {
      const { host, port, isSecure } = config.mail;
      const reason = error instanceof Error ? error.message : String(error);
      const url = `${isSecure ? "smtps" : "smtp"}://USER:PASSWORD@${host}:${port}`;
      const detail = `The mail server at ${host}:${port} accepts no mails: ${reason}`;
      const isSender = /^(?:MAIL FROM|RCPT TO)$/.test(String((error as { command?: unknown }).command));
      const lines = isSender ? ["MAIL_FROM=the-address-of-this-login@example.com"] : [`SMTP_URL=${url}`];
      return [finding("mail-server-unusable", { detail, fix: environmentFix(...lines) })];
    }
  },
};
