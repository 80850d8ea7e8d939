import { LOCAL_HOSTS } from "./public-url.ts";
import type { ConfigReader } from "./reader.ts";
import type { ServerConfig } from "./types.ts";

/** Long enough for a load balancer that polls /readyz every second, and stops sending requests after three failed polls. */
const DEFAULT_DRAIN_SECONDS = 5;
/** By default, service managers such as Kubernetes kill a process after 30 seconds. */
const DEFAULT_SHUTDOWN_SECONDS = 30;
const MAX_SHUTDOWN_SECONDS = 3_600;

export function readShutdown(
  reader: ConfigReader,
  { host, publicUrl }: { host: string; publicUrl: string | undefined },
): Pick<ServerConfig, "drainSeconds" | "shutdownSeconds"> {
  // A service that only this machine can reach has no load balancer, so the shutdown need not wait for one.
  const isLocal = LOCAL_HOSTS.has(host) && LOCAL_HOSTS.has(URL.parse(publicUrl ?? "http://localhost")?.hostname ?? "");
  const of = { unit: "seconds", max: MAX_SHUTDOWN_SECONDS };
  const drainSeconds = reader.integer("DRAIN_SECONDS", {
    ...of,
    min: 0,
    fallback: isLocal ? 0 : DEFAULT_DRAIN_SECONDS,
  });
  const shutdownSeconds = reader.integer("SHUTDOWN_SECONDS", { ...of, min: 1, fallback: DEFAULT_SHUTDOWN_SECONDS });
  if (shutdownSeconds <= drainSeconds) {
    reader.fault(
      "SHUTDOWN_SECONDS",
      `is ${shutdownSeconds}, not more than DRAIN_SECONDS (${drainSeconds})`,
      "Raise SHUTDOWN_SECONDS or lower DRAIN_SECONDS, so that running requests have time to finish.",
    );
  }
  return { drainSeconds, shutdownSeconds };
}
