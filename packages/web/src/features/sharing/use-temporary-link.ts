import { useMutation } from "@tanstack/react-query";
import type { FileUrl } from "@valetkey/client";
import { useEffect, useState } from "react";
import { client } from "../../service/client.ts";
import { copyText } from "../../service/clipboard.ts";
import { keys, queryClient } from "../../service/queries.ts";

/** A link, and the time of its response on two clocks. */
type Link = FileUrl & { steadyMs: number; wallMs: number };

export function useTemporaryLink(attachmentId: string) {
  // Outlives the data of the mutation, which disappears with the next request.
  const [link, setLink] = useState<Link>();
  /** Undefined: not copied yet. */
  const [isCopied, setCopied] = useState<boolean>();
  const [isAgain, setAgain] = useState(false);
  const make = useMutation({
    async mutationFn(expiresIn: number): Promise<Link> {
      const link = await client.urlFor(attachmentId, { expiresIn, disposition: "attachment", purpose: "copy" });
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
    /** Whether the last copy was of an existing link. */
    isAgain,
    /** @param expiresIn The lifetime in seconds. */
    makeAndCopy(expiresIn: number) {
      setAgain(false);
      return copy(make.mutateAsync(expiresIn).then(({ fileUrl }) => fileUrl));
    },
    copyAgain(made: Link) {
      setAgain(true);
      return copy(made.fileUrl);
    },
    /** Forgets the link, to create another one. The link stays valid. */
    reset: () => setLink(undefined),
  };
}

/** Returns the remaining lifetime of a link in seconds, every second. 0: expired. */
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

/** Uses the clock that advanced more: the system clock may be wrong, and `performance.now()` may stop during sleep. */
function secondsLeft({ expiresIn, steadyMs, wallMs }: Link): number {
  const passedMs = Math.max(performance.now() - steadyMs, Date.now() - wallMs);
  return Math.max(0, expiresIn - passedMs / 1000);
}
