import { useQuery } from "@tanstack/react-query";
import type { FileRequest, Link, OpenedLink } from "@valetkey/client";
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { useFocusBack } from "../../components/hooks.ts";
import { Folded } from "../../components/page.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { earliestServiceNow } from "../../service/client.ts";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { instanceQuery, noteQuery, queryClient } from "../../service/queries.ts";
import { showProblem } from "../../service/toasts.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { canRepeat, describeEnd, LastUrl, LinkSummary, nameOfLink, useStateNow } from "./describe-link.tsx";
import { LinkTicket } from "./link-ticket.tsx";
import { useUpdateLink } from "./links-query.ts";

const words = linkTexts.form;
// The page of all links loads the form on demand, to keep the first load small (e2e/src/web/performance.test.ts).
const loadForm = () => importWithRetry(() => import("./link-form.tsx"));

type LinkItemProps = {
  link: Link;
  place?: ReactNode;
  on?: "surface" | "canvas";
  created?: { isCopied: boolean; hasCode: boolean } | undefined;
  /** Runs after the user has sent the link by mail. */
  onSent?: (() => void) | undefined;
  /** Defined if the link has ended. The link then has a grey ticket. */
  ended?: Pick<EndedLinkProps, "isFresh" | "onAgain">;
};

/** A link in a list. The edit form replaces the content of the surrounding dialog, or opens a dialog. */
export function LinkItem({ link, place, ended, ...ticket }: LinkItemProps) {
  const update = useUpdateLink(link);
  const [isEdited, setEdited] = useState(false);
  const { data: code } = useCode("link form", loadForm, { isNeeded: isEdited, onFail: () => setEdited(false) });
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
  /** Whether the service has more links than `links`. The page then cannot count the ended links. */
  hasMore: boolean;
  place?: (link: Link) => ReactNode;
  onAgain: (ended: Link) => void;
};

/** Shows ended links behind one line. The line opens when a link ends while the user watches. */
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
      <ul className="flex flex-col gap-3">
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

/**
 * Opens the landing page of a link as a visitor sees it, with data that the owner may read. The landing page does not open the link and
 * uses no claim, so no count changes (landing/visitor-view.ts).
 */
export async function openVisitorView(link: Link): Promise<void> {
  const { pathname } = new URL(link.url);
  const key = `valetkey.visitor-view ${pathname}`;
  const lock = link.hasPassword ? "password" : link.recipients == null ? undefined : "email";
  const opened = link.state === "live" ? await present(link) : undefined;
  sessionStorage.setItem(key, JSON.stringify({ link: opened, lock }));
  const url = `${pathname}#visitor-view`;
  // The new tab gets a copy of the session storage. If the browser opens no new tab, the landing page replaces the app in this tab.
  if (window.open(url) === null) location.assign(url);
  else sessionStorage.removeItem(key);
}

/** Returns the facts that the service would send to a visitor. */
async function present(link: Link): Promise<OpenedLink> {
  const { kind, label, message, createdBy, expiresAt, maxClaims, claims, files: chosen, request, showPreviews } = link;
  const note = await queryClient.fetchQuery(noteQuery(link.noteId));
  const files = note.attachments.filter(
    ({ id, state }) => state === "ready" && (chosen === null || chosen.some((file) => file.id === id)),
  );
  return {
    state: "open",
    kind,
    label,
    message,
    // Visitors never see the email address of a user.
    sharedBy: createdBy.name ?? "",
    expiresAt,
    claimsLeft: maxClaims === null ? null : Math.max(0, maxClaims - claims),
    claim: null,
    abuseContact: null,
    ...(request === null
      ? {
          files: files.map(({ id, filename, sizeBytes, contentType, previews }) => ({
            id,
            filename,
            sizeBytes,
            contentType,
            ...(showPreviews && previews !== undefined && { previews }),
          })),
        }
      : { request: presentRequest(request, link) }),
  };
}

function presentRequest(request: FileRequest, { received, filledSlots }: Link): NonNullable<OpenedLink["request"]> {
  return {
    ...request,
    slots: request.slots.map((slot) => ({ ...slot, isFilled: filledSlots.includes(slot.id) })),
    filesLeft: Math.max(0, request.maxFiles - received.files),
    bytesLeft: Math.max(0, request.maxBytesTotal - received.bytes),
    sent: [],
  };
}

export type EndedLinkProps = {
  link: Link;
  place?: ReactNode;
  /** Whether the link has ended while the page was open. The ticket then says which URL still works, and gets the focus. */
  isFresh: boolean;
  /** Makes a new link with the same settings. */
  onAgain: (ended: Link) => void;
  onEdit: () => void;
  editButton: RefObject<HTMLButtonElement | null>;
};

/** The grey ticket of an ended link, with a button that makes a new link or edits the link. */
export function EndedLink({ link, place, isFresh, onAgain, onEdit, editButton }: EndedLinkProps) {
  const state = useStateNow(link);
  const isOff = useQuery(instanceQuery).data?.limits.links.enabled === false;
  const name = nameOfLink(link);
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The focused ticket of the working link has disappeared.
    if (isFresh && (document.activeElement?.matches("body, [role=dialog]") ?? true)) row.current?.focus();
  }, [isFresh]);
  const className =
    "text-ink max-md:col-span-full max-md:mt-3 md:col-start-3 md:col-end-5 md:row-span-2 md:row-start-1 md:self-center";
  const actions = !isOff && (
    <>
      {canRepeat(link) && (
        <Button className={className} aria-label={linkTexts.againOf[link.kind](name)} onClick={() => onAgain(link)}>
          {linkTexts.again[link.kind]}
        </Button>
      )}
      {link.canEdit && link.hasPassword && state === "expired" && (
        <Button ref={editButton} className={className} aria-label={linkTexts.editOf(name)} onClick={onEdit}>
          {linkTexts.edit}
        </Button>
      )}
    </>
  );
  return (
    <div ref={row} tabIndex={-1} className="outline-none">
      <Ticket isExpired>
        <LinkSummary link={link} name={name} place={place} actions={actions} />
        <div className="text-small">
          {!isOff && <p>{whyNoButton({ ...link, state })}</p>}
          {isFresh && <LastUrl expiresAt={link.lastUrlExpiresAt} />}
        </div>
      </Ticket>
    </div>
  );
}

/** Returns the reason why the ticket has no button to renew the link. Returns undefined if the ticket has such a button. */
function whyNoButton(link: Link): string | undefined {
  if (link.state === "orphaned") return describeEnd(link, { isOff: false });
  if (!link.canEdit) return linkTexts.endedBecause.ofAnother;
  return link.hasPassword && link.state !== "expired" ? linkTexts.endedBecause.password : undefined;
}
