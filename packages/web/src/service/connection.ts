import { atom, computed } from "nanostores";

export type Connection = "online" | "offline" | "down";

/** The minimum time in milliseconds between two reloads of the data. */
const RELOAD_MS = 30_000;

/** Returns whether no response arrived, or the response says that the service is down. A proxy can respond with 502 or 504. */
export const isOutage = (status: number | undefined): boolean =>
  status === undefined || status === 502 || status === 503 || status === 504;

/** Tracks whether the browser has a network, and whether the service responds. */
export function createConnection(isOnline: boolean) {
  const $isOnline = atom(isOnline);
  const $isDown = atom(false);
  const $state = computed([$isOnline, $isDown], (online, down): Connection => {
    if (!online) return "offline";
    return down ? "down" : "online";
  });
  return {
    $state,
    setOnline: (online: boolean) => $isOnline.set(online),
    /** `status` is undefined if no response arrived. */
    report: (status: number | undefined) => $isDown.set(isOutage(status)),
  };
}

/**
 * Runs `reload` when the browser has a network again, or when the service responds again, but at most once in RELOAD_MS. If only one route
 * fails, each request to this route looks like a new outage.
 */
export function onRecovery({ $state }: Pick<ReturnType<typeof createConnection>, "$state">, reload: () => void): void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let nextAt = 0;
  $state.listen((now, before) => {
    if (before === "online" || now !== "online" || waiting !== undefined) return;
    waiting = setTimeout(() => {
      waiting = undefined;
      nextAt = Date.now() + RELOAD_MS;
      reload();
    }, nextAt - Date.now());
  });
}
