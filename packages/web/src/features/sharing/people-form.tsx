import { useQuery } from "@tanstack/react-query";
import { type Share, ValetKeyError } from "@valetkey/client";
import { clsx } from "clsx";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { DialogFooter, DoneButton } from "../../components/dialog.tsx";
import { addEmails, EmailField, isEmail, isSameEmail } from "../../components/email-field.tsx";
import { expiryOf, expiryOfField, toFieldValue } from "../../components/expiry.ts";
import { DateTimeField, expiryOptions } from "../../components/expiry-field.tsx";
import { useNow } from "../../components/hooks.ts";
import { Select } from "../../components/select.tsx";
import { Problem } from "../../components/states.tsx";
import { instanceQuery, sessionQuery } from "../../service/queries.ts";
import { useKept } from "../../service/use-kept.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { shareDialogTexts } from "../../texts/en/share-lists.ts";
import { formatDate, formatSpan, texts } from "../../texts/index.ts";
import type { useInvite } from "./change-shares.ts";
import { LIFETIMES, ROLES } from "./share-row.tsx";

const words = texts.sharing;
const peopleWords = shareDialogTexts.people;

type Refusal = { emails: string[]; problem: string };

type PeopleFormProps = {
  /** Identifies the item that the user shares. The browser stores the typed text under this name. */
  name: string;
  invite: ReturnType<typeof useInvite>;
  /** The receivers of a note are viewers or editors. The receivers of files are only viewers. */
  kind: "note" | "file" | "files";
  /** The text of an error, which also says which files are not shared. Default: the description of the error. */
  problem?: string | undefined;
};

/** Shares an item with people. The main action is in the footer of the dialog, below the rest of the content. */
export function PeopleForm({ name, invite, kind, problem }: PeopleFormProps) {
  const inputRef = useRef<HTMLInputElement>(null);
  const account = useQuery(sessionQuery).data?.user;
  const hasMail = useQuery(instanceQuery).data?.mail === true;
  const [chosen, setChosen] = useKept<string[]>(`share ${name} with`, []);
  const [text, setText] = useKept(`share ${name} with also`, "");
  const [refusal, setRefusal] = useState<Refusal>();
  const [role, setRole] = useKept<Share["role"]>(`share ${name} as`, "viewer");
  const [choice, setChoice] = useKept(`share ${name} for`, "never");
  const [custom, setCustom] = useKept(`share ${name} until`, "");
  const [expiryProblem, setExpiryProblem] = useState<string>();
  const isEmpty = chosen.length === 0 && text.trim() === "";
  const { length: count } = addEmails(chosen, text);
  const isDone = isEmpty && invite.data !== undefined;
  // A refused user must wait, so the form checks every second whether the button works again.
  useNow(1_000);
  const now = Date.now();
  const { error, submittedAt } = invite;
  const retryAfterSeconds = error instanceof ValetKeyError ? (error.retryAfterSeconds ?? 0) : 0;
  const isTooEarly = now < submittedAt + retryAfterSeconds * 1000;

  function change(emails: string[], typed: string): void {
    setChosen(emails);
    setText(typed);
    setRefusal(undefined);
    // The form still shows the state of a pending request, so this state must stay.
    if (!invite.isPending) invite.reset();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isEmpty) return;
    const emails = addEmails(chosen, text);
    change(emails, "");
    const found = refuse(emails, account?.email);
    const expiresAt = choice === "custom" ? expiryOfField(custom, { now }) : expiryOf(choice, { now });
    setExpiryProblem(expiresAt === undefined ? words.expiry.past : undefined);
    setRefusal(found);
    if (found !== undefined) inputRef.current?.focus();
    if (found !== undefined || expiresAt === undefined) return;
    invite.mutate(
      { emails, terms: { role, expiresAt } },
      {
        onSuccess() {
          // The user may have typed further email addresses while the request was pending.
          setChosen((now) => now.filter((email) => !emails.includes(email)));
          // The user may have chosen the role of the next share while the request was pending.
          setRole((now) => (now === role ? "viewer" : now));
          setChoice((now) => (now === choice ? "never" : now));
          inputRef.current?.focus();
        },
      },
    );
  }

  return (
    <form noValidate onSubmit={submit} className="contents">
      <EmailField
        isFirst
        words={shareDialogTexts.people}
        inputRef={inputRef}
        chosen={chosen}
        text={text}
        onChange={change}
        refused={refusal?.emails ?? []}
        problem={refusal?.problem}
      />
      <div className={clsx("flex flex-wrap items-end gap-2", isDone && "hidden")}>
        {kind === "note" && <Select label={words.role.label} value={role} options={ROLES} onChange={setRole} />}
        <Select
          label={words.expiry.label}
          value={choice}
          options={expiryOptions({ hasNever: true, lifetimes: LIFETIMES })}
          onChange={(chosen) => {
            setChoice(chosen);
            if (custom === "") setCustom(toFieldValue(now + 86_400_000));
          }}
        />
        {choice === "custom" && <DateTimeField value={custom} onChange={setCustom} now={now} error={expiryProblem} />}
      </div>
      {invite.isError && <Problem error={error}>{problem}</Problem>}
      {/* The element exists before its text, so that screen readers announce the text. */}
      <p
        role="status"
        className={invite.data === undefined ? "sr-only" : "break-words font-medium text-accent text-small"}
      >
        {invite.data !== undefined && describeDone(invite.data, hasMail)}
      </p>
      <DialogFooter>
        {isDone ? (
          // If the service sends no mail, the user must next copy the message.
          <DoneButton kind={hasMail ? "primary" : "outline"} />
        ) : (
          <>
            <p className="grow basis-full text-pretty text-muted text-small md:basis-0">
              {peopleWords.will[kind === "note" ? role : kind](describeEnd(choice, custom))}
            </p>
            <Button
              type="submit"
              kind="primary"
              disabled={isEmpty || invite.isPending || isTooEarly}
              // Without this, the press would take the focus from the field. The field would then make a chip, and the button would move
              // before the click.
              onMouseDown={(event) => event.preventDefault()}
              className="max-md:grow"
            >
              {count > 1 ? peopleWords.shareWith(count) : words.share}
            </Button>
          </>
        )}
      </DialogFooter>
    </form>
  );
}

/** Says in one line with whom the item is shared, and whether the service sends invitations. */
function describeDone({ emails, invited }: { emails: string[]; invited: string[] }, hasMail: boolean): string {
  if (!hasMail || invited.length === 0) return peopleWords.shared(emails);
  const done = invited.length === emails.length ? peopleWords.done : peopleWords.shared(emails);
  return `${done} ${invitationTexts.mailed(invited)}`;
}

function describeEnd(choice: string, custom: string): string {
  const { end } = peopleWords;
  if (choice === "never") return end.never;
  if (choice !== "custom") return end.after(formatSpan(Number(choice)));
  const time = Date.parse(custom);
  return Number.isNaN(time) ? "" : end.until(formatDate(time, Date.now()));
}

/** Checks the email addresses without a request. Returns undefined if all email addresses are valid. */
function refuse(emails: readonly string[], own: string | undefined): Refusal | undefined {
  const { people } = shareDialogTexts;
  const problems = emails.flatMap((email) => {
    if (!isEmail(email)) return [{ email, problem: people.invalid(email) }];
    return own !== undefined && isSameEmail(email, own) ? [{ email, problem: people.own(email) }] : [];
  });
  if (problems.length === 0) return undefined;
  return { emails: problems.map(({ email }) => email), problem: problems.map(({ problem }) => problem).join("\n") };
}
