import { type ClaimBody, type LinkCalls, type PublicLink, ValetKeyError } from "@valetkey/client";

/** The functions that the page offers to its views. */
export type Page = LinkWatch & {
  token: string;
  visit: Visit;
  /** The code in the URL of a mail. Undefined if the URL has no code. */
  receiverCode: string | undefined;
  /** Loads the link again, and shows the current state of the link. */
  reload(): Promise<void>;
  /**
   * Shows the view of ended links if the error says that the link has ended. If the visitor must type the password or confirm the email
   * address again, shows the form for this step. Returns whether one of these views appeared.
   */
  showIfClosed(error: unknown): boolean;
  announce(text: string): void;
};

export type Visit = LinkCalls;
export type Wanted = ClaimBody;

export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}

/** The pause in milliseconds between two checks of whether the link still works. A hidden page sends no checks. */
const INTERVAL_MS = 60_000;

/** The kind of view on the page. The page changes its view only if the state of the link belongs to another kind. */
export type Shown = "nothing" | "open" | "password" | "email" | "ended";

type WatchOptions = {
  look: () => Promise<PublicLink>;
  shown: () => Shown;
  onChange: (link: PublicLink) => void;
  onError: (error: unknown) => void;
};

export type LinkWatch = {
  /** Asks the service whether the link still works. Does nothing while the page is busy. */
  check(): Promise<void>;
  /** Marks the page as busy until `work` has settled. */
  whileBusy<T>(work: Promise<T>): Promise<T>;
};

/** Notices that the link has ended, or that the link is locked or unlocked, while the page is open. */
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
