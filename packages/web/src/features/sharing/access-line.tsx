import { useQuery } from "@tanstack/react-query";
import type { Note, Person } from "@valetkey/client";
import { clsx } from "clsx";
import { ChevronRight, UserRoundPlus } from "lucide-react";
import { Fragment, useRef } from "react";
import { Avatar, nameOf } from "../../components/avatar.tsx";
import { Button } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { useShortcut } from "../../service/shortcuts.ts";
import {
  type AccessFact,
  type AccessPlace,
  accessFacts,
  describeBriefly,
  describeOwnEnd,
  factsForOwner,
} from "../../texts/describe-access.ts";
import { formatCount, texts } from "../../texts/index.ts";
import { sharesQuery } from "./shares-query.ts";

const words = texts.sharing;
/** The maximum number of avatars, before a number such as "+3". Phones show two avatars and no number. */
const MOST_FACES = 5;

type AccessLineProps = {
  note: Note;
  /** Opens the share dialog, or the list of files. Undefined until the service has created the note. */
  onOpen: ((place: AccessPlace) => void) | undefined;
};

/** Shows who can see the note. For the owner and the editors, each part of the line opens the place where they can change this access. */
export function AccessLine(props: AccessLineProps) {
  return props.note.role === "owner" ? <OwnersLine {...props} /> : <ReceiversLine {...props} />;
}

function ReceiversLine({ note, onOpen }: AccessLineProps) {
  const name = nameOf(note.owner, { otherwise: texts.common.someone });
  const isEditor = note.role === "editor";
  const now = useNow();
  const end = describeOwnEnd(note.accessExpiresAt, now);
  // The user is one of these people, so the line omits the people.
  const { people: _people, invitations: _invitations, ...others } = note.access ?? {};
  const facts = accessFacts(others, { now });
  return (
    <div className="flex items-center gap-2">
      <p className="flex min-w-0 flex-wrap items-center gap-x-2 text-muted text-small">
        <Avatar name={name} />
        <span dir="auto" className="truncate">
          {words.access.by(name)}
        </span>
        <span aria-hidden="true" className="size-1 shrink-0 rounded-full bg-line-strong" />
        <span className="shrink-0">{isEditor ? words.access.editor : words.access.viewer}</span>
        {end !== undefined && <span>{end}</span>}
        {facts.length > 0 && <Facts facts={facts} short={describeBriefly(others, { now })} onOpen={onOpen} />}
      </p>
      {isEditor && <ShareButton onOpen={onOpen} />}
    </div>
  );
}

type FactsProps = { facts: readonly AccessFact[]; short: string; onOpen: AccessLineProps["onOpen"] };

/** The parts of the line, each as a button. On a phone, the whole row is one button with the short text. */
function Facts({ facts, short, onOpen }: FactsProps) {
  return (
    <>
      <span className="md:hidden">{short.replaceAll(/(\d) /g, "$1\u00a0")}</span>
      <span className="max-md:hidden">
        {facts.map(({ text, place }, index) => (
          <Fragment key={text}>
            {index > 0 && texts.common.separator}
            <button
              type="button"
              onClick={() => onOpen?.(place)}
              className="rounded-small text-left underline decoration-line-strong underline-offset-4 transition-colors pointer-coarse:min-h-8 hover:text-ink hover:decoration-ink"
            >
              {text}
            </button>
          </Fragment>
        ))}
      </span>
    </>
  );
}

type ShareButtonProps = Pick<AccessLineProps, "onOpen"> & { className?: string };

function ShareButton({ onOpen, className }: ShareButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const share = () => onOpen?.("people");
  useShortcut(
    "s",
    () => {
      // When the dialog closes, it returns the focus to the element that is focused now.
      button.current?.focus();
      share();
    },
    { isEnabled: onOpen !== undefined },
  );
  // Until the service has created the note, the user cannot share the note.
  if (onOpen === undefined) return null;
  return (
    <Button ref={button} className={clsx("ml-auto", className)} onClick={share}>
      <UserRoundPlus size={16} className="max-md:hidden" />
      {words.share}
      <ChevronRight size={16} className="text-muted md:hidden" />
    </Button>
  );
}

function OwnersLine({ note, onOpen }: AccessLineProps) {
  const now = useNow();
  const { data: shares } = useQuery({ ...sharesQuery({ noteId: note.id }), enabled: onOpen !== undefined });
  const live = (shares ?? []).filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now);
  const others = live.map(({ userId, name, email }) => ({ id: userId, name, email }));
  const facts = factsForOwner(note.access ?? {}, { now });
  const short = describeBriefly(note.access ?? {}, { now });
  // Until the names are loaded, placeholders have the same number and size as the avatars, so that nothing moves.
  const unnamed = shares === undefined ? (note.access?.people?.count ?? 0) + (note.access?.invitations?.count ?? 0) : 0;
  return (
    // On a phone, the button covers the whole row, and says in a few words who can open the note.
    <div
      className={clsx(
        "relative flex min-h-11 items-center gap-2 md:min-h-9",
        onOpen !== undefined && "max-md:rounded-card max-md:border max-md:bg-surface max-md:pl-3",
      )}
    >
      {others.length === 0 ? (
        <Faces people={unnamed === 0 ? [note.owner] : []} unnamed={unnamed} />
      ) : (
        <button type="button" onClick={() => onOpen?.("people")} className="shrink-0 rounded-full">
          <span className="sr-only">{words.access.all(nameAll([note.owner, ...others]))}</span>
          <Faces people={others} />
        </button>
      )}
      <p className="min-w-0 text-pretty text-muted text-small max-md:py-1">
        {facts.length === 0 ? words.access.onlyYou : <Facts facts={facts} short={short} onOpen={onOpen} />}
      </p>
      <ShareButton
        onOpen={onOpen}
        className="max-md:static max-md:border-0 max-md:bg-transparent max-md:pr-2 max-md:pl-1 max-md:after:absolute max-md:after:inset-0 max-md:after:rounded-card"
      />
    </div>
  );
}

function Faces({ people, unnamed = 0 }: { people: Person[]; unnamed?: number }) {
  const shown = people.length > MOST_FACES ? people.slice(0, MOST_FACES - 1) : people;
  return (
    <span className="flex shrink-0 -space-x-1 max-md:[&>:nth-child(n+3)]:hidden">
      {shown.map((person) => (
        <Avatar key={person.id} name={nameOf(person, { otherwise: person.id })} className="ring-2 ring-canvas" />
      ))}
      {Array.from({ length: Math.min(unnamed, MOST_FACES) }, (_, nth) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all items are equal
        <span key={nth} aria-hidden="true" className="skeleton size-7 rounded-full ring-2 ring-canvas" />
      ))}
      {shown.length < people.length && (
        <span
          aria-hidden="true"
          className="inline-flex size-7 items-center justify-center rounded-full bg-hover font-medium text-[11px] text-muted ring-2 ring-canvas"
        >
          {`+${people.length - shown.length}`}
        </span>
      )}
    </span>
  );
}

/** Returns, for example, "Ann", "Ann and Ben" or "Ann and 2 others". */
export function nameAll(people: readonly Person[]): string {
  const names = people.map((person) => nameOf(person, { otherwise: person.id }));
  const [first = "", second] = names;
  if (second === undefined) return first;
  return words.access.and(first, names.length === 2 ? second : formatCount(names.length - 1, words.access.others));
}
