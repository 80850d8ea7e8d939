import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { type Config, loadConfig } from "../platform/config/index.ts";
import { createLogger, type Service, startService } from "../wiring/service.ts";
import { reportListening, runWorkers } from "./run-workers.ts";

const SAME_SIGNAL_MS = 1_000;

/** `valetkey start` runs the service until SIGTERM or SIGINT. */
export function startCommand(): Command {
  return new Command("start").description("run the service (the default)").action(start);
}

async function start(): Promise<void> {
  const { config, warnings } = loadConfig();
  const logger = createLogger(config);
  if (cluster.isPrimary) {
    for (const warning of warnings) process.stderr.write(`Note: ${warning}\n`);
    if (config.server.workers > 1) process.exit(await runWorkers(config, { logger }));
  }
  // If the start fails, this process must be able to exit. So the channel to the primary process must not keep this process alive.
  process.channel?.unref();
  const service = await startService(config, { logger, warnings });
  // Listens for signals before it prints the banner. A supervisor that reads the banner may send a signal immediately.
  const stopped = nextSignal();
  // Prints the banner on standard error, because standard output contains only the log, with one JSON line for each event.
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
 * Lets a second signal end the process immediately. Ignores a second signal within a second, because one Ctrl-C reaches the service twice,
 * directly and through npm.
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
  return [
    `Valet Key listens on ${service.url}`,
    `Data: ${server.dataDir} (database: ${databaseIs}; bucket: ${bucketIs})`,
    `Next: ${next(service, config)}`,
  ].join("\n");
}

function next({ url, hasWebApp, hasOpenSignUp }: Service, { auth }: Config): string {
  const needsAccounts = !hasOpenSignUp && auth.oidc === undefined;
  const accounts = needsAccounts ? "sign-up is not open, accounts: npx valetkey user add, " : "";
  if (hasWebApp) return `open ${url} in a browser (${accounts}the API: ${url}/docs, npx valetkey token create)`;
  return `npm run build, then start again, for the web app (the API is there: ${url}/docs, npx valetkey user add, npx valetkey token create)`;
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
}
