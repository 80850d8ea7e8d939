import { clsx } from "clsx";
import { X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, type RefObject, useId, useLayoutEffect, useRef } from "react";
import { formatCount, texts } from "../texts/index.ts";

type Words = { label: string; placeholder: string; chosen: string } & Record<
  "remove" | "correct",
  (email: string) => string
>;

type EmailFieldProps = {
  words: Words;
  inputRef: RefObject<HTMLInputElement | null>;
  /** The complete email addresses. The member `text` is the typed text after the last complete email address. */
  chosen: string[];
  text: string;
  onChange: (chosen: string[], text: string) => void;
  refused: string[];
  problem: string | undefined;
  /** Whether the field gets the focus when the dialog of the field opens. */
  isFirst?: boolean;
};

/** A field for several email addresses. Each complete email address becomes a chip. */
export function EmailField({ words, inputRef, chosen, text, onChange, refused, problem, isFirst }: EmailFieldProps) {
  const id = useId();
  const box = useKeptEnd(inputRef, chosen.length);
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
    // Backspace changes the last chip back to text, so that the user can correct the email address.
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
  /** Changes a chip back to text. */
  function correct(email: string): void {
    const others = chosen.filter((one) => one !== email);
    onChange(addEmails(others, text), email);
    inputRef.current?.focus();
  }

  return (
    <div className="flex flex-col gap-1">
      <div className="flex gap-3 text-small">
        <label htmlFor={id} className="grow font-medium">
          {words.label}
        </label>
        {chosen.length > 1 && refused.length === 0 && (
          <span className="text-muted tabular-nums">
            {formatCount(chosen.filter(isEmail).length, texts.sharing.access.person)}
          </span>
        )}
      </div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the chips focuses the field, which the keyboard reaches anyway */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
      <div
        ref={box}
        onClick={() => inputRef.current?.focus()}
        className={clsx(
          "flex max-h-48 min-h-11 cursor-text flex-wrap items-center gap-1 overflow-y-auto rounded-card border bg-surface px-1.5 py-1 focus-within:outline-2 focus-within:-outline-offset-1 md:min-h-9",
          problem === undefined
            ? "border-line-strong focus-within:outline-accent hover:border-ink"
            : "border-danger focus-within:outline-danger",
        )}
      >
        {chosen.length > 0 && (
          <ul aria-label={words.chosen} className="contents">
            {chosen.map((email) => (
              <Chip
                key={email}
                email={email}
                words={words}
                isRefused={refused.includes(email)}
                onRemove={remove}
                onCorrect={correct}
              />
            ))}
          </ul>
        )}
        <input
          ref={inputRef}
          id={id}
          data-autofocus={isFirst || undefined}
          type="text"
          inputMode="email"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          value={text}
          placeholder={chosen.length === 0 ? words.placeholder : undefined}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
          onChange={(event) => type(event.currentTarget.value)}
          onPaste={paste}
          onKeyDown={press}
          onBlur={() => text.trim() !== "" && take(text)}
          className={clsx(
            "h-8 grow bg-transparent outline-none md:h-6",
            // An empty field needs no line of its own below the chips.
            text === "" && chosen.length > 0 ? "w-1" : "min-w-32 px-1.5",
          )}
        />
      </div>
      {problem !== undefined && (
        <p id={`${id}-problem`} role="alert" className="whitespace-pre-line text-danger text-small">
          {problem}
        </p>
      )}
    </div>
  );
}

/** Returns the ref of a scrolling element. After an addition, its end is visible, because the user types the next entry there. */
function useKeptEnd(input: RefObject<HTMLElement | null>, count: number): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef(0);
  useLayoutEffect(() => {
    // If a click outside of the text adds an email address, the clicked button must not move.
    const isTyping = document.activeElement === input.current;
    if (box.current !== null && isTyping && count > shown.current) box.current.scrollTop = box.current.scrollHeight;
    shown.current = count;
  }, [input, count]);
  return box;
}

type ChipProps = { email: string; words: Words; isRefused: boolean } & Record<
  "onRemove" | "onCorrect",
  (email: string) => void
>;

function Chip({ email, words, isRefused, onRemove, onCorrect }: ChipProps) {
  const at = startOfDomain(email);
  // Long email addresses often differ only in the middle, so a chip never shortens an email address.
  const text = (
    <span title={email} className="min-w-0 [overflow-wrap:anywhere]">
      {email.slice(0, at)}
      <wbr />
      {email.slice(at)}
    </span>
  );
  return (
    <li
      className={clsx(
        "flex min-w-0 max-w-full items-center rounded-small pl-2 text-small",
        isRefused ? "bg-danger-soft text-danger" : "bg-hover",
      )}
    >
      {isRefused ? (
        <button
          type="button"
          aria-label={words.correct(email)}
          onClick={() => onCorrect(email)}
          className={clsx("min-h-8 min-w-0 text-left md:min-h-6", !isEmail(email) && "underline underline-offset-2")}
        >
          {text}
        </button>
      ) : (
        text
      )}
      <button
        type="button"
        aria-label={words.remove(email)}
        onClick={() => onRemove(email)}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-small hover:text-ink md:size-6"
      >
        <X size={14} />
      </button>
    </li>
  );
}

/**
 * Shows an email address on one line. A long email address is shortened before the at sign, because the domain shows who receives the mail.
 */
export function EmailText({ email, className }: { email: string; className?: string }) {
  const at = startOfDomain(email);
  return (
    <span title={email} className={clsx("flex min-w-0", className)}>
      <span className="shrink-[999] truncate">{email.slice(0, at)}</span>
      <span className="truncate">{email.slice(at)}</span>
    </span>
  );
}

/** Returns the email addresses in a text. Commas, semicolons or spaces separate them, or each is in angle brackets after a name. */
export function splitEmails(text: string): string[] {
  const bracketed = [...text.matchAll(/<([^<>\s]+)>/g)].map(([, email]) => email as string);
  const rest = bracketed.length === 0 ? text : text.replace(/[^,;<>\n]*<[^<>]*>/g, " ");
  return [...bracketed, ...rest.split(/[\s,;]+/)].filter((part) => part !== "");
}

export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}

/** Compares email addresses as the service does. */
export const isSameEmail = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Adds the typed email addresses to the chosen email addresses, without duplicates. */
export function addEmails(chosen: readonly string[], typed: string): string[] {
  const all = [...chosen];
  for (const email of splitEmails(typed)) {
    if (!all.some((one) => isSameEmail(one, email))) all.push(email);
  }
  return all;
}

const startOfDomain = (email: string) => (email.includes("@") ? email.lastIndexOf("@") : email.length);
