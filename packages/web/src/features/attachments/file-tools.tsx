import type { Attachment, Note } from "@valetkey/client";
import { clsx } from "clsx";
import { Copy, Download, FileOutput, Link2, Trash2, UserPlus } from "lucide-react";
import { useEffect, useRef } from "react";
import { Select } from "../../components/select.tsx";
import { inputStyle } from "../../components/text-field.tsx";
import { useDownloadLink } from "../../service/download-link.ts";
import { toasts } from "../../service/toasts.ts";
import { fileToolsTexts } from "../../texts/en/file-tools.ts";
import {
  arrangeFiles,
  type Choice,
  chooseAll,
  chooseFile,
  type FileOrder,
  type FileView,
  kindsIn,
  NOTHING,
} from "./arrange-files.ts";
import { downloadZip } from "./download-all.tsx";
import { removeAttachments } from "./remove-attachment.ts";

const words = fileToolsTexts;
const orders = (Object.keys(words.orders) as FileOrder[]).map((value) => ({ value, label: words.orders[value] }));
/** Each action has its icon above its label, so that all actions fit into one row in both languages. On a phone, long labels wrap. */
const ACTION =
  "flex select-none flex-col items-center gap-0.5 rounded-card py-2 text-center font-medium text-small leading-4 transition-colors hover:bg-hover max-md:grow md:px-3";
/** The maximum number of files in one link. The service has the same limit. */
const MOST_FILES_OF_LINK = 100;

/** The state of the file tools. The list of files also uses this state. */
export type Managed = { view: FileView; choice: Choice };

export const START: Managed = { view: { order: "attached", text: "", kind: "all" }, choice: NOTHING };
export { arrangeFiles, chooseAll, chooseFile };

type FileToolsProps = {
  note: Note;
  files: readonly Attachment[];
  shown: readonly Attachment[];
  managed: Managed;
  onChange: (managed: Managed) => void;
  /** Undefined if the user cannot make links. */
  onLink: ((files: readonly Attachment[]) => void) | undefined;
  /** Undefined if the user cannot share files. */
  onShare: ((files: readonly Attachment[]) => void) | undefined;
  onMove: (files: readonly Attachment[], isCopy: boolean) => void;
};

/** The tools above the list of files: the filter, the order, and the actions on the selected files. */
export function FileTools({ note, files, shown, managed, onChange, ...actions }: FileToolsProps) {
  const { view, choice } = managed;
  const change = (changed: Partial<FileView>) => onChange({ ...managed, view: { ...view, ...changed } });
  const hasChosen = shown.some(({ id }) => choice.ids.has(id));
  const kinds = (Object.keys(words.kinds) as (keyof typeof words.kinds)[]).filter((kind) => {
    return kind === "all" || kind === view.kind || kindsIn(files).has(kind);
  });
  return (
    <fieldset className="sticky top-11 z-10 -mx-2 -mb-2 flex min-w-0 flex-col gap-3 bg-canvas px-2 py-2 md:top-8">
      <legend className="sr-only">{words.label}</legend>
      {/* On a phone, the actions on the selected files replace the filter. */}
      <div className={clsx("flex flex-wrap gap-2", hasChosen && "max-md:hidden")}>
        <input
          type="search"
          value={view.text}
          maxLength={200}
          aria-label={words.filter}
          placeholder={words.filter}
          autoComplete="off"
          spellCheck={false}
          onChange={({ currentTarget }) => change({ text: currentTarget.value })}
          className={`${inputStyle} min-w-40 grow basis-full xl:basis-40`}
        />
        <Select
          className="max-xl:grow"
          label={words.kind}
          value={view.kind}
          options={kinds.map((kind) => ({ value: kind, label: words.kinds[kind] }))}
          onChange={(kind) => change({ kind })}
        />
        <Select
          className="max-xl:grow"
          label={words.order}
          value={view.order}
          options={orders}
          onChange={(order) => change({ order })}
        />
      </div>
      <p role="status" className="sr-only">
        {shown.length === 0 ? words.none : words.shown(shown.length, files.length)}
      </p>
      {shown.length === 0 ? (
        <p className="py-2 text-muted text-small">{words.none}</p>
      ) : (
        <ChosenBar
          note={note}
          listed={shown}
          choice={choice}
          onChoose={(chosen) => onChange({ ...managed, choice: chosen })}
          {...actions}
        />
      )}
    </fieldset>
  );
}

type ChosenBarProps = Pick<FileToolsProps, "note" | "onLink" | "onShare" | "onMove"> & {
  listed: readonly Attachment[];
  choice: Choice;
  onChoose: (choice: Choice) => void;
};

/** Selects all listed files, and runs actions on the selected files. An action never changes files that the filter hides. */
function ChosenBar({ note, listed, choice, onChoose, onLink, onShare, onMove }: ChosenBarProps) {
  const all = useRef<HTMLInputElement>(null);
  const downloadLink = useDownloadLink();
  const chosen = listed.filter(({ id }) => choice.ids.has(id));
  const ready = chosen.filter(({ state }) => state === "ready");
  const [single] = ready;
  const isViewer = note.role === "viewer";
  const isPartial = chosen.length > 0 && chosen.length < listed.length;
  useEffect(() => {
    if (all.current !== null) all.current.indeterminate = isPartial;
  }, [isPartial]);
  const link = () => {
    if (ready.length <= MOST_FILES_OF_LINK) onLink?.(ready);
    else toasts.add({ title: words.tooManyForLink(MOST_FILES_OF_LINK) });
  };
  const remove = () => {
    // The focused button disappears, so the checkbox gets the focus.
    all.current?.focus();
    onChoose(NOTHING);
    void removeAttachments(chosen);
  };
  return (
    <div
      className={clsx(
        "flex min-h-11 flex-wrap items-center gap-x-2 rounded-card md:min-h-9",
        chosen.length > 0 && "bg-selected",
      )}
    >
      <label className="flex min-h-11 cursor-pointer select-none items-center text-small md:min-h-9">
        <span className="flex w-11 justify-center md:w-8">
          <input
            ref={all}
            type="checkbox"
            checked={chosen.length === listed.length}
            onChange={() =>
              onChoose(
                chooseAll(
                  choice,
                  listed.map(({ id }) => id),
                ),
              )
            }
            className="size-4 cursor-pointer accent-accent pointer-coarse:size-5"
          />
        </span>
        <span className={clsx(chosen.length > 0 && "sr-only")}>{words.all}</span>
      </label>
      <p role="status" title={words.hint} className="mr-auto font-medium text-small tabular-nums">
        {chosen.length > 0 &&
          words.chosen(
            chosen.length,
            chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
          )}
      </p>
      <div className="flex max-md:w-full max-md:px-3 max-md:empty:hidden">
        {single !== undefined &&
          (ready.length === 1 ? (
            <a {...downloadLink(single)} className={ACTION}>
              <Download size={16} />
              {words.download}
            </a>
          ) : (
            <button type="button" className={ACTION} onClick={() => void downloadZip(note, ready)}>
              <Download size={16} />
              {words.download}
            </button>
          ))}
        {single !== undefined && onLink !== undefined && (
          <button type="button" className={ACTION} onClick={link}>
            <Link2 size={16} />
            {words.link}
          </button>
        )}
        {single !== undefined && onShare !== undefined && (
          <button type="button" className={ACTION} onClick={() => onShare(ready)}>
            <UserPlus size={16} />
            {words.share}
          </button>
        )}
        {single !== undefined && (
          <button type="button" className={ACTION} onClick={() => onMove(ready, isViewer)}>
            {isViewer ? <Copy size={16} /> : <FileOutput size={16} />}
            {isViewer ? words.copy : words.move}
          </button>
        )}
        {chosen.length > 0 && !isViewer && (
          <button type="button" className={`${ACTION} text-danger`} onClick={remove}>
            <Trash2 size={16} />
            {words.remove}
          </button>
        )}
      </div>
    </div>
  );
}
