import { useQuery } from "@tanstack/react-query";
import type { Share } from "@valetkey/client";
import { clsx } from "clsx";
import { X } from "lucide-react";
import { type ClipboardEvent, type FormEvent, type KeyboardEvent, type RefObject, useId, useState } from "react";
import { Button } from "../../components/button.tsx";
import { expiryOf, expiryOfField, toFieldValue } from "../../components/expiry.ts";
import { DateTimeField, expiryOptions } from "../../components/expiry-field.tsx";
import { Select } from "../../components/select.tsx";
import { Problem } from "../../components/states.tsx";
import { sessionQuery } from "../../service/queries.ts";
import { useKept } from "../../service/use-kept.ts";
import { shareDialogTexts } from "../../texts/en/share-lists.ts";
import { texts } from "../../texts/index.ts";
import { isEmail, isSameEmail, splitEmails, type useInvite } from "./change-shares.ts";
import { LIFETIMES, MailedLine, ROLES } from "./share-row.tsx";

const words = texts.sharing;

type Refusal = { emails: string[]; problem: string };

type PeopleFormProps = {
  /** Names what is shared. The form keeps what the user has typed for it. */
  name: string;
  invite: ReturnType<typeof useInvite>;
  /** Whether the form asks for the role. Files are shared with viewers only. */
  hasRole: boolean;
  inputRef: RefObject<HTMLInputElement | null>;
};

export function PeopleForm({ name, invite, hasRole, inputRef }: PeopleFormProps) {
  const account = useQuery(sessionQuery).data?.user;
  const [chosen, setChosen] = useKept<string[]>(`share ${name} with`, []);
  const [text, setText] = useKept(`share ${name} with also`, "");
  const [refusal, setRefusal] = useState<Refusal>();
  const [role, setRole] = useKept<Share["role"]>(`share ${name} as`, "viewer");
  const [choice, setChoice] = useKept(`share ${name} for`, "never");
  const [custom, setCustom] = useKept(`share ${name} until`, "");
  const [expiryProblem, setExpiryProblem] = useState<string>();
  const now = Date.now();

  function change(emails: string[], typed: string): void {
    setChosen(emails);
    setText(typed);
    setRefusal(undefined);
    // Keeps the state of a pending request, because the form still shows its result.
    if (!invite.isPending) invite.reset();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
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
          // The user may have typed more email addresses during the request.
          setChosen((now) => now.filter((email) => !emails.includes(email)));
          // During the request, the user may also have chosen the terms of the next share.
          setRole((now) => (now === role ? "viewer" : now));
          setChoice((now) => (now === choice ? "never" : now));
          inputRef.current?.focus();
        },
      },
    );
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-3">
      <EmailField
        inputRef={inputRef}
        chosen={chosen}
        text={text}
        onChange={change}
        refused={refusal?.emails ?? []}
        problem={refusal?.problem}
      />
      <div className="flex flex-wrap items-end gap-2">
        {hasRole && <Select label={words.role.label} value={role} options={ROLES} onChange={setRole} />}
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
        <Button
          type="submit"
          kind="primary"
          disabled={invite.isPending}
          // By default, the press takes the focus from the field. The field would then make a chip, and the button would move away before
          // the click.
          onMouseDown={(event) => event.preventDefault()}
          className="ml-auto"
        >
          {words.share}
        </Button>
      </div>
      {invite.isError && <Problem error={invite.error} />}
      {/* The element exists before its text, so that screen readers announce the text. */}
      <p
        role="status"
        className={invite.data === undefined ? "sr-only" : "break-words font-medium text-accent text-small"}
      >
        {invite.data !== undefined && shareDialogTexts.people.shared(invite.data.emails.join(", "))}
      </p>
      <MailedLine emails={invite.data?.invited ?? []} />
    </form>
  );
}

/** Checks the email addresses without a request. Returns undefined if there is no problem. */
function refuse(emails: readonly string[], own: string | undefined): Refusal | undefined {
  const { people } = shareDialogTexts;
  if (emails.length === 0) return { emails: [], problem: people.missing };
  const problems = emails.flatMap((email) => {
    if (!isEmail(email)) return [{ email, problem: people.invalid(email) }];
    return own !== undefined && isSameEmail(email, own) ? [{ email, problem: people.own(email) }] : [];
  });
  if (problems.length === 0) return undefined;
  return { emails: problems.map(({ email }) => email), problem: problems.map(({ problem }) => problem).join("\n") };
}

const peopleWords = shareDialogTexts.people;

type EmailFieldProps = {
  inputRef: RefObject<HTMLInputElement | null>;
  /** The complete email addresses. `text` is the text after them. */
  chosen: string[];
  text: string;
  onChange: (chosen: string[], text: string) => void;
  refused: string[];
  problem: string | undefined;
};

/** A field for email addresses. Each complete email address becomes a chip. */
function EmailField({ inputRef, chosen, text, onChange, refused, problem }: EmailFieldProps) {
  const id = useId();
  const take = (typed: string, rest = "") => onChange(addEmails(chosen, typed), rest);

  function type(typed: string): void {
    if (/[\s,;]/.test(typed)) take(typed);
    else onChange(chosen, typed);
  }
  function paste(event: ClipboardEvent<HTMLInputElement>): void {
    const pasted = event.clipboardData.getData("text");
    if (!/[\s,;<]/.test(pasted.trim())) return;
    event.preventDefault();
    take(`${text} ${pasted}`);
  }
  function press(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && text.trim() !== "") {
      event.preventDefault();
      take(text);
    }
    // The last chip becomes text again, so that the user can correct it.
    if (event.key === "Backspace" && text === "" && chosen.length > 0) {
      event.preventDefault();
      onChange(chosen.slice(0, -1), chosen.at(-1) ?? "");
    }
  }
  function remove(email: string): void {
    const others = chosen.filter((one) => one !== email);
    onChange(others, text);
    inputRef.current?.focus();
  }

  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-small">
        {peopleWords.label}
      </label>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the chips focuses the field, which the keyboard reaches anyway */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
      <div
        onClick={() => inputRef.current?.focus()}
        className={clsx(
          "flex min-h-11 cursor-text flex-wrap items-center gap-1 rounded-card border bg-surface px-1.5 py-1 focus-within:outline-2 focus-within:outline-accent focus-within:-outline-offset-1 md:min-h-9",
          problem === undefined ? "border-line-strong hover:border-ink" : "border-danger",
        )}
      >
        {chosen.length > 0 && (
          <ul aria-label={peopleWords.chosen} className="contents">
            {chosen.map((email) => (
              <Chip key={email} email={email} isRefused={refused.includes(email)} onRemove={remove} />
            ))}
          </ul>
        )}
        <input
          ref={inputRef}
          id={id}
          type="text"
          inputMode="email"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          value={text}
          placeholder={chosen.length === 0 ? peopleWords.placeholder : undefined}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-about`}
          onChange={(event) => type(event.currentTarget.value)}
          onPaste={paste}
          onKeyDown={press}
          onBlur={() => text.trim() !== "" && take(text)}
          className="h-8 min-w-32 grow bg-transparent px-1.5 outline-none md:h-6"
        />
      </div>
      <p
        id={`${id}-about`}
        role={problem === undefined ? undefined : "alert"}
        className={clsx("whitespace-pre-line text-small", problem === undefined ? "text-muted" : "text-danger")}
      >
        {problem ?? peopleWords.hint}
      </p>
    </div>
  );
}

type ChipProps = { email: string; isRefused: boolean; onRemove: (email: string) => void };

function Chip({ email, isRefused, onRemove }: ChipProps) {
  return (
    <li
      className={clsx(
        "flex min-w-0 max-w-full items-center rounded-small pl-2 text-small",
        isRefused ? "bg-danger-soft text-danger" : "bg-hover",
      )}
    >
      <span className="truncate">{email}</span>
      <button
        type="button"
        aria-label={peopleWords.remove(email)}
        onClick={() => onRemove(email)}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-small hover:text-ink md:size-6"
      >
        <X size={14} />
      </button>
    </li>
  );
}

/** Adds the typed email addresses, without duplicates. */
function addEmails(chosen: readonly string[], typed: string): string[] {
  const all = [...chosen];
  for (const email of splitEmails(typed)) {
    if (!all.some((one) => isSameEmail(one, email))) all.push(email);
  }
  return all;
}
