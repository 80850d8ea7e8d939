import type { Share } from "@valetkey/client";
import { clsx } from "clsx";
import { X } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { Avatar, nameOf } from "../../components/avatar.tsx";
import { Button } from "../../components/button.tsx";
import { isExpired } from "../../components/expiry.ts";
import { IconButton } from "../../components/icon-button.tsx";
import { Select } from "../../components/select.tsx";
import { Problem } from "../../components/states.tsx";
import { shareDialogTexts } from "../../texts/en/share-dialog.ts";
import { texts } from "../../texts/index.ts";
import { useChangeShare } from "./change-shares.ts";
import { InvitationLine } from "./invitation-line.tsx";
import { useExpiryOfShare } from "./share-expiry.tsx";
import type { Entry, Subject } from "./shares-query.ts";

const words = texts.sharing;

type ShareRowProps = {
  subject: Subject;
  share: Entry;
  /** Whether the user has just deleted the share. The user can create it again. */
  isGone: boolean;
  onRemove: (share: Entry) => void;
  now: number;
};

/** The row of a person who has access. The user can change the role and the expiry in the row. */
export function ShareRow({ subject, share, isGone, onRemove, now }: ShareRowProps) {
  const { mutate, error, isPending } = useChangeShare(subject);
  const removeButton = useRef<HTMLButtonElement>(null);
  const undoButton = useRef<HTMLButtonElement>(null);
  const wasGone = useRef(isGone);
  const id = useId();
  const name = nameOf(share, { otherwise: share.userId });
  const hasExpired = isExpired(share.expiresAt, now);

  const change = (terms: Partial<Share>) => mutate({ before: share, share: { ...share, ...terms }, isGone });
  const { select, field } = useExpiryOfShare({
    name,
    now,
    expiresAt: share.expiresAt,
    onChange: (expiresAt) => change({ expiresAt }),
  });
  // The pressed button disappears, so the element that replaces the button takes the focus.
  useEffect(() => {
    if (wasGone.current !== isGone) (isGone ? undoButton : removeButton).current?.focus();
    wasGone.current = isGone;
  }, [isGone]);

  return (
    <li className="flex flex-col gap-2 py-2">
      <div className="flex items-start gap-3">
        <Avatar name={name} className={clsx("mt-2 md:mt-0.5", (isGone || hasExpired) && "grayscale")} />
        {isGone ? (
          <div className="flex min-w-0 grow items-center gap-2">
            <p id={id} className="min-w-0 grow break-words text-muted">
              {isPending ? shareDialogTexts.list.removing(name) : shareDialogTexts.list.removed(name)}
            </p>
            <Button ref={undoButton} kind="quiet" aria-describedby={id} onClick={() => change({})}>
              {texts.common.undo}
            </Button>
          </div>
        ) : (
          <>
            <div className="min-w-0 grow">
              <p className={clsx("truncate pt-2 leading-6 md:pt-0", hasExpired && "text-muted")}>{name}</p>
              <div className="flex min-w-0 flex-wrap items-center gap-x-3 text-muted text-small md:flex-nowrap">
                {share.email !== null && share.email !== name && <span className="truncate">{share.email}</span>}
                {select}
              </div>
            </div>
            {"noteId" in subject && !hasExpired && (
              <Select
                isQuiet
                className="shrink-0"
                label={words.role.labelOf(name)}
                value={share.role}
                onChange={(event) => change({ role: event.currentTarget.value as Share["role"] })}
              >
                <option value="viewer">{words.role.viewer}</option>
                <option value="editor">{words.role.editor}</option>
              </Select>
            )}
            <IconButton
              ref={removeButton}
              label={shareDialogTexts.list.remove(name)}
              className="tooltip-left -mr-2"
              onClick={() => {
                onRemove(share);
                mutate({ before: share, share: undefined, isGone });
              }}
            >
              <X size={16} />
            </IconButton>
          </>
        )}
      </div>
      {!isGone && field}
      {!isGone && share.invitation !== undefined && (
        <InvitationLine subject={subject} invitation={share.invitation} now={now} />
      )}
      {error !== null && <Problem error={error} />}
    </li>
  );
}
