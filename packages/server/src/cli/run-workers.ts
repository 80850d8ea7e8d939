import cluster, { type Worker } from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Config } from "../platform/config/index.ts";
import { freePort } from "../wiring/free-port.ts";

/**
 * The pause before a worker that has ended is started again. Without the pause, a worker that can't start would be restarted immediately
 * each time. Milliseconds.
 */
const RESTART_AFTER_MS = 1_000;

/** A worker sends this message to the primary process when it starts to serve requests. */
type Listening = { banner: string };

/** Notifies the primary process that this worker serves requests. */
export function reportListening(banner: string): void {
  process.send?.({ banner } satisfies Listening);
}

/**
 * Runs `config.server.workers` processes until SIGTERM or SIGINT. All processes share the port of the service.
 *
 * The first worker starts alone, because it migrates the database. If the first worker can't start, the function starts no other worker. If
 * a worker ends later, the function starts it again. Resolves with the exit code of the command.
 */
export async function runWorkers({ server, metrics }: Config, { logger }: { logger: Logger }): Promise<number> {
  const port = server.port === 0 ? await freePort(server.host) : server.port;
  let isStopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      isStopping = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
    });
  }

  function fork(index: number): RunningWorker {
    // Prometheus must read the metrics of each process separately, so each process gets its own port for metrics.
    const metricsPort = metrics.port === undefined ? {} : { METRICS_PORT: String(metrics.port + index) };
    return watch(cluster.fork({ PORT: String(port), ...metricsPort }));
  }

  /** Starts the worker again each time it ends, until the service stops. Resolves with the exit code of the last process. */
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
