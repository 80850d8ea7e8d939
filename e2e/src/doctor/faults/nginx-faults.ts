import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandPath } from "../../proxies/selection.ts";
import { freePort } from "../../testing/free-port.ts";
import type { Env } from "../examine.ts";
import { runService } from "../running-service.ts";
import type { Fault, Stage } from "../stage.ts";

const FORWARD = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";
const NO_LIMITS = "client_max_body_size 0; proxy_request_buffering off; proxy_http_version 1.1;";

const setup = "nginx";

/** Faults in the proxy in front of the service. The tests of these faults need nginx. */
export const nginxFaults: readonly Fault[] = [
  {
    fault: "the proxy limits bodies to 1 MB",
    setup,
    id: "proxy-body-limit",
    arrange: (stage) =>
      behindNginx(stage, { location: `${FORWARD} proxy_request_buffering off; proxy_http_version 1.1;` }),
  },
  {
    fault: "the proxy buffers bodies",
    setup,
    id: "proxy-buffers",
    arrange: (stage) => behindNginx(stage, { location: `${FORWARD} client_max_body_size 0;` }),
  },
  {
    fault: "the proxy adds no X-Forwarded-For",
    setup,
    id: "forwarded-for-missing",
    arrange: (stage) => behindNginx(stage, { location: NO_LIMITS }),
  },
  {
    fault: "TRUST_PROXY counts two proxies instead of one",
    setup,
    id: "trust-proxy-too-large",
    arrange: (stage) => behindNginx(stage, { location: `${FORWARD} ${NO_LIMITS}`, settings: { TRUST_PROXY: "2" } }),
  },
  {
    fault: "TRUST_PROXY is not set",
    setup,
    id: "trust-proxy-too-small",
    arrange: (stage) => behindNginx(stage, { location: `${FORWARD} ${NO_LIMITS}`, settings: { TRUST_PROXY: "false" } }),
  },
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
  {
    fault: "the proxy writes a word instead of the IP address of the client",
    setup,
    id: "client-address-invalid",
    arrange: (stage) => behindNginx(stage, { location: `proxy_set_header X-Forwarded-For unknown; ${NO_LIMITS}` }),
  },
  {
    fault: "the proxy redirects to https",
    setup,
    id: "public-url-redirects",
    arrange: (stage) => behindNginx(stage, { location: "return 301 https://$host$request_uri;" }),
  },
  {
    fault: "the proxy leads to another server",
    setup,
    id: "public-url-other",
    arrange: (stage) => behindNginx(stage, { location: 'return 200 "Welcome";' }),
  },
  {
    fault: "the proxy can't reach the service",
    setup,
    id: "public-url-unreachable",
    async arrange(stage) {
      const target = `http://127.0.0.1:${await freePort("127.0.0.1")}`;
      const { env } = await runService(stage);
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

/** Starts a proxy with the settings that docs/doctor.md recommends. */
export const healthyNginx = (stage: Stage) => behindNginx(stage, { location: `${FORWARD} ${NO_LIMITS}` });

async function behindNginx(
  stage: Stage,
  { location, settings = { TRUST_PROXY: "1" } }: { location: string; settings?: Env },
) {
  const { env, url } = await runService(stage, settings);
  const front = await startNginx(stage, { location, target: url });
  return { ...env, PUBLIC_URL: front };
}

async function startNginx({ add }: Stage, { location, target }: { location: string; target: string }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-nginx-"));
  const port = await freePort("127.0.0.1");
  const file = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const pass = location.includes("return") ? "" : `proxy_pass ${target.replace("localhost", "127.0.0.1")};`;
  const server = `server { listen 127.0.0.1:${port}; location / { ${location} ${pass} } }`;
  const http = `http { access_log off; ${temporary.join(" ")} ${server} }`;
  // Without "user root", the workers of nginx would run as another user, who may not write to the folder.
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
