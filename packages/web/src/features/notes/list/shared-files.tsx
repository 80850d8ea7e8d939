import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { SharedAttachment } from "@valetkey/client";
import { File } from "lucide-react";
import { nameOf } from "../../../components/avatar.tsx";
import { Button } from "../../../components/button.tsx";
import { FileName } from "../../../components/file-name.tsx";
import { useNow } from "../../../components/hooks.ts";
import { rovingList } from "../../../components/roving-list.ts";
import { Problem } from "../../../components/states.tsx";
import { formatBytes, formatClock, formatDate, texts } from "../../../texts/index.ts";

const words = texts.notes.sharedFiles;

type SharedFilesProps = {
  list: Pick<UseInfiniteQueryResult, "isError" | "hasNextPage" | "fetchNextPage" | "refetch">;
  files: readonly SharedAttachment[];
  onOpen: (attachmentId: string) => void;
};

/** Lists the files that are shared without their notes, below the shared notes. Each row opens the preview of its file. */
export function SharedFiles({ list, files, onOpen }: SharedFilesProps) {
  const now = useNow();
  if (files.length === 0 && !list.isError) return null;
  return (
    <section aria-labelledby="shared-files" className="mt-6">
      <h2 id="shared-files" className="px-2 py-1 font-medium text-muted text-small">
        {words.title}
      </h2>
      {list.isError && (
        <Problem>
          {words.failed}{" "}
          <button type="button" onClick={() => void list.refetch()} className="font-medium underline">
            {texts.common.tryAgain}
          </button>
        </Problem>
      )}
      <ul ref={rovingList} className="flex flex-col gap-0.5">
        {files.map((file) => (
          <SharedFile key={file.id} file={file} now={now} onOpen={onOpen} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="mt-2 w-full" onClick={() => void list.fetchNextPage()}>
          {texts.common.showMore}
        </Button>
      )}
    </section>
  );
}

const DAY_MS = 86_400_000;

function formatExpiry(instant: string, now: number): string {
  return Date.parse(instant) - now < DAY_MS ? formatClock(instant) : formatDate(instant, now);
}

type SharedFileProps = { file: SharedAttachment; now: number; onOpen: (attachmentId: string) => void };

function SharedFile({ file, now, onOpen }: SharedFileProps) {
  const { expiresAt } = file.share;
  const facts = [
    formatBytes(file.sizeBytes),
    nameOf(file.owner, { otherwise: texts.common.someone }),
    ...(expiresAt === null ? [] : [words.until(formatExpiry(expiresAt, now))]),
  ];
  return (
    <li>
      <button
        type="button"
        disabled={file.state !== "ready"}
        onClick={() => onOpen(file.id)}
        className="group flex w-full text-left items-center gap-3 rounded-card px-2 py-2 transition-colors hover:bg-hover focus-visible:-outline-offset-2"
      >
        <File size={20} strokeWidth={1.5} className="shrink-0 text-muted" />
        <span className="min-w-0 grow">
          <span className="block font-medium">
            <FileName filename={file.filename} />
          </span>
          <span className="block truncate text-muted text-small tabular-nums">
            {file.isNew && <span className="font-medium text-accent">{texts.notes.isNew}</span>}
            {file.isNew && texts.common.separator}
            {facts.join(" · ")}
          </span>
        </span>
      </button>
    </li>
  );
}
