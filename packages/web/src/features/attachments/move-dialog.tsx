import { Autocomplete } from "@base-ui/react/autocomplete";
import { useQuery } from "@tanstack/react-query";
import type { NoteSummary } from "@valetkey/client";
import { clsx } from "clsx";
import { Check, Search } from "lucide-react";
import { useDeferredValue, useEffect, useEffectEvent, useRef, useState } from "react";
import { nameOf } from "../../components/avatar.tsx";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogFooter } from "../../components/dialog.tsx";
import { useNow } from "../../components/hooks.ts";
import { Segmented } from "../../components/select.tsx";
import { Failure, Problem } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import type { TakenFiles, TargetNote } from "../../service/dragged-files.ts";
import { findEditable, noteQuery } from "../../service/queries.ts";
import { accessParts } from "../../texts/describe-access.ts";
import { movingTexts } from "../../texts/en/moving.ts";
import { formatWhen, texts } from "../../texts/index.ts";
import { nameFiles, transferFiles } from "./move-files.ts";

const words = movingTexts;

type Kind = "move" | "copy";

type MoveFilesProps = TakenFiles & {
  isCopy: boolean;
  /** The note onto which the user dropped the files. Undefined if the user chooses a note in the dialog. */
  to?: TargetNote | undefined;
  onClose: () => void;
};

/**
 * Moves or copies files to another note. If `to` is undefined, the dialog first asks for the note. Files that the user dropped onto a note
 * move immediately if nobody loses access.
 */
export function MoveFiles({ to, ...props }: MoveFilesProps) {
  return to === undefined ? <MoveDialog {...props} /> : <DroppedFiles {...props} to={to} />;
}

function DroppedFiles({ to, onClose, ...taken }: MoveFilesProps & { to: TargetNote }) {
  const effects = useEffects(taken.files, taken.isCopy ? undefined : to);
  const { losing, sameOwner } = effects.data ?? {};
  const isHarmless = taken.isCopy || (sameOwner === true && losing !== undefined && losing.people + losing.links === 0);
  const run = () => {
    void transferFiles({ ...taken, to });
    onClose();
  };
  const runAtOnce = useEffectEvent(run);
  useEffect(() => {
    if (isHarmless) runAtOnce();
  }, [isHarmless]);
  if (isHarmless || effects.isPending) return null;
  return (
    <Dialog onClose={onClose} title={words.title.move(nameFiles(taken.files))} description={`→ ${titleOf(to)}`}>
      <div className="flex flex-col gap-4">
        <Effects kind="move" to={to} fromNoteId={taken.fromNoteId} effects={effects} />
        <DialogFooter>
          <Button data-autofocus kind="primary" onClick={run}>
            {words.action.move}
          </Button>
        </DialogFooter>
      </div>
    </Dialog>
  );
}

/** Asks for the note that receives the files, and shows how many people lose access. Then the user confirms the move. */
function MoveDialog({ files, fromNoteId, canMove, isCopy, onClose }: Omit<MoveFilesProps, "to">) {
  const [kind, setKind] = useState<Kind>(isCopy ? "copy" : "move");
  const [to, setTo] = useState<TargetNote>();
  const confirm = useRef<HTMLButtonElement>(null);
  const effects = useEffects(files, kind === "move" ? to : undefined);
  const isDecided = to !== undefined && (kind === "copy" || !effects.isFetching);
  const run = () => {
    if (to === undefined || !isDecided) return;
    void transferFiles({ files, fromNoteId, canMove, to, isCopy: kind === "copy" });
    onClose();
  };
  return (
    <Dialog onClose={onClose} title={words.title[kind](nameFiles(files))} className="max-md:h-[90dvh]">
      <div className="flex flex-col gap-3">
        {canMove && (
          <Segmented
            label={words.kind.label}
            value={kind}
            onChange={setKind}
            options={[
              { value: "move", label: words.kind.move },
              { value: "copy", label: words.kind.copy },
            ]}
          />
        )}
        <NotePicker
          exceptId={fromNoteId}
          chosenId={to?.id}
          onChoose={(note) => {
            setTo(note);
            confirm.current?.focus();
          }}
        />
        <DialogFooter>
          <div className="min-w-0 grow basis-full md:basis-0">
            <Effects kind={kind} to={to} fromNoteId={fromNoteId} effects={effects} />
          </div>
          <Button ref={confirm} kind="primary" aria-disabled={!isDecided} className="max-md:grow" onClick={run}>
            {words.action[kind]}
          </Button>
        </DialogFooter>
      </div>
    </Dialog>
  );
}

function useEffects(files: TakenFiles["files"], to: TargetNote | undefined) {
  const attachmentIds = files.map(({ id }) => id);
  return useQuery({
    queryKey: ["move-effects", to?.id, attachmentIds],
    queryFn: ({ signal }) => client.attachments.describeMove({ attachmentIds, toNoteId: to?.id ?? "" }, { signal }),
    enabled: to !== undefined,
    gcTime: 0,
    retry: false,
  });
}

type EffectsProps = {
  kind: Kind;
  to: TargetNote | undefined;
  fromNoteId: string;
  effects: ReturnType<typeof useEffects>;
};

/** Says what the move or copy changes, the most important change first. */
function Effects({ kind, to, fromNoteId, effects: { data, isError, error } }: EffectsProps) {
  const isMine = useQuery(noteQuery(fromNoteId)).data?.role === "owner";
  if (isError) return <Problem error={error} />;
  const text = () => {
    if (to === undefined) return words.choose;
    if (kind === "copy") return words.copied;
    if (data === undefined) return words.counting;
    const losing = words.losing(data.losing);
    if (data.sameOwner) return losing;
    const owner = words.otherOwner(nameOf(to.owner, { otherwise: texts.common.someone }));
    return [owner, losing, words.original[isMine ? "mine" : "ofAnother"]].join(" ");
  };
  return (
    <p role="status" className="text-pretty text-small">
      {text()}
    </p>
  );
}

type NotePickerProps = {
  exceptId: string;
  chosenId: string | undefined;
  onChoose: (note: TargetNote) => void;
};

/**
 * Lists the notes that the user may edit, newest first. The arrow keys and Enter choose a note. If the list still shows the notes of an
 * earlier search, Enter chooses the first note of the next result.
 */
function NotePicker({ exceptId, chosenId, onChoose }: NotePickerProps) {
  const [text, setText] = useState("");
  const now = useNow();
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["editable-notes", q],
    queryFn: ({ signal }) => findEditable(q, signal),
    placeholderData: (before) => before,
  });
  const isFromEarlierSearch = found.isPlaceholderData || q !== text.trim();
  const [choosesFirst, setChoosesFirst] = useState(false);
  const notes = (found.data ?? []).filter(({ id }) => id !== exceptId);
  const chooseFirst = useEffectEvent(() => {
    setChoosesFirst(false);
    const [first] = notes;
    if (first !== undefined) onChoose(first);
  });
  useEffect(() => {
    if (choosesFirst && !isFromEarlierSearch) chooseFirst();
  }, [choosesFirst, isFromEarlierSearch]);
  return (
    <Autocomplete.Root
      open
      inline
      items={notes}
      filter={null}
      mode="none"
      value={text}
      onValueChange={(typed) => {
        setText(typed);
        setChoosesFirst(false);
      }}
      itemToStringValue={titleOf}
      autoHighlight
      keepHighlight
    >
      <div className="relative">
        <Search size={16} className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted" />
        <Autocomplete.Input
          data-autofocus
          aria-label={words.search}
          placeholder={words.search}
          maxLength={200}
          onKeyDown={(event) => {
            const isEarly = event.key === "Enter" && isFromEarlierSearch;
            setChoosesFirst(isEarly);
            if (isEarly) event.preventBaseUIHandler();
          }}
          className="h-11 w-full rounded-card border border-line bg-sunken pr-3 pl-9 text-base outline-none transition-colors hover:border-line-strong focus:border-accent focus:bg-surface md:h-9"
        />
      </div>
      {found.isError && <Failure title={words.failed} query={found} />}
      <Autocomplete.Empty className="empty:hidden">
        {found.isFetching || found.isError ? null : <p className="pt-4 text-center text-muted">{words.none}</p>}
      </Autocomplete.Empty>
      <Autocomplete.List
        aria-label={words.list}
        className="-mx-2 -mb-3 min-h-0 overflow-y-auto overscroll-contain max-md:min-h-[calc(90dvh-320px)] md:h-[min(40vh,320px)]"
      >
        {(note: NoteSummary) => (
          <Autocomplete.Item
            key={note.id}
            value={note}
            onClick={() => {
              setChoosesFirst(false);
              onChoose(note);
            }}
            className="flex min-h-14 cursor-default select-none items-center gap-3 rounded-card px-2 py-1 outline-none pointer-fine:data-highlighted:bg-hover aria-[current]:bg-selected md:min-h-11"
            {...(note.id === chosenId && { "aria-current": true })}
          >
            <span
              aria-hidden="true"
              className={clsx(
                "flex size-5 shrink-0 items-center justify-center rounded-full border",
                note.id === chosenId ? "border-accent bg-accent text-on-accent" : "border-line-strong",
              )}
            >
              {note.id === chosenId && <Check size={12} strokeWidth={3} />}
            </span>
            <span className="min-w-0 grow">
              <span dir="auto" className="block truncate font-medium">
                {titleOf(note)}
              </span>
              <span className="block truncate text-muted text-small tabular-nums">
                {factsOf(note, now).join(" · ")}
              </span>
            </span>
          </Autocomplete.Item>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}

function titleOf({ title }: { title: string }): string {
  return title === "" ? texts.notes.untitled : title;
}

function factsOf({ role, owner, access, updatedAt }: NoteSummary, now: number): string[] {
  return [
    ...(role === "owner" ? [] : [words.of(nameOf(owner, { otherwise: texts.common.someone }))]),
    ...(access === undefined ? [] : accessParts(access, { now })),
    formatWhen(updatedAt, now),
  ];
}
