import { readAddress } from "../../../platform/http/client-address.ts";
import { type Echo, type Echoed, FORGED_IP, isCollected, lostCredentials, sendEcho } from "../echo.ts";
import { commandFix, environmentFix, fault, findingOf, type Outcome, stepFix, unchecked } from "../finding.ts";
import type { Check, DoctorParts } from "../parts.ts";
import { type Answer, isFailure, isLocal, isTlsFailure, unreachableFix } from "../requests.ts";

/** Faults of PUBLIC_URL, and of the proxies between browsers and the service. */
export const publicUrlFaults = {
  "public-url-unreachable": fault.error(
    "Links and sign-ins do not work: PUBLIC_URL does not respond",
    "Links and sign-ins lead there.",
  ),
  "public-url-other": fault.error(
    "Links and sign-ins do not work: another server responds at PUBLIC_URL",
    "Links and sign-ins lead to a server that is not this service, or has another AUTH_SECRET.",
  ),
  "public-url-redirects": fault.error(
    "People can't sign in: PUBLIC_URL redirects elsewhere",
    "Browsers end at another origin. The service then refuses sign-ins and writes from its own pages.",
  ),
  "public-url-plain-http": fault.warning(
    "Others on the network can read passwords: PUBLIC_URL uses http",
    "Passwords, sessions and URLs cross the network in clear text.",
  ),
  "forwarded-for-missing": fault.error(
    "Nothing limits guessed passwords: the proxy does not add client IP addresses",
    "The service takes the IP address of the proxy, or one that the client wrote. Limits then protect nobody.",
  ),
  "trust-proxy-too-large": fault.error(
    "Nothing limits guessed passwords: TRUST_PROXY trusts more proxies than there are",
    "Anyone can forge an IP address, and evade the limits on passwords and links.",
  ),
  "trust-proxy-too-small": fault.warning(
    "One attacker can block all sign-ins: TRUST_PROXY trusts too few proxies",
    "All clients share the IP address of a proxy, so one guesser blocks the sign-ins of all.",
  ),
  "client-address-invalid": fault.error(
    "One attacker can block all sign-ins: the proxy sends no valid IP address",
    "The service takes the IP address of the proxy, so one guesser blocks the sign-ins of all.",
  ),
  "proxy-body-limit": fault.warning(
    "Long notes can't be saved: the proxy refuses larger request bodies",
    "Long notes, and files that programs send through the service, fail.",
  ),
  "proxy-buffers": fault.warning(
    "Uploads by programs are slow: the proxy buffers request bodies",
    "Each file that a program sends through the service is first written to the disk of the proxy.",
  ),
  "proxy-buffers-events": fault.warning(
    "Changes of other people appear late: the proxy buffers event streams",
    "Pages show the changes of other people late, or only after a reload.",
  ),
  "proxy-strips-credentials": fault.error(
    "People or programs can't sign in: the proxy removes headers with credentials",
    "People can't sign in, or programs can't use their tokens.",
  ),
  "metrics-public": fault.warning(
    "Strangers can see how busy the service is: anyone can read the metrics",
    "/metrics shows how much the service is used.",
  ),
};

const finding = findingOf(publicUrlFaults);

const LARGE_BYTES = 16 * 2 ** 20;
const ANY_HOSTS = new Set(["0.0.0.0", "::"]);
const GATEWAY_FAULTS = [502, 503, 504];

/** Calls the running service through PUBLIC_URL, and compares the sent request with the request that the service received. */
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
  if (protocol === "https:" || isLocal(publicUrl)) return [];
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

/** Returns whether the service listens on the machine of the doctor. */
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

/** Measures again after a fault, because a busy machine can delay the first of two pieces. Only a fault in both measurements counts. */
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
  if (isLocal(publicUrl) || config.metrics.port !== undefined) return [];
  const answer = await requests.send(`${publicUrl}/metrics`);
  if (isFailure(answer) || answer.status !== 200 || !answer.text.includes("# HELP")) return [];
  const token = environmentFix("METRICS_TOKEN=$(openssl rand -hex 16)");
  const port = { label: "environment of the service, for a port that no proxy publishes", text: "METRICS_PORT=9464" };
  return [
    finding("metrics-public", { detail: `${publicUrl}/metrics responded without a token.`, fix: [...token, port] }),
  ];
}

/**
 * Compares the number of proxies that the service trusts with the number of IP addresses that the proxies added to `X-Forwarded-For`. The
 * doctor has sent a forged IP address in this header, so all entries after it are from proxies.
 */
function judgeClient({ config }: Pick<DoctorParts, "config">, echo: Echo): Outcome[] {
  const { trustProxy } = config.server;
  const chain = echo.forwardedFor
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  // The IP addresses that the proxies added, in the order from the client to the service. If a careful proxy has removed the client's
  // `X-Forwarded-For`, all entries are from proxies.
  const added = chain.slice(chain.indexOf(FORGED_IP) + 1);
  const detail = `X-Forwarded-For was "${echo.forwardedFor}", and the service took ${echo.ip}.`;
  if (added.length === 0) return trustProxy === false ? [] : [missing(detail)];
  const fix = environmentFix(`TRUST_PROXY=${added.length}`);
  if (echo.trustedHops < added.length) return [finding("trust-proxy-too-small", { detail, fix })];
  if (echo.trustedHops === added.length) return readAddress(added[0] ?? "") === undefined ? [invalid(detail)] : [];
  // A list of IP addresses in TRUST_PROXY may contain the machine of the doctor, which then also counts as a proxy.
  if (Array.isArray(trustProxy)) return [unchecked("TRUST_PROXY", "this machine has one of its addresses")];
  return [finding("trust-proxy-too-large", { detail, fix })];
}

function missing(detail: string): Outcome {
  const nginx = { label: "nginx", text: "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" };
  const step = stepFix("Without a proxy, remove TRUST_PROXY.");
  return finding("forwarded-for-missing", { detail, fix: [nginx, ...step] });
}

function invalid(detail: string): Outcome {
  const nginx = { label: "nginx", text: "proxy_set_header X-Forwarded-For $remote_addr;" };
  const step = stepFix("Make the first proxy write the IP address of the client. A port may follow.");
  return finding("client-address-invalid", { detail, fix: [nginx, ...step] });
}
