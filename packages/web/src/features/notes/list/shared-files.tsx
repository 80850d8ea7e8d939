import { useInfiniteQuery } from "@tanstack/react-query";
import type { SharedAttachment } from "@valetkey/client";
import { Download, File } from "lucide-react";
import { nameOf } from "../../../components/avatar.tsx";
import { Button } from "../../../components/button.tsx";
import { Problem } from "../../../components/states.tsx";
import { useNow } from "../../../components/use-now.ts";
import { client } from "../../../service/client.ts";
import { downloadLink } from "../../../service/download-link.ts";
import { keys } from "../../../service/queries.ts";
import { formatBytes, formatClock, formatDate, texts } from "../../../texts/index.ts";

const words = texts.notes.sharedFiles;

export function useSharedFiles({ isEnabled }: { isEnabled: boolean }) {
  return useInfiniteQuery({
    queryKey: keys.sharedFiles,
    queryFn: ({ pageParam, signal }) =>
      client.attachments.listShared({ signal, ...(pageParam !== undefined && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    enabled: isEnabled,
  });
}

type SharedFilesProps = { list: ReturnType<typeof useSharedFiles>; files: readonly SharedAttachment[] };

/** The shared files, below the shared notes. Each row downloads its file. */
export function SharedFiles({ list, files }: SharedFilesProps) {
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
      <ul className="flex flex-col gap-0.5">
        {files.map((file) => (
          <SharedFile key={file.id} file={file} now={now} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="mt-2 w-full" onClick={() => void list.fetchNextPage()}>
          {texts.common.loadMore}
        </Button>
      )}
    </section>
  );
}

const DAY_MS = 86_400_000;

function formatExpiry(instant: string, now: number): string {
  return Date.parse(instant) - now < DAY_MS ? formatClock(instant) : formatDate(instant, now);
}

function SharedFile({ file, now }: { file: SharedAttachment; now: number }) {
  const { expiresAt } = file.share;
  const facts = [
    formatBytes(file.sizeBytes),
    nameOf(file.owner, { otherwise: texts.common.someone }),
    ...(expiresAt === null ? [] : [words.until(formatExpiry(expiresAt, now))]),
  ];
  return (
    <li>
      <a
        {...downloadLink(file)}
        className="group flex items-center gap-3 rounded-card px-2 py-2 transition-colors hover:bg-hover focus-visible:-outline-offset-2"
      >
        <File size={20} strokeWidth={1.5} className="shrink-0 text-muted" />
        <span className="min-w-0 grow">
          <span className="sr-only">{`${texts.notes.sharedFiles.download} `}</span>
          <span className="block truncate font-medium">{file.filename}</span>
          <span className="block truncate text-muted text-small tabular-nums">{facts.join(" · ")}</span>
        </span>
        <Download size={16} aria-hidden="true" className="shrink-0 text-muted" />
      </a>
    </li>
  );
}
