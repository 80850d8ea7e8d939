import type { PublicLink } from "@valetkey/client";

/** How often a visible page checks whether its link still works. Milliseconds. */
const INTERVAL_MS = 60_000;

/** The kind of view on the page. A different response of the service causes a different kind of view. */
export type Shown = "nothing" | "open" | "password" | "email" | "ended";

type WatchOptions = {
  look: () => Promise<PublicLink>;
  shown: () => Shown;
  onChange: (link: PublicLink) => void;
  onError: (error: unknown) => void;
};

export type LinkWatch = {
  /** Checks with the service whether the link still works. Does nothing while the page is busy. */
  check(): Promise<void>;
  /** Marks the page as busy until `work` has ended. */
  whileBusy<T>(work: Promise<T>): Promise<T>;
};

/** Notices while the page is open that the link has ended, or that it is locked or unlocked. */
export function watchLink({ look, shown, onChange, onError }: WatchOptions): LinkWatch {
  let busy = 0;
  let isDue = false;

  async function check(): Promise<void> {
    isDue = busy > 0;
    if (isDue || shown() === "nothing" || shown() === "ended") return;
    try {
      const link = await look();
      isDue = busy > 0;
      if (!isDue && shownFor(link) !== shown()) onChange(link);
    } catch (error) {
      onError(error);
    }
  }

  const checkIfVisible = () => void (document.visibilityState === "visible" && check());
  document.addEventListener("visibilitychange", checkIfVisible);
  setInterval(checkIfVisible, INTERVAL_MS);
  return {
    check,
    async whileBusy(work) {
      busy += 1;
      try {
        return await work;
      } finally {
        busy -= 1;
        if (isDue) void check();
      }
    },
  };
}

export function shownFor(link: PublicLink): Shown {
  return link.state === "open" ? "open" : link.by;
}
