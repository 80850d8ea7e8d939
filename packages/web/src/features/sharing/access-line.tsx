import { useQuery } from "@tanstack/react-query";
import type { Note, Person } from "@valetkey/client";
import { UserRoundPlus } from "lucide-react";
import { useRef } from "react";
import { Avatar, nameOf } from "../../components/avatar.tsx";
import { Button } from "../../components/button.tsx";
import { isExpired } from "../../components/expiry.ts";
import { useNow } from "../../components/hooks.ts";
import { useShortcut } from "../../service/shortcuts.ts";
import { accessParts, describeAccess, describeOwnEnd } from "../../texts/describe-access.ts";
import { formatCount, texts } from "../../texts/index.ts";
import { sharesQuery } from "./shares-query.ts";

const words = texts.sharing;
/** How many avatars the line shows before a number, such as "+3". */
const MOST_FACES = 5;

type AccessLineProps = { note: Note; onShare: () => void };

/** Shows who can see the note. The owner and the editors also see a button to share it. */
export function AccessLine({ note, onShare }: AccessLineProps) {
  return note.role === "owner" ? (
    <OwnersLine note={note} onShare={onShare} />
  ) : (
    <ReceiversLine note={note} onShare={onShare} />
  );
}

function ReceiversLine({ note, onShare }: AccessLineProps) {
  const name = nameOf(note.owner, { otherwise: texts.common.someone });
  const isEditor = note.role === "editor";
  const now = useNow();
  const end = describeOwnEnd(note.accessExpiresAt, now);
  // Leaves out the people, because the reader is one of them.
  const { people: _people, invitations: _invitations, ...others } = note.access ?? {};
  const open = accessParts(others, { now });
  return (
    <div className="flex items-center gap-2">
      <p className="flex min-w-0 flex-wrap items-center gap-x-2 text-muted text-small">
        <Avatar name={name} />
        <span className="truncate">{words.access.by(name)}</span>
        <span aria-hidden="true" className="size-1 shrink-0 rounded-full bg-line-strong" />
        <span className="shrink-0">{isEditor ? words.access.editor : words.access.viewer}</span>
        {[...(end === undefined ? [] : [end]), ...open].map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
      {isEditor && <ShareButton onShare={onShare} />}
    </div>
  );
}

function ShareButton({ onShare }: { onShare: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useShortcut("s", () => {
    // The dialog later returns the focus to the element that is focused now.
    button.current?.focus();
    onShare();
  });
  return (
    <Button ref={button} className="ml-auto" onClick={onShare}>
      <UserRoundPlus size={16} />
      {words.share}
    </Button>
  );
}

function OwnersLine({ note, onShare }: AccessLineProps) {
  const now = useNow();
  const { data: shares } = useQuery(sharesQuery({ noteId: note.id }));
  const live = (shares ?? []).filter(({ expiresAt }) => !isExpired(expiresAt, now));
  const others = live.map(({ userId, name, email }) => ({ id: userId, name, email }));
  return (
    <div className="flex items-center gap-2">
      <Faces people={[note.owner, ...others]} />
      <p className="min-w-0 text-pretty text-muted text-small">
        {others.length > 0 && (
          <span className="sr-only">{`${words.access.all(nameAll([note.owner, ...others]))}: `}</span>
        )}
        {note.access !== undefined && describeAccess(note.access, { now })}
      </p>
      <ShareButton onShare={onShare} />
    </div>
  );
}

function Faces({ people }: { people: Person[] }) {
  const shown = people.length > MOST_FACES ? people.slice(0, MOST_FACES - 1) : people;
  return (
    <span className="flex shrink-0 -space-x-1">
      {shown.map((person) => (
        <Avatar key={person.id} name={nameOf(person, { otherwise: person.id })} className="ring-2 ring-canvas" />
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

/** "Ann", "Ann and Ben", "Ann and 2 others". */
function nameAll(people: Person[]): string {
  const names = people.map((person) => nameOf(person, { otherwise: person.id }));
  const [first = "", second] = names;
  if (second === undefined) return first;
  return words.access.and(first, names.length === 2 ? second : formatCount(names.length - 1, words.access.others));
}
