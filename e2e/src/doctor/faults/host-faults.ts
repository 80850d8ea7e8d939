import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { startSmtpServer } from "../../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { listen } from "../../testing/forward.ts";
import { freePort } from "../../testing/free-port.ts";
import type { Change } from "../rewriting-proxy.ts";
import { type Env, type Fault, type Remedy, type Stage, settingsFault, setVariables } from "../stage.ts";

/** Faults in the configuration, and faults of the service's machine. */
export const hostFaults: readonly Fault[] = [
  settingsFault({
    fault: "TRUST_PROXY is not set behind https",
    id: "config-doubtful",
    also: ["mixed-content"],
    settings: { PUBLIC_URL: "https://localhost:3443" },
  }),
  settingsFault({
    fault: "a setting is misspelt",
    id: "config-doubtful",
    settings: { AUTH_SIGNUP: "closed" },
    cure({ env: { AUTH_SIGNUP = "", ...env }, fix }) {
      const [, meant = ""] = /did you mean (\w+)\?/.exec(fix[0]?.text ?? "") ?? [];
      return { ...env, [meant]: AUTH_SIGNUP };
    },
  }),
  settingsFault({
    fault: "the pages of links name no abuse contact",
    id: "abuse-contact-missing",
    also: ["cors-origin", "public-url-plain-http"],
    settings: { PUBLIC_URL: "http://[::ffff:127.0.0.1]:3999" },
  }),
  {
    fault: "other users of the machine can read the secrets of the service",
    setup: "s3-local",
    id: "data-dir-exposed",
    async arrange({ env }) {
      await mkdir(env.DATA_DIR ?? "");
      const file = join(env.DATA_DIR ?? "", "secrets.json");
      await writeFile(file, "{}");
      await chmod(file, 0o644);
      return env;
    },
  },
  {
    fault: "the SQLite database is damaged",
    setup: "SQLite",
    id: "sqlite-damaged",
    async arrange({ env }) {
      await mkdir(env.DATA_DIR ?? "");
      await writeFile(join(env.DATA_DIR ?? "", "valetkey.db"), "x".repeat(8_192));
      return env;
    },
  },
  {
    fault: "the virus scanner does not run",
    setup: "closed port",
    id: "scanner-unreachable",
    arrange: async ({ env }) => ({
      ...env,
      CLAMAV_HOST: "127.0.0.1",
      CLAMAV_PORT: String(await freePort("127.0.0.1")),
    }),
  },
  {
    fault: "the mail server does not run",
    setup: "closed port",
    id: "mail-server-unusable",
    arrange: async ({ env }) => ({
      ...env,
      SMTP_URL: `smtp://127.0.0.1:${await freePort("127.0.0.1")}`,
      MAIL_FROM: "files@example.com",
    }),
  },
];

type Rule = Record<string, unknown>;

const ABORT = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } };
const ABORT_RULE: Rule = { ID: "abort", Status: "Enabled", Filter: { Prefix: "" }, ...ABORT };
const rule = (ID: string, action: Rule, Filter: Rule = { Prefix: "" }): Rule => ({
  ID,
  Status: "Enabled",
  Filter,
  ...action,
});

const VERSIONS_ON: Change = {
  status: 200,
  body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
};
const DENIED: Change = { status: 403, code: "AccessDenied" };
const WITH_VERSION: Change = { headers: { "x-amz-version-id": "3sL4kqtJlcpXroDTDmJ" } };

/** Faults in lifecycle rules. The built-in bucket has no lifecycle rules, so a proxy returns them. */
export const lifecycleFaults: readonly Fault[] = [
  lifecycleFault({ fault: "no lifecycle rule aborts old multipart uploads", id: "lifecycle-missing", rules: [] }),
  lifecycleFault({
    fault: "the rule that aborts old uploads covers only another prefix",
    id: "lifecycle-missing",
    rules: [rule("logs", ABORT, { Prefix: "logs/" })],
  }),
  lifecycleFault({
    fault: "a rule deletes every object after a day",
    id: "lifecycle-deletes",
    rules: [ABORT_RULE, rule("daily", { Expiration: { Days: 1 } })],
  }),
  lifecycleFault({
    fault: "a rule deletes large objects under the prefix of the service",
    id: "lifecycle-deletes",
    rules: [
      ABORT_RULE,
      rule("large", { Expiration: { Days: 1 } }, { And: { Prefix: "teams/", ObjectSizeGreaterThan: 1_000 } }),
    ],
    settings: { S3_KEY_PREFIX: "teams/a/" },
  }),
  lifecycleFault({
    fault: "the rule that aborts old uploads also moves every object to GLACIER",
    id: "lifecycle-archives",
    rules: [rule("archive", { ...ABORT, Transitions: [{ Days: 1, StorageClass: "GLACIER" }] })],
  }),
  lifecycleFault({
    fault: "old versions of objects never expire",
    id: "versions-kept",
    rules: [ABORT_RULE],
    versioning: VERSIONS_ON,
  }),
  lifecycleFault({
    fault: "old versions never expire, and the versioning setting is unreadable",
    id: "versions-kept",
    rules: [ABORT_RULE],
    versioning: DENIED,
    put: WITH_VERSION,
  }),
];

/** The lifecycle rules of the bucket in each stage. A remedy replaces the lifecycle rules. */
const rulesOf = new WeakMap<Stage, readonly Rule[]>();

type LifecycleFault = Omit<Fault, "setup" | "arrange"> & {
  rules: readonly Rule[];
  versioning?: Change;
  put?: Change;
  settings?: Env;
};

function lifecycleFault({ rules, versioning, put, settings, ...fault }: LifecycleFault): Fault {
  return {
    ...fault,
    setup: "fault proxy",
    async arrange(stage) {
      rulesOf.set(stage, rules);
      const env = await stage.behind(({ query, method }) => {
        if (query.has("versioning")) return versioning;
        if (query.has("lifecycle")) return lifecycle(rulesOf.get(stage) ?? []);
        return method === "PUT" ? put : undefined;
      });
      return { ...env, ...settings };
    },
    cure: putRules,
  };
}

/** Stores the lifecycle rules of the remedy, like the AWS CLI. */
function putRules({ stage, env, fix }: Remedy) {
  const { text = "" } = fix.find(({ label }) => label.includes("(JSON)")) ?? {};
  rulesOf.set(stage, JSON.parse(text).Rules);
  return env;
}

function lifecycle(rules: readonly Rule[]): Change {
  if (rules.length === 0) return { status: 404, code: "NoSuchLifecycleConfiguration" };
  return { status: 200, body: toXml({ LifecycleConfiguration: { Rule: rules } }) };
}

function toXml(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .flatMap(([name, inner]) => (Array.isArray(inner) ? inner : [inner]).map((each) => [singular(name), each]))
    .map(([name, inner]) => `<${name}>${toXml(inner)}</${name}>`)
    .join("");
}

/** Returns the singular form, which is the name of each list entry in XML. */
function singular(name: string): string {
  return name === "Transitions" ? "Transition" : name;
}

/** A server that the service calls, with the settings for this server and the document that it returns. */
type Server = { name: string; id: Fault["id"]; setting: string; settings(url: string): Env; body(url: string): string };

const SERVERS: readonly Server[] = [
  {
    name: "the identity provider",
    id: "issuer-unusable",
    setting: "AUTH_OIDC_ISSUER",
    settings: (url) => ({
      AUTH_OIDC_ISSUER: url,
      AUTH_OIDC_CLIENT_ID: "valet-key",
      AUTH_OIDC_CLIENT_SECRET: "oidc-Zt3vQ8mN1kR7",
    }),
    body: (issuer) => JSON.stringify({ issuer }),
  },
  {
    name: "the key set",
    id: "key-set-unusable",
    setting: "AUTH_JWKS_URL",
    settings: (url) => ({ AUTH_JWKS_URL: `${url}/jwks.json`, AUTH_JWT_AUDIENCE: "files" }),
    body: () => '{"keys":[]}',
  },
  {
    name: "the collector",
    id: "collector-unusable",
    setting: "OTEL_EXPORTER_OTLP_ENDPOINT",
    settings: (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x" }),
    body: () => "",
  },
];

/** For a key set without TLS, the doctor also reports a doubtful setting. */
const doubtful = ({ id }: Server): Fault["id"][] => (id === "key-set-unusable" ? ["config-doubtful"] : []);

/** Faults of the servers that the service calls, except the bucket and the database. */
export const serverFaults: readonly Fault[] = [
  ...SERVERS.flatMap((server): Fault[] => [
    {
      fault: `nothing listens at the URL of ${server.name}`,
      setup: "closed port",
      id: server.id,
      also: doubtful(server),
      async arrange({ env }) {
        return { ...env, ...server.settings(`http://127.0.0.1:${await freePort("127.0.0.1")}`) };
      },
      async cure({ stage, env, fix }) {
        const [, host = ""] =
          /Start the server at (\S+),/.exec(fix.find(({ label }) => label === "step")?.text ?? "") ?? [];
        await respond(stage, server, { port: Number(host.split(":")[1]) });
        return env;
      },
      remaining: doubtful(server),
    },
    {
      fault: `another server responds at the URL of ${server.name}`,
      setup: "HTTP server",
      id: server.id,
      also: doubtful(server),
      async arrange(stage) {
        const url = await respond(stage, { ...server, body: () => "<html>" }, { status: 404 });
        return { ...stage.env, ...server.settings(url) };
      },
      async cure({ stage, env, fix }) {
        if (!fix[0]?.text.startsWith(`Set ${server.setting} to `)) throw new Error("The remedy names another setting");
        return { ...env, ...server.settings(await respond(stage, server)) };
      },
      remaining: doubtful(server),
    },
  ]),
  {
    fault: "the mail server refuses the sender",
    setup: "SMTP server",
    id: "mail-server-unusable",
    arrange: (stage) => withMail(stage, { onMailFrom: refuseOthers }),
    cure: (remedy) => setVariables(remedy, { MAIL_FROM: ALLOWED }),
  },
  {
    fault: "the mail server refuses the sender when it gets the recipient",
    setup: "SMTP server",
    id: "mail-server-unusable",
    arrange: (stage) =>
      withMail(stage, {
        refuse: (to) =>
          to === ALLOWED ? undefined : { code: 553, text: "5.7.1 Sender address rejected: not owned by user" },
      }),
    cure: (remedy) => setVariables(remedy, { MAIL_FROM: ALLOWED }),
  },
];

const ALLOWED = "allowed@example.com";

type SmtpOptions = NonNullable<Parameters<typeof startSmtpServer>[0]>;

const refuseOthers: NonNullable<SmtpOptions["onMailFrom"]> = ({ address }, _session, done) =>
  done(address === ALLOWED ? undefined : Object.assign(new Error("Sender rejected"), { responseCode: 550 }));

async function withMail({ env, add }: Stage, options: SmtpOptions): Promise<Env> {
  const server = await startSmtpServer(options);
  add(async () => {
    await server.stop();
    if (server.mails.length > 0) throw new Error("The doctor sent a mail");
  });
  return { ...env, SMTP_URL: `smtp://127.0.0.1:${server.port}`, MAIL_FROM: "files@example.com" };
}

/** Starts an HTTP server that returns the document of `server`. */
async function respond(
  { add }: Stage,
  { body }: Pick<Server, "body">,
  { port = 0, status = 200 }: { port?: number; status?: number } = {},
): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end(body(url));
  });
  const url = `http://127.0.0.1:${await listen(server, port)}`;
  add(() => {
    server.closeAllConnections();
    server.close();
  });
  return url;
}
