import { useMutation } from "@tanstack/react-query";
import type { FileUrl } from "@valetkey/client";
import { useEffect, useState } from "react";
import { client } from "../../service/client.ts";
import { copyText } from "../../service/clipboard.ts";
import { keys, queryClient } from "../../service/queries.ts";

/** A link and when it was answered, on the clock that only runs forward and on the one that runs while a machine sleeps. */
type Link = FileUrl & { steadyMs: number; wallMs: number };

/** Makes links to a file and copies them. */
export function useTemporaryLink(attachmentId: string) {
  // Not the mutation's data, which is gone as soon as another link is asked for.
  const [link, setLink] = useState<Link>();
  /** Undefined: not yet. */
  const [isCopied, setCopied] = useState<boolean>();
  const [isAgain, setAgain] = useState(false);
  const make = useMutation({
    async mutationFn(expiresIn: number): Promise<Link> {
      const link = await client.urlFor(attachmentId, { expiresIn, disposition: "attachment" });
      return { ...link, steadyMs: performance.now(), wallMs: Date.now() };
    },
    onSuccess: setLink,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.activity }),
  });

  async function copy(text: string | Promise<string>): Promise<void> {
    setCopied(undefined);
    setCopied(await copyText(text));
  }
  return {
    link,
    error: make.error,
    isPending: make.isPending,
    isCopied,
    /** It was there already when it was copied last. */
    isAgain,
    /** `expiresIn` in seconds. */
    makeAndCopy(expiresIn: number) {
      setAgain(false);
      return copy(make.mutateAsync(expiresIn).then(({ fileUrl }) => fileUrl));
    },
    copyAgain(made: Link) {
      setAgain(true);
      return copy(made.fileUrl);
    },
    /** Forgets the link, to make another one; it goes on living. */
    reset: () => setLink(undefined),
  };
}

/**
 * How long a link still lives, in seconds, again each second; 0: it is over. Counted from the answer and not by the instant in it, as the
 * clock of this machine may be wrong; of what has passed, the longer of two measures counts, as one of them may stop while a machine sleeps.
 */
export function useSecondsLeft(link: Link | undefined): number {
  const [, setTicks] = useState(0);
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
  return link === undefined ? 0 : secondsLeft(link);
}

function secondsLeft({ expiresIn, steadyMs, wallMs }: Link): number {
  const passedMs = Math.max(performance.now() - steadyMs, Date.now() - wallMs);
  return Math.max(0, expiresIn - passedMs / 1000);
}
