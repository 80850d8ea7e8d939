import { useQuery } from "@tanstack/react-query";
import { type Link, ValetKeyError } from "@valetkey/client";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button, buttonStyle } from "../../components/button.tsx";
import { DialogFooter, DialogForm } from "../../components/dialog.tsx";
import { addEmails, EmailField, isEmail } from "../../components/email-field.tsx";
import { Problem } from "../../components/states.tsx";
import { TextArea } from "../../components/text-field.tsx";
import { meQuery } from "../../service/queries.ts";
import { forgetKept, useKept } from "../../service/use-kept.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { shareDialogTexts } from "../../texts/en/share-lists.ts";
import { formatDuration } from "../../texts/index.ts";
import { nameOfLink } from "./describe-link.tsx";
import { useSendLink } from "./links-query.ts";

const words = linkTexts.send;
const fieldWords = { ...shareDialogTexts.people, label: words.to, chosen: words.chosen };

/** The maximum number of email addresses in one request. The service has the same limit. */
const MOST_EMAILS = 50;
const MAX_MESSAGE_LENGTH = 2000;

type Refusal = { emails: string[]; problem: string };
type SendLinkProps = {
  link: Link;
  /** An email address that the user can correct before the form sends the link. */
  to?: string | undefined;
  /** Gets the email addresses of the mail. */
  onSent: (emails: readonly string[]) => void;
  onClose: () => void;
};

/**
 * Sends a link with a message to people by mail. The sender needs a confirmed email address, because the replies go to this email address.
 */
export function SendLinkForm({ link, to = "", onSent, onClose }: SendLinkProps) {
  const me = useQuery(meQuery).data;
  const first = useRef<HTMLInputElement>(null);
  const send = useSendLink(link);
  const [kept, keptMessage] = [`send link ${link.id} to`, `send link ${link.id} message`];
  const [chosen, setChosen] = useKept<string[]>(kept, link.sentTo === null ? (link.recipients ?? []) : []);
  const [message, setMessage] = useKept(keptMessage, "");
  const [text, setText] = useState(to);
  const [refusal, setRefusal] = useState<Refusal>();
  const refused = refusal?.emails ?? refusedBy(send.error, chosen);
  useEffect(() => first.current?.focus(), []);

  function change(emails: string[], typed: string): void {
    setChosen(emails);
    setText(typed);
    setRefusal(undefined);
    if (!send.isPending) send.reset();
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    const emails = addEmails(chosen, text).filter((email) => !refused.includes(email));
    change(emails, "");
    const found = refuse(emails);
    setRefusal(found);
    if (found !== undefined) first.current?.focus();
    if (found !== undefined || send.isPending) return;
    send.mutate(
      { to: emails, ...(message.trim() !== "" && { message }) },
      {
        onSuccess() {
          forgetKept(kept);
          forgetKept(keptMessage);
          onSent(emails);
        },
      },
    );
  }

  const problem = refusal?.problem ?? (refused.length > 0 && send.error ? describe(send.error, chosen) : undefined);
  const title = words.title(nameOfLink(link));
  const accepted = addEmails(chosen, text).filter((email) => isEmail(email) && !refused.includes(email));
  const count = accepted.length;
  const action = refused.length > 0 && count > 0 ? words.sendToOthers(accepted) : words.send(count);
  const isTooMany = refusal !== undefined && refused.length === 0;
  return (
    <DialogForm title={title} onClose={onClose}>
      {me?.emailProven === false ? (
        <Unproven />
      ) : (
        <form noValidate aria-label={title} onSubmit={submit} className="flex flex-col gap-4">
          <EmailField
            isFirst
            words={fieldWords}
            inputRef={first}
            chosen={chosen}
            text={text}
            onChange={change}
            refused={refused}
            problem={problem}
          />
          {problem !== undefined && <p className="-mt-3 text-small">{words.notSent}</p>}
          <Message text={message} onChange={setMessage} />
          {send.isError && problem === undefined && (
            <Problem error={send.error}>{describe(send.error, chosen)}</Problem>
          )}
          <DialogFooter>
            <div className="grow basis-full text-pretty text-muted text-small md:basis-0">
              <p>{words.consequence(me?.email ?? "")}</p>
              {link.hasPassword && <p>{words.password}</p>}
            </div>
            <Button
              type="submit"
              kind="primary"
              disabled={count === 0 || isTooMany || send.isPending || me === undefined}
              // Without this, the press would take the focus from the field. The field would then make a chip, and the button would move
              // before the click.
              onMouseDown={(event) => event.preventDefault()}
              className="max-w-full max-md:grow md:max-w-72"
            >
              <span className="truncate">{send.isPending ? words.sending : action}</span>
            </Button>
          </DialogFooter>
        </form>
      )}
    </DialogForm>
  );
}

function Unproven() {
  return (
    <div className="flex flex-col items-start gap-3">
      <p role="status">{words.unproven}</p>
      <a href="/settings/account" className={buttonStyle({ kind: "primary" })}>
        {words.openSettings}
      </a>
    </div>
  );
}

function Message({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const hasUrl = /https?:|www\./i.test(text);
  return (
    <TextArea
      label={words.message}
      hint={hasUrl ? words.messageHint : undefined}
      rows={4}
      dir="auto"
      maxLength={MAX_MESSAGE_LENGTH}
      value={text}
      onChange={onChange}
    />
  );
}

/** Checks the email addresses without a request. Returns undefined if all email addresses are valid. */
function refuse(emails: readonly string[]): Refusal | undefined {
  if (emails.length > MOST_EMAILS) return { emails: [], problem: words.tooMany(MOST_EMAILS, emails.length) };
  const wrong = emails.filter((email) => !isEmail(email));
  return wrong.length === 0
    ? undefined
    : { emails: wrong, problem: wrong.map(shareDialogTexts.people.invalid).join("\n") };
}

/** Returns the email addresses that the error text names. */
function refusedBy(error: Error | null, emails: readonly string[]): string[] {
  if (error === null) return [];
  const named = error.message.toLowerCase().split(/[\s",]+/);
  return emails.filter((email) => named.includes(email.toLowerCase()) || named.includes(`${email.toLowerCase()}.`));
}

function describe(error: Error, emails: readonly string[]): string | undefined {
  if (!(error instanceof ValetKeyError)) return undefined;
  const { code, retryAfterSeconds } = error;
  const [refused] = refusedBy(error, emails);
  const email = refused ?? words.oneOfThem;
  switch (code) {
    case "sending_limit_reached":
      if (refused !== undefined) return words.problems.notNow(refused);
      return words.problems.limit(MOST_EMAILS, formatDuration(retryAfterSeconds ?? 0));
    case "receiver_not_listed":
      return words.problems.notListed(email);
    case "invalid_request":
      return refused === undefined ? undefined : shareDialogTexts.people.invalid(refused);
    default:
      return undefined;
  }
}
