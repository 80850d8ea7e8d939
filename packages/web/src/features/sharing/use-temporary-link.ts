import { useMutation } from "@tanstack/react-query";
import type { FileUrl } from "@valetkey/client";
import { type RefObject, useEffect, useState } from "react";
import { client } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { copyField, copyText } from "./copy-text.ts";

/** A link and when it was answered, on the clock that only runs forward and on the one that runs while a machine sleeps. */
type Link = FileUrl & { steadyMs: number; wallMs: number };

/** copied: it is on the clipboard · selected: the browser let no page copy, the text is selected for it. */
export type Copied = "copied" | "selected";

type Options = {
  attachmentId: string;
  /** Where the link's text stands. */
  fieldRef: RefObject<HTMLInputElement | null>;
};

/** Makes links to a file and copies them. */
export function useTemporaryLink({ attachmentId, fieldRef }: Options) {
  const [copied, setCopied] = useState<Copied>();
  const [byField, setByField] = useState<string>();
  const make = useMutation({
    async mutationFn(expiresIn: number): Promise<Link> {
      const link = await client.urlFor(attachmentId, { expiresIn, disposition: "attachment" });
      return { ...link, steadyMs: performance.now(), wallMs: Date.now() };
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.activity }),
  });
  // The text can be selected only once it is on the page.
  useEffect(() => {
    if (byField === undefined || fieldRef.current === null) return;
    setCopied(copyField(fieldRef.current) ? "copied" : "selected");
    setByField(undefined);
  }, [byField, fieldRef]);

  async function copy(text: Promise<string>): Promise<void> {
    setCopied(undefined);
    if (await copyText(text)) return setCopied("copied");
    // A link that could not be made is told by `make`.
    setByField(await text.catch(() => undefined));
  }
  return {
    link: make.data,
    error: make.error,
    isPending: make.isPending,
    copied,
    /** `expiresIn` in seconds. */
    makeAndCopy: (expiresIn: number) => copy(make.mutateAsync(expiresIn).then(({ fileUrl }) => fileUrl)),
    /** Forgets the link, to make another one; it goes on living. */
    reset: make.reset,
    copyAgain: (link: Link) => copy(Promise.resolve(link.fileUrl)),
  };
}

/**
 * How long a link still lives, in seconds, again each second; 0: it is over. Counted from the answer and not by the instant in it, as the
 * clock of this machine may be wrong; of what has passed, the longer of two measures counts, as one of them may stop while a machine sleeps.
 */
export function useSecondsLeft(link: Link | undefined): number {
  const [, setTicks] = useState(0);
  const left = link === undefined ? 0 : secondsLeft(link);
  useEffect(() => {
    if (link === undefined) return;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      setTicks((ticks) => ticks + 1);
      const rest = secondsLeft(link);
      if (rest > 0) timer = setTimeout(tick, (rest % 1) * 1000 + 1);
    };
    tick();
    return () => clearTimeout(timer);
  }, [link]);
  return left;
}

function secondsLeft({ expiresIn, steadyMs, wallMs }: Link): number {
  const passedMs = Math.max(performance.now() - steadyMs, Date.now() - wallMs);
  return Math.max(0, expiresIn - passedMs / 1000);
}
