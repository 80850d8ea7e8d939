import type { Check } from "../check.ts";
import { type Echoed, isCollected, lostCredentials, sendEcho } from "../echo.ts";
import { finding, type Outcome, unchecked } from "../finding.ts";
import { commandFix, environmentFix, stepFix } from "../fixes/environment.ts";
import { unreachableFix } from "../fixes/unreachable.ts";
import type { DoctorParts } from "../parts.ts";
import { type Answer, isFailure, isTlsFailure } from "../requests.ts";
import { judgeClient } from "./client-address.ts";

const LARGE_BYTES = 16 * 2 ** 20;
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const ANY_HOSTS = new Set(["0.0.0.0", "::"]);
const GATEWAY_FAULTS = [502, 503, 504];

/** Calls the running service through PUBLIC_URL, and compares the request that it sent with the request that the service received. */
export const publicUrlCheck: Check = {
  name: "PUBLIC_URL and its proxy",
  async run(parts) {
    const scheme = judgeScheme(parts);
    const first = await sendEcho(parts);
    if (!("echo" in first)) return [...scheme, ...(await explain(parts, first.answer))];
    return [
      ...scheme,
      ...judgeClient(parts, first.echo),
      ...judgeCredentials(first),
      ...judgeLarge(await sendEcho(parts, { body: Buffer.alloc(LARGE_BYTES) })),
      ...(await measureTwice(() => sendEcho(parts, { body: "slow" }).then(judgeSlow))),
      ...(await measureTwice(() => sendEcho(parts, { accept: "text/event-stream" }).then(judgeStream))),
      ...(await judgeMetrics(parts)),
    ];
  },
};

function judgeScheme({ publicUrl }: DoctorParts): Outcome[] {
  const { protocol, hostname, host } = new URL(publicUrl);
  if (protocol === "https:" || LOCAL.test(hostname)) return [];
  const caddy = { label: "Caddyfile", text: `${hostname} {\n  reverse_proxy localhost:3000\n}` };
  const fix = [...environmentFix(`PUBLIC_URL=https://${host}`, "TRUST_PROXY=1"), caddy];
  return [finding("public-url-plain-http", { detail: `PUBLIC_URL is ${publicUrl}.`, fix })];
}

async function explain(parts: DoctorParts, answer: Answer): Promise<Outcome[]> {
  const { publicUrl } = parts;
  if (isFailure(answer)) {
    const isOfName = answer.failure === "ENOTFOUND" || isTlsFailure(answer);
    if (!isOfName && !(await runsHere(parts))) return [notRunning()];
    const { dataDir } = parts.config.server;
    const fix = unreachableFix(answer, { setting: "PUBLIC_URL", url: publicUrl, dataDir });
    return [finding("public-url-unreachable", { detail: `${publicUrl}: ${answer.reason}.`, fix })];
  }
  const { status, headers } = answer;
  if (GATEWAY_FAULTS.includes(status)) {
    return (await runsHere(parts)) ? [unreachable(parts, `the proxy responded with ${status}`)] : [notRunning()];
  }
  const location = headers.get("location");
  if (status >= 300 && status < 400 && location !== null) {
    const { origin } = new URL(location, publicUrl);
    const detail = `${publicUrl} redirects to ${origin}.`;
    return [finding("public-url-redirects", { detail, fix: environmentFix(`PUBLIC_URL=${origin}`) })];
  }
  const detail = `${publicUrl} responded with status ${status}, and without the proof of this service.`;
  const fix = [
    ...environmentFix("PUBLIC_URL=https://the-host-of-this-service"),
    ...stepFix("Give all replicas and the doctor the same AUTH_SECRET."),
  ];
  return [finding("public-url-other", { detail, fix })];
}

function unreachable({ publicUrl }: DoctorParts, reason: string): Outcome {
  const fix = [
    ...commandFix(`curl -v ${publicUrl}/healthz`),
    ...environmentFix("PUBLIC_URL=https://the-host-of-this-service"),
  ];
  return finding("public-url-unreachable", { detail: `${publicUrl}: ${reason}.`, fix });
}

function notRunning(): Outcome {
  return unchecked("PUBLIC_URL and its proxy", "the service does not run: start it, and run the doctor again");
}

/** Whether the service listens on this machine. */
async function runsHere({ config, requests }: DoctorParts): Promise<boolean> {
  const { host, port } = config.server;
  if (port === 0) return false;
  const shown = ANY_HOSTS.has(host) ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  const answer = await requests.send(`http://${shown}:${port}/healthz`);
  return !isFailure(answer) && answer.status === 200;
}

function judgeLarge(echoed: Echoed): Outcome[] {
  if ("echo" in echoed) return [];
  const { answer } = echoed;
  const said = isFailure(answer) ? answer.reason : `status ${answer.status}`;
  const detail = `A body of ${LARGE_BYTES / 2 ** 20} MiB got: ${said}.`;
  const nginx = { label: "nginx", text: "client_max_body_size 0;" };
  return [
    finding("proxy-body-limit", {
      detail,
      fix: [nginx, ...stepFix("Other proxies: remove the limit on request bodies. The service has its own.")],
    }),
  ];
}

/** A busy machine can delay the first of two pieces, so only a fault in two measurements counts. */
async function measureTwice(measure: () => Promise<Outcome[]>): Promise<Outcome[]> {
  return (await measure()).length === 0 ? [] : measure();
}

function judgeSlow(echoed: Echoed): Outcome[] {
  if (!("echo" in echoed) || !isCollected(echoed.echo)) return [];
  const detail = `Two parts that were sent 800 ms apart arrived within ${echoed.echo.bodyMs} ms.`;
  return [
    finding("proxy-buffers", {
      detail,
      fix: [{ label: "nginx", text: "proxy_request_buffering off;\nproxy_http_version 1.1;" }],
    }),
  ];
}

function judgeStream(echoed: Echoed): Outcome[] {
  if (!("echo" in echoed) || !isCollected(echoed.answer)) return [];
  const detail = `Two events that the service sent 800 ms apart arrived within ${echoed.answer.bodyMs} ms.`;
  const fix = [
    { label: "nginx", text: "proxy_buffering off;\nproxy_http_version 1.1;\ngzip off;" },
    ...stepFix("Other proxies: turn off the buffering and the compression of text/event-stream."),
  ];
  return [finding("proxy-buffers-events", { detail, fix })];
}

function judgeCredentials(echoed: Extract<Echoed, { echo: unknown }>): Outcome[] {
  const lost = lostCredentials(echoed);
  if (lost.length === 0) return [];
  const fix = [
    ...stepFix(
      "Let the proxy pass the headers Authorization and Cookie of requests, and Set-Cookie of responses, unchanged.",
    ),
    {
      label: "nginx",
      text: "proxy_set_header Authorization $http_authorization;\nproxy_set_header Cookie $http_cookie;",
    },
  ];
  return [finding("proxy-strips-credentials", { detail: `The proxy removed or changed ${lost.join(", ")}.`, fix })];
}

async function judgeMetrics({ publicUrl, requests, config }: DoctorParts): Promise<Outcome[]> {
  if (LOCAL.test(new URL(publicUrl).hostname) || config.metrics.port !== undefined) return [];
  const answer = await requests.send(`${publicUrl}/metrics`);
  if (isFailure(answer) || answer.status !== 200 || !answer.text.includes("# HELP")) return [];
  const token = environmentFix("METRICS_TOKEN=$(openssl rand -hex 16)");
  const port = { label: "or a port that no proxy publishes", text: "METRICS_PORT=9464" };
  return [
    finding("metrics-public", { detail: `${publicUrl}/metrics responded without a token.`, fix: [...token, port] }),
  ];
}
