import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startSmtpServer } from "../../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { freePort } from "../../testing/free-port.ts";
import type { Env } from "../examine.ts";
import { type Fault, type Stage, setVariables } from "../stage.ts";

/** A server that the service calls: its settings, and the document with which the server responds. */
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

/** The doctor warns of a key set without TLS, which is right here. */
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

/** Starts an HTTP server with the document of `server`. */
async function respond(
  { add }: Stage,
  { body }: Pick<Server, "body">,
  { port = 0, status = 200 }: { port?: number; status?: number } = {},
): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end(body(url()));
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  add(() => {
    server.closeAllConnections();
    server.close();
  });
  return url();
}
