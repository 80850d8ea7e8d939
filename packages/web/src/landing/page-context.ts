import { type ClaimBody, type LinkCalls, type PublicLink, ValetKeyError } from "@valetkey/client";

/** The functions of the page that its views use. */
export type Page = LinkWatch & {
  token: string;
  visit: Visit;
  /** The code in the URL of a mail. Undefined: the visitor opened the URL without a code. */
  receiverCode: string | undefined;
  /** Loads the link again, and shows its current state. */
  reload(): Promise<void>;
  /**
   * Shows the view for ended links if the error says that the link has ended. If the visitor must enter the password or confirm the email
   * address again, shows the form for this step. Returns whether one of these views is shown.
   */
  showIfClosed(error: unknown): boolean;
  /** Makes screen readers read a text. */
  announce(text: string): void;
};

export type Visit = LinkCalls;
export type Wanted = ClaimBody;

export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}

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
