import { useQuery } from "@tanstack/react-query";
import type { Invitation, Share } from "@valetkey/client";
import { clsx } from "clsx";
import { X } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { Avatar, nameOf } from "../../components/avatar.tsx";
import { Button, IconButton } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { EmailText } from "../../components/email-field.tsx";
import { describeExpiry, expiryOf, expiryOfField, isExpired, toFieldValue } from "../../components/expiry.ts";
import { DateTimeField, expiryOptions } from "../../components/expiry-field.tsx";
import { Select } from "../../components/select.tsx";
import { Problem } from "../../components/states.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { shareDialogTexts } from "../../texts/en/share-lists.ts";
import { formatDate, texts } from "../../texts/index.ts";
import { useChangeShare, useRenewInvitation } from "./change-shares.ts";
import type { Entry, Subject } from "./shares-query.ts";

const words = texts.sharing;

export const ROLES = [
  { value: "viewer", label: words.role.viewer },
  { value: "editor", label: words.role.editor },
] as const;

type ShareRowProps = {
  subject: Subject;
  /** The title of the note or the name of the file. The message to an invited person contains this name. */
  what: string;
  share: Entry;
  /** Whether the user has just deleted the share, so that the user can undo the deletion. */
  isGone: boolean;
  /** Whether the dialog already shows the message for this person outside of the row. */
  hasMessage: boolean;
  onRemove: (share: Entry) => void;
  now: number;
};

/** The row of a person with access. In the row, the user can change the role and the expiry. */
export function ShareRow({ subject, what, share, isGone, hasMessage, onRemove, now }: ShareRowProps) {
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
  // The pressed button disappears, so the element in its place gets the focus.
  useEffect(() => {
    if (wasGone.current !== isGone) (isGone ? undoButton : removeButton).current?.focus();
    wasGone.current = isGone;
  }, [isGone]);

  return (
    <li className="flex flex-col gap-2 py-2">
      <div className="flex flex-wrap items-start gap-x-3 md:flex-nowrap">
        <Avatar name={name} className={clsx("mt-0.5", (isGone || hasExpired) && "grayscale")} />
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
            <div className="min-w-0 grow basis-0">
              <p className={clsx("leading-6", hasExpired && "text-muted")}>
                {name === share.email ? (
                  <EmailText email={name} />
                ) : (
                  <span dir="auto" className="block truncate">
                    {name}
                  </span>
                )}
              </p>
              {share.email !== null && share.email !== name && (
                <EmailText email={share.email} className="text-muted text-small" />
              )}
              {share.invitation !== undefined && (
                <p className="text-pretty text-muted text-small">{describeInvitation(share.invitation, now)}</p>
              )}
            </div>
            <div className="flex shrink-0 gap-x-2 max-md:order-last max-md:w-full max-md:pl-8.5 md:-my-0.5">
              {"noteId" in subject && !hasExpired && (
                <Select
                  isQuiet
                  label={words.role.labelOf(name)}
                  value={share.role}
                  options={ROLES}
                  onChange={(role) => change({ role })}
                />
              )}
              {select}
            </div>
            <IconButton
              ref={removeButton}
              label={shareDialogTexts.list.remove(name)}
              isDense
              className="-mr-2 max-md:-my-2.5 max-md:-mr-3.5 md:-my-1"
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
      {!isGone && !hasMessage && share.invitation !== undefined && (
        <InvitationActions subject={subject} what={what} invitation={share.invitation} now={now} />
      )}
      {error !== null && <Problem error={error} />}
    </li>
  );
}

function describeInvitation({ linkExpiresAt }: Invitation, now: number): string {
  return isExpired(linkExpiresAt, now)
    ? invitationTexts.expired
    : invitationTexts.waiting(formatDate(linkExpiresAt, now));
}

type InvitationActionsProps = Pick<ShareRowProps, "subject" | "what" | "now"> & { invitation: Invitation };

function InvitationActions({ subject, what, invitation, now }: InvitationActionsProps) {
  const renew = useRenewInvitation(subject);
  const hasMail = useQuery(instanceQuery).data?.mail === true;
  const { email, linkExpiresAt } = invitation;
  return (
    <div className="flex flex-col gap-2 pl-10">
      <div className="flex flex-wrap gap-2">
        {!isExpired(linkExpiresAt, now) && (
          <CopyButton
            className="max-md:grow"
            text={inviteTo(what, invitation)}
            action={invitationTexts.message.copyInvitation}
            label={invitationTexts.message.copyInvitationOf(email)}
          />
        )}
        <Button
          className="max-md:grow"
          aria-label={invitationTexts.renewOf(email)}
          disabled={renew.isPending}
          onClick={() => renew.mutate(invitation)}
        >
          {invitationTexts.renew}
        </Button>
      </div>
      <p role="status" className="break-words text-muted text-small">
        {renew.isSuccess
          ? [invitationTexts.renewed, ...(hasMail ? [invitationTexts.mailed([email])] : [])].join(" ")
          : invitationTexts.renewing}
      </p>
      {renew.isError && <Problem error={renew.error} />}
    </div>
  );
}

/** The lifetimes in seconds that the form offers for a share. */
export const LIFETIMES = [3600, 86_400, 7 * 86_400, 30 * 86_400] as const;

type ShareExpiry = {
  name: string;
  expiresAt: string | null;
  now: number;
  onChange: (expiresAt: string | null) => void;
};

/** Shows the expiry of a share, which the user can change. The option `custom` opens a date field below the row. */
function useExpiryOfShare({ name, expiresAt, now, onChange }: ShareExpiry) {
  const [custom, setCustom] = useState<string>();
  const [problem, setProblem] = useState<string>();
  function choose(choice: string): void {
    const chosen = expiryOf(choice, { now: Date.now() });
    setProblem(undefined);
    setCustom(choice === "custom" ? toFieldValue(Date.now() + 86_400_000) : undefined);
    if (chosen !== undefined) onChange(chosen);
  }
  function set(): void {
    const chosen = expiryOfField(custom ?? "", { now: Date.now() });
    setProblem(chosen === undefined ? words.expiry.past : undefined);
    if (chosen === undefined) return;
    setCustom(undefined);
    onChange(chosen);
  }
  const select = (
    <Select
      isQuiet
      label={words.expiry.labelOf(name)}
      value={custom === undefined ? "current" : "custom"}
      options={[
        { value: "current", label: describeExpiry(expiresAt, now) },
        ...expiryOptions({ hasNever: expiresAt !== null, lifetimes: LIFETIMES }),
      ]}
      onChange={choose}
    />
  );
  const field = custom !== undefined && (
    <div className="flex items-end gap-2">
      <DateTimeField value={custom} onChange={setCustom} now={now} error={problem} />
      <Button onClick={set}>{words.expiry.set}</Button>
    </div>
  );
  return { select, field };
}

const messageWords = invitationTexts.message;

/** A message that tells one person about a share, with a link to the item. */
export type Message = { email: string; text: string };

/** Writes the message for an invitation. Only the invited person can use the link in the message. */
export function inviteTo(what: string, { url, linkExpiresAt }: Invitation): string {
  return messageWords.personal(what, url, formatDate(linkExpiresAt, Date.now()));
}

type MessageCardProps = { messages: readonly Message[]; isMailed: boolean };

/** Offers a message for each person. If the service sends no mail, the user must send the messages. */
export function MessageCard({ messages, isMailed }: MessageCardProps) {
  const [only, second] = messages;
  if (only === undefined) return null;
  const isSingle = second === undefined;
  return (
    <section aria-label={messageWords.title} className="flex flex-col gap-3 rounded-card bg-accent-soft p-3">
      <p className="break-words font-medium">
        {isMailed ? messageWords.mailed : messageWords.unknown(messages.length)}
      </p>
      {isSingle && (
        <p className="whitespace-pre-line rounded-small bg-surface p-3 text-small [overflow-wrap:anywhere]">
          {only.text}
        </p>
      )}
      {messages.map(({ email, text }) => (
        <div key={email} className="flex items-center justify-between gap-3">
          {!isSingle && <EmailText email={email} className="text-small" />}
          <CopyButton
            kind={isSingle && !isMailed ? "primary" : "outline"}
            className={isSingle ? "grow" : ""}
            text={text}
            action={messageWords.copy}
            label={messageWords.copyOf(email)}
          />
        </div>
      ))}
    </section>
  );
}
