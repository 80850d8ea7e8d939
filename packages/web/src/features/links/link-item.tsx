import { useQuery } from "@tanstack/react-query";
import type { Link } from "@valetkey/client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Folded } from "../../components/folded.tsx";
import { useFocusBack } from "../../components/hooks.ts";
import { earliestServiceNow } from "../../service/client.ts";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { instanceQuery } from "../../service/queries.ts";
import { showProblem } from "../../service/toasts.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { canRepeat, nameOfLink } from "./describe-link.tsx";
import { EndedLink, type EndedLinkProps } from "./ended-link.tsx";
import { LinkTicket } from "./link-ticket.tsx";
import { useUpdateLink } from "./links-query.ts";
import { openVisitorView } from "./visitor-view.ts";

const words = linkTexts.form;
// The page with all links loads the form on demand, to keep the first load small (e2e/src/web/performance.test.ts).
const loadForm = () => importWithRetry(() => import("./link-form.tsx"));

type LinkItemProps = {
  link: Link;
  place?: ReactNode;
  on?: "surface" | "canvas";
  created?: { isCopied: boolean; hasCode: boolean } | undefined;
  /** Given for a link that has ended, which is a row instead of a ticket. */
  ended?: Pick<EndedLinkProps, "isFresh" | "onAgain">;
};

/** A link in a list. The form that edits it replaces the content of the dialog, or opens a dialog. */
export function LinkItem({ link, place, ended, ...ticket }: LinkItemProps) {
  const update = useUpdateLink(link);
  const [isEdited, setEdited] = useState(false);
  const { data: code, error } = useCode("link form", loadForm, { isNeeded: isEdited });
  useEffect(() => {
    if (error === null) return;
    showProblem(error);
    setEdited(false);
  }, [error]);
  const button = useRef<HTMLButtonElement>(null);
  useFocusBack(button, isEdited);
  const onEdit = () => setEdited(true);
  function close(): void {
    setEdited(false);
    update.reset();
  }
  return (
    <li>
      {ended === undefined ? (
        <LinkTicket
          {...ticket}
          link={link}
          place={place}
          moreButton={button}
          onEdit={onEdit}
          onVisit={() => void openVisitorView(link).catch(showProblem)}
        />
      ) : (
        <EndedLink {...ended} link={link} place={place} editButton={button} onEdit={onEdit} />
      )}
      {isEdited && code !== undefined && (
        <code.LinkForm
          title={words.editTitle(nameOfLink(link))}
          kind={link.kind}
          subject={link.noteId}
          link={link}
          noteId={link.noteId}
          action={words.save}
          pendingAction={words.saving}
          isPending={update.isPending}
          error={update.error}
          onSubmit={(body, forget) =>
            update.mutate(body, {
              onSuccess() {
                forget();
                close();
              },
            })
          }
          onClose={close}
        />
      )}
    </li>
  );
}

type EndedLinksProps = {
  links: readonly Link[];
  /** Whether the service has more links than these, so that nobody knows how many have ended. */
  hasMore: boolean;
  place?: (link: Link) => ReactNode;
  onAgain: (ended: Link) => void;
};

/** Links that have ended, behind one line. The line opens when a link ends while the user sees it. */
export function EndedLinks({ links, hasMore, place, onAgain }: EndedLinksProps) {
  const [openedAt] = useState(earliestServiceNow);
  const isRecent = (instant: string | null) => instant !== null && Date.parse(instant) >= openedAt;
  const endOf = ({ state, revokedAt, expiresAt }: Link) => revokedAt ?? (state === "orphaned" ? null : expiresAt);
  const isOff = useQuery(instanceQuery).data?.limits.links.enabled === false;
  if (links.length === 0) return null;
  return (
    <Folded
      title={linkTexts.ended(hasMore ? undefined : links.length)}
      isOpen={links.some((link) => isRecent(endOf(link)))}
    >
      {!isOff && links.some(canRepeat) && <p className="text-pretty text-muted text-small">{linkTexts.againHint}</p>}
      <ul className="-mt-2 divide-y">
        {links.map((link) => (
          <LinkItem
            key={link.id}
            link={link}
            place={place?.(link)}
            ended={{ isFresh: isRecent(link.revokedAt), onAgain }}
          />
        ))}
      </ul>
    </Folded>
  );
}
