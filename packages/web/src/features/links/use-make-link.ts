import type { CreateLinkBody, Link } from "@valetkey/client";
import { useState } from "react";
import { copyText } from "../../service/clipboard.ts";
import { useCreateLink } from "./change-links.ts";
import type { LinkSubject } from "./links-query.ts";

/** A link that was just made. `isCopied`: whether its URL is on the clipboard. */
export type MadeLink = { link: Link; isCopied: boolean };

/** Makes a link and copies its URL. Call `make` directly in the click handler, because some browsers allow a copy only there. */
export function useMakeLink(subject: LinkSubject) {
  const create = useCreateLink(subject);
  const [made, setMade] = useState<MadeLink>();
  return {
    made,
    isPending: create.isPending,
    error: create.error,
    reset: () => create.reset(),
    /** Forgets which link was just made. The link stays in the list. */
    forget: () => setMade(undefined),
    async make(body: CreateLinkBody): Promise<boolean> {
      const link = create.mutateAsync(body);
      const isCopied = await copyText(link.then(({ url }) => url));
      // The mutation already reports its failure.
      const ready = await link.catch(() => undefined);
      if (ready !== undefined) setMade({ link: ready, isCopied });
      return ready !== undefined;
    },
  };
}
