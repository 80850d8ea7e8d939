import { Link } from "@tanstack/react-router";
import type { NoteSummary } from "@valetkey/client";
import { File } from "lucide-react";
import { FileName } from "../../../components/file-name.tsx";
import { texts } from "../../../texts/index.ts";
import { titleOf } from "../../../texts/note-title.ts";

/** Shows a text, and highlights the first match of a search. */
export function Marked({ text, q }: { text: string; q: string }) {
  const parts = splitMatch(text, q);
  if (parts === undefined) return text;
  const [before, match, after] = parts;
  return (
    <>
      {before}
      <mark className="rounded-[2px] bg-accent-soft text-inherit">{match}</mark>
      {after}
    </>
  );
}

/** Lists the files of a note whose names match the search. Each row opens its file. */
export function FoundFiles({ note: { id, title, foundFiles = [] }, q }: { note: NoteSummary; q: string }) {
  if (foundFiles.length === 0) return null;
  return (
    <ul aria-label={texts.notes.search.filesOf(titleOf(title))} className="mb-1 ml-4 border-l pl-1">
      {foundFiles.map((file) => (
        <li key={file.id}>
          <Link
            to="/n/$noteId"
            params={{ noteId: id }}
            search={{ q, file: file.id }}
            className="flex min-h-11 items-center gap-2 rounded-card px-2 py-1 text-small transition-colors hover:bg-hover focus-visible:-outline-offset-2 md:min-h-8"
          >
            <File size={14} aria-hidden="true" className="shrink-0 text-muted" />
            <span className="min-w-0 grow">
              <FileName filename={file.filename} mark={(name) => <Marked text={name} q={q} />} />
              {file.path !== undefined && <Folder path={file.path} q={q} />}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Shows a folder path on one line. A long path is cut at its start, or at its end if the first match is near the start. */
function Folder({ path, q }: { path: string; q: string }) {
  const folder = path.replace(/\/$/, "");
  const [before, , after] = splitMatch(folder, q) ?? ["", "", ""];
  const isCutAtEnd = before.length < after.length;
  return (
    <span dir={isCutAtEnd ? "ltr" : "rtl"} title={folder} className="block truncate text-left text-muted">
      <bdi>
        <Marked text={folder} q={q} />
      </bdi>
    </span>
  );
}

/** Returns the text before, in and after the first match, or undefined without a match. Upper and lower case are equal. */
export function splitMatch(text: string, q: string): [before: string, match: string, after: string] | undefined {
  const [lower, searched] = [text.toLowerCase(), q.toLowerCase()];
  const start = lower.indexOf(searched);
  // Some letters are longer in lower case. The positions in both texts then differ, so the page highlights nothing.
  if (searched === "" || start === -1 || lower.length !== text.length) return undefined;
  const end = start + searched.length;
  return [text.slice(0, start), text.slice(start, end), text.slice(end)];
}
