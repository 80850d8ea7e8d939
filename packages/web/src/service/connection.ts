import { atom, computed } from "nanostores";

export type Connection = "online" | "offline" | "down";

/** Follows the browser's network, and the responses of the service. */
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
    /** `status` is undefined if no response arrived. A proxy responds with 502 or 504 while the service is down, and the service with 503. */
    report: (status: number | undefined) =>
      $isDown.set(status === undefined || status === 502 || status === 503 || status === 504),
  };
}
