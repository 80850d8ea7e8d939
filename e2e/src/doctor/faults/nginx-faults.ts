import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../testing/free-port.ts";
import { commandPath } from "../../testing/selections.ts";
import type { Env, Fault, Remedy, Stage } from "../stage.ts";
import { runService } from "../stage.ts";

const FORWARD = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";
const NO_LIMITS = "client_max_body_size 0; proxy_request_buffering off; proxy_http_version 1.1;";

const HOST = "proxy_set_header Host $http_host;";
const setup = "nginx";

/** Faults of the proxy in front of the service or the bucket. The tests of proxy faults need nginx. */
export const nginxFaults: readonly Fault[] = [
  proxyBefore({
    fault: "the proxy limits bodies to 1 MB",
    id: "proxy-body-limit",
    location: `${FORWARD} proxy_request_buffering off; proxy_http_version 1.1;`,
    cure: addLines,
  }),
  proxyBefore({
    fault: "the proxy buffers bodies",
    id: "proxy-buffers",
    location: `${FORWARD} client_max_body_size 0;`,
    cure: addLines,
  }),
  proxyBefore({
    fault: "the proxy adds no X-Forwarded-For",
    id: "forwarded-for-missing",
    location: NO_LIMITS,
    cure: addLines,
  }),
  proxyBefore({
    fault: "TRUST_PROXY counts two proxies instead of one",
    id: "trust-proxy-too-large",
    location: `${FORWARD} ${NO_LIMITS}`,
    settings: { TRUST_PROXY: "2" },
  }),
  proxyBefore({
    fault: "TRUST_PROXY is not set",
    id: "trust-proxy-too-small",
    location: `${FORWARD} ${NO_LIMITS}`,
    settings: { TRUST_PROXY: "false" },
  }),
  {
    fault: "TRUST_PROXY counts one proxy instead of two",
    setup,
    id: "trust-proxy-too-small",
    async arrange(stage) {
      const inner = await behindNginx(stage, { location: `${FORWARD} ${NO_LIMITS}` });
      const outer = await startNginx(stage, { location: `${FORWARD} ${NO_LIMITS}`, target: inner.PUBLIC_URL ?? "" });
      return { ...inner, PUBLIC_URL: outer };
    },
  },
  proxyBefore({
    fault: "the proxy writes a word instead of the IP address of the client",
    id: "client-address-invalid",
    location: `proxy_set_header X-Forwarded-For unknown; ${NO_LIMITS}`,
  }),
  proxyBefore({
    fault: "the proxy removes the credentials of requests",
    id: "proxy-strips-credentials",
    location: `${FORWARD} ${NO_LIMITS} proxy_set_header Authorization ""; proxy_set_header Cookie "";`,
    cure: addLines,
  }),
  proxyBefore({
    fault: "the proxy removes the cookies of responses",
    id: "proxy-strips-credentials",
    location: `${FORWARD} ${NO_LIMITS} proxy_hide_header Set-Cookie;`,
    // No nginx directive undoes the removal, so the cure follows the remedy in words.
    async cure({ stage, env }) {
      const location = `${FORWARD} ${NO_LIMITS}`;
      return { ...env, PUBLIC_URL: await startNginx(stage, { location, target: placeOf(stage).target }) };
    },
  }),
  {
    fault: "the proxy compresses event streams",
    setup,
    id: "proxy-buffers-events",
    arrange: (stage) => {
      const gzip =
        "gzip on; gzip_types text/event-stream; gzip_min_length 1; gzip_proxied any; proxy_ignore_headers X-Accel-Buffering;";
      return behindNginx(stage, { location: `${FORWARD} ${NO_LIMITS} ${gzip}` });
    },
    cure: addLines,
  },
  {
    fault: "the proxy buffers event streams, because it calls the service with HTTP/1.0",
    setup,
    id: "proxy-buffers-events",
    also: ["proxy-buffers"],
    arrange: (stage) => {
      const limits = "client_max_body_size 0; proxy_request_buffering off; proxy_ignore_headers X-Accel-Buffering;";
      return behindNginx(stage, { location: `${FORWARD} ${limits} proxy_http_version 1.0;` });
    },
    cure: addLines,
  },
  proxyBeforeBucket({
    fault: "a proxy before the bucket removes ETag",
    id: "etag-lost",
    location: `${HOST} proxy_hide_header ETag;`,
  }),
  proxyBeforeBucket({
    fault: "a proxy before the bucket removes Range",
    id: "range-ignored",
    location: `${HOST} proxy_set_header Range "";`,
  }),
  proxyBeforeBucket({
    fault: "a proxy before the bucket removes Content-Disposition",
    id: "download-headers-lost",
    location: `${HOST} proxy_hide_header Content-Disposition;`,
  }),
  proxyBeforeBucket({
    fault: "a proxy before the bucket removes the port from the Host header",
    id: "public-endpoint-refuses",
    location: "proxy_set_header Host $host;",
  }),
  proxyBefore({
    fault: "the proxy redirects to https",
    id: "public-url-redirects",
    location: "return 301 https://$host$request_uri;",
  }),
  proxyBefore({
    fault: "the proxy leads to another server",
    id: "public-url-other",
    location: 'return 200 "Welcome";',
  }),
  {
    fault: "the proxy can't reach the service",
    setup,
    id: "public-url-unreachable",
    async arrange(stage) {
      const target = `http://127.0.0.1:${await freePort("127.0.0.1")}`;
      const { env } = await serviceOf(stage, {});
      return { ...env, PUBLIC_URL: await startNginx(stage, { location: FORWARD, target }) };
    },
  },
  {
    fault: "anyone can read the metrics",
    setup,
    id: "metrics-public",
    also: ["abuse-contact-missing", "cors-origin", "public-url-plain-http"],
    async arrange(stage) {
      const env = await behindNginx(stage, { location: `${FORWARD} ${NO_LIMITS}` });
      return { ...env, PUBLIC_URL: env.PUBLIC_URL?.replace("localhost", "[::ffff:127.0.0.1]") ?? "" };
    },
  },
];

type ProxyFault = Omit<Fault, "setup" | "arrange"> & { location: string };

/** A fault in the nginx location of the proxy in front of the service. `settings`: the settings of the service. */
function proxyBefore({ location, settings, ...fault }: ProxyFault & { settings?: Env }): Fault {
  return { ...fault, setup, arrange: (stage) => behindNginx(stage, { location, settings }) };
}

/** A fault in the nginx location of the proxy in front of the bucket. */
function proxyBeforeBucket({ location, ...fault }: ProxyFault): Fault {
  return {
    ...fault,
    setup,
    arrange: async (stage) => ({
      ...stage.env,
      S3_PUBLIC_ENDPOINT: await startNginx(stage, { location, target: stage.endpoint }),
    }),
    cure: replaceLocation,
  };
}

/** Starts a proxy with the settings that docs/doctor.md recommends. */
export const healthyNginx = (stage: Stage) => behindNginx(stage, { location: `${FORWARD} ${NO_LIMITS}` });

async function behindNginx(
  stage: Stage,
  { location, settings = { TRUST_PROXY: "1" } }: { location: string; settings?: Env | undefined },
) {
  const { env, url } = await serviceOf(stage, settings);
  places.set(stage, { location, target: url });
  return { ...env, PUBLIC_URL: await startNginx(stage, { location, target: url }) };
}

type Service = Promise<{ env: Env; url: string }>;
const services = new WeakMap<Stage, Map<string, Service>>();

/**
 * Returns the service of the stage with the given settings. The tests of a stage share the service, because most tests change only the
 * proxy.
 */
function serviceOf(stage: Stage, settings: Env): Service {
  const ofStage = services.get(stage) ?? new Map<string, Service>();
  services.set(stage, ofStage);
  const name = JSON.stringify(settings).replaceAll(/\W+/g, "_");
  const env = { ...stage.env, DATA_DIR: join(stage.dataDir, name) };
  const service = ofStage.get(name) ?? runService({ ...stage, env }, settings);
  ofStage.set(name, service);
  return service;
}

/** The nginx location and the target of the proxy in front of the service, for each stage. */
const places = new WeakMap<Stage, Place>();

type Place = { location: string; target: string };

function placeOf(stage: Stage): Place {
  const place = places.get(stage);
  if (place === undefined) throw new Error("The stage has no proxy before the service");
  return place;
}

/**
 * Adds the nginx lines of the remedy to the location. A line replaces an earlier line with the same directive, because nginx refuses
 * repeated directives.
 */
async function addLines({ stage, env, fix }: Remedy): Promise<Env> {
  const { location, target } = placeOf(stage);
  const { text = "" } = fix.find(({ label }) => label === "nginx") ?? {};
  const added = linesOf(text);
  const kept = linesOf(location).filter((line) => !added.some((other) => directiveOf(other) === directiveOf(line)));
  return { ...env, PUBLIC_URL: await startNginx(stage, { location: [...kept, ...added].join(" "), target }) };
}

const linesOf = (text: string) => text.split(/(?<=;)\s*/).filter((line) => line !== "");
/** A directive for a header also includes the name of the header. */
const directiveOf = (line: string) => line.split(" ", line.startsWith("proxy_set_header") ? 2 : 1).join(" ");

/** Replaces the location of the proxy in front of the S3 server by the location in the remedy. */
async function replaceLocation({ stage, env, fix }: Remedy): Promise<Env> {
  const { text = "" } = fix.find(({ label }) => label.startsWith("nginx, the whole location")) ?? {};
  const [, location = ""] = /^location \/ \{\n(.*)\n\s*proxy_pass http:\/\/s3-server;\n\}$/s.exec(text) ?? [];
  return { ...env, S3_PUBLIC_ENDPOINT: await startNginx(stage, { location, target: stage.endpoint }) };
}

async function startNginx({ add }: Stage, { location, target }: Place): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-nginx-"));
  const port = await freePort("127.0.0.1");
  const file = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const pass = location.includes("return") ? "" : `proxy_pass ${target.replace("localhost", "127.0.0.1")};`;
  const server = `server { listen 127.0.0.1:${port}; location / { ${location} ${pass} } }`;
  const http = `http { access_log off; ${temporary.join(" ")} ${server} }`;
  // Without "user root", the workers of nginx run as a user who may not write to the folder.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  await writeFile(file, `${user} daemon off; pid ${folder}/nginx.pid; events {} ${http}\n`);
  const child = spawn(commandPath("nginx", process.env) ?? "nginx", ["-p", folder, "-e", "stderr", "-c", file], {
    stdio: "ignore",
  });
  add(() => stop(child, folder));
  await listens(port);
  return `http://localhost:${port}`;
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  const ended = once(child, "close");
  child.kill("SIGTERM");
  await ended;
  await rm(folder, { recursive: true, force: true });
}

/** Waits until the port accepts connections, because nginx prints nothing when it is ready. */
async function listens(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) =>
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false)),
    );
    socket.destroy();
    if (isOpen) return;
  }
}
