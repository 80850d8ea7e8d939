import type { Worker } from "node:cluster";
import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import type { Logger } from "pino";
import { type Config, loadConfig } from "../platform/config/index.ts";
import { isLocalHost } from "../platform/config/reader.ts";
import { freePort } from "../wiring/free-port.ts";
import type { Service } from "../wiring/service.ts";

const SAME_SIGNAL_MS = 1_000;

/** `valetkey start` runs the service until SIGTERM or SIGINT. */
export function startCommand(): Command {
  return new Command("start").description("run the service (the default)").action(start);
}

async function start(): Promise<void> {
  const { config, warnings } = loadConfig();
  // The other commands do not need the code of the HTTP service, which takes long to load.
  const { createLogger, startService } = await import("../wiring/service.ts");
  const logger = createLogger(config);
  if (cluster.isPrimary) {
    for (const warning of warnings) process.stderr.write(`Note: ${warning}\n`);
    if (config.server.workers > 1) process.exit(await runWorkers(config, { logger }));
  }
  // The channel to the primary process must not keep a worker process alive if the start fails.
  process.channel?.unref();
  const service = await startService(config, { logger, warnings });
  // The service listens for signals before it prints the banner, because a supervisor that reads the banner may immediately send a signal.
  const stopped = nextSignal();
  // The banner is on standard error, because standard output contains only the log, with one JSON line for each event.
  if (cluster.isPrimary) process.stderr.write(`${banner(config, service)}\n`);
  else reportListening(banner(config, service));
  const signal = await stopped;
  exitAtSecondSignal();
  const { drainSeconds, shutdownSeconds } = config.server;
  service.drain();
  // After Ctrl-C (SIGINT), a person waits at a terminal, so the service stops without draining.
  if (drainSeconds > 0 && signal === "SIGTERM") {
    logger.info({ signal, drainSeconds }, "draining: everything is served, and /readyz returns 503");
    await sleep(drainSeconds * 1000);
  }
  logger.info({ signal }, "finishing what is in flight, then stopping");
  await service.close({ withinMs: (shutdownSeconds - drainSeconds) * 1000 });
  process.exit(0);
}

/**
 * After this call, a second signal ends the process immediately. A second signal within one second is ignored, because one Ctrl-C reaches
 * the service twice, directly and through npm.
 */
function exitAtSecondSignal(): void {
  const since = performance.now();
  const onSignal = () => {
    if (performance.now() - since > SAME_SIGNAL_MS) process.exit(1);
  };
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, onSignal);
}

function banner(config: Config, service: Service): string {
  const { bucket, database, server } = config;
  const bucketIs =
    bucket.kind === "embedded" ? `built-in, ${service.bucketUrl}` : `${bucket.name} at ${service.bucketUrl}`;
  const databaseIs = database.kind === "sqlite" ? database.file : "PostgreSQL";
  // For another HOST, a note about the settings has already been printed.
  const isOnlyHere = isLocalHost(server.host) && isLocalHost(new URL(service.url).hostname);
  return [
    `Valet Key listens on ${service.url}`,
    `Data: ${server.dataDir} (database: ${databaseIs}; bucket: ${bucketIs})`,
    `Next: ${next(service, config)}`,
    ...(isOnlyHere ? [`Note: ${ONLY_HERE}`] : []),
  ].join("\n");
}

const ONLY_HERE =
  "only this computer can open the links. For others, set HOST to its IP address in the network, or PUBLIC_URL in a container or behind a proxy (docs/deploy.md)";

function next({ url, hasWebApp, hasOpenSignUp }: Service, { auth }: Config): string {
  const needsAccounts = !hasOpenSignUp && auth.oidc === undefined;
  const accounts = needsAccounts ? "sign-up is not open, accounts: npx valetkey user add, " : "";
  if (hasWebApp)
    return `open ${url} in a browser (${accounts}the API: ${url}/docs, npx valetkey token create --email YOU)`;
  return `npm run build, then start again, for the web app (the API is there: ${url}/docs, npx valetkey user add, npx valetkey token create --email YOU)`;
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
}

/** The pause before a worker restarts. Without this pause, the primary process would restart a failing worker in an endless loop. */
const RESTART_AFTER_MS = 1_000;

/** The message of a worker to the primary process when the worker starts to serve requests. */
type Listening = { banner: string };

function reportListening(banner: string): void {
  process.send?.({ banner } satisfies Listening);
}

/**
 * Runs `config.server.workers` processes until SIGTERM or SIGINT. All processes share the port of the service.
 *
 * The first worker starts alone, because it migrates the database. If the first worker cannot start, no other worker starts. A worker that
 * ends later is restarted. Resolves with the exit code of the command.
 */
async function runWorkers({ server, metrics }: Config, { logger }: { logger: Logger }): Promise<number> {
  const port = server.port === 0 ? await freePort(server.host) : server.port;
  let isStopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      isStopping = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
    });
  }

  function fork(index: number): RunningWorker {
    // Prometheus must read the metrics of each process separately, so each process has its own port for metrics.
    const metricsPort = metrics.port === undefined ? {} : { METRICS_PORT: String(metrics.port + index) };
    return watch(cluster.fork({ PORT: String(port), ...metricsPort }));
  }

  /** Restarts a worker each time it ends, until the service stops. Resolves with the exit code of the last process. */
  async function keep(index: number, first: RunningWorker): Promise<number> {
    for (let worker = first; ; worker = fork(index)) {
      const code = await worker.ended;
      if (isStopping) return code;
      logger.error({ workerPid: worker.pid, code }, "a worker has ended and is started again");
      await sleep(RESTART_AFTER_MS);
      if (isStopping) return code;
    }
  }

  const first = fork(0);
  const started = await Promise.race([first.listening, first.ended]);
  if (typeof started === "number") return started;
  const others = Array.from({ length: server.workers - 1 }, (_, n) => n + 1);
  const exits = [keep(0, first), ...(isStopping ? [] : others.map((index) => keep(index, fork(index))))];
  process.stderr.write(`${started.banner}\n`);
  return Math.max(...(await Promise.all(exits)));
}

/** `ended` resolves with the exit code, or with 1 if a signal ended the worker. */
type RunningWorker = { pid: number | undefined; listening: Promise<Listening>; ended: Promise<number> };

function watch(worker: Worker): RunningWorker {
  return {
    pid: worker.process.pid,
    listening: new Promise((resolve) => worker.once("message", resolve)),
    ended: new Promise((resolve) => worker.once("exit", (code: number | null) => resolve(code ?? 1))),
  };
}
