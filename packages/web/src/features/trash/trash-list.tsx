import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import type { TrashItem } from "@valetkey/client";
import { File, FileText, Trash2 } from "lucide-react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { FileName } from "../../components/file-name.tsx";
import { useNow } from "../../components/hooks.ts";
import { BackLink, Page } from "../../components/page.tsx";
import { PagedList } from "../../components/paged-list.tsx";
import { Empty, Problem } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { instanceQuery, invalidate, keys, pagesQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { trashTexts } from "../../texts/en/trash.ts";
import { formatBytes, formatDate, formatInstant, texts } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";

const words = trashTexts;

/** The deleted notes and files that the user may restore. The latest deletion is first. */
export function DeletedPage() {
  const days = useQuery(instanceQuery).data?.limits.trashDays;
  const list = useInfiniteQuery(pagesQuery(keys.trash, client.trash.list));
  return (
    <Page
      title={words.title}
      hint={days === undefined ? "" : words.hint(days)}
      above={<BackLink to="/">{texts.common.back}</BackLink>}
    >
      <PagedList
        list={list}
        label={words.list}
        failed={words.failed}
        empty={<Empty icon={<Trash2 size={28} strokeWidth={1.5} />} {...words.empty} />}
        rowHeight="h-14"
      >
        {(item) => <TrashRow key={item.id} item={item} />}
      </PagedList>
    </Page>
  );
}

function TrashRow({ item }: { item: TrashItem }) {
  const now = useNow();
  const { noteId, noteTitle, attachmentId, filename, files, sizeBytes, purgeAt } = item;
  const subject = attachmentId === null ? { noteId } : { attachmentId };
  const name = filename ?? titleOf(noteTitle);
  const restore = useMutation({
    mutationFn: () => client.trash.restore(subject),
    async onSuccess() {
      await refresh(noteId);
      toasts.add({ title: words.restored(name) });
    },
  });
  const purge = useMutation({
    mutationFn: () => client.trash.remove(subject),
    async onSuccess() {
      await refresh(noteId);
      toasts.add({ title: words.purged(name) });
    },
  });
  const Icon = attachmentId === null ? FileText : File;
  const facts = [
    attachmentId === null ? words.note(files) : words.file(titleOf(noteTitle)),
    ...(files === 0 ? [] : [formatBytes(sizeBytes)]),
    words.purgeAt(formatDate(purgeAt, now)),
  ];
  return (
    <li className="group flex flex-col gap-2 p-3">
      <div className="flex flex-wrap items-center gap-2 pl-[30px]">
        <Icon size={18} aria-hidden="true" className="-ml-[30px] mr-1 shrink-0 text-muted" />
        <div className="min-w-0 grow basis-60">
          <div className="font-medium">
            {filename === null ? (
              <p dir="auto" className="truncate">
                {name}
              </p>
            ) : (
              <FileName filename={filename} />
            )}
          </div>
          <p className="text-muted text-small" title={formatInstant(purgeAt)}>
            {facts.join(texts.common.separator)}
          </p>
        </div>
        <Button
          className="group-has-data-asks:hidden max-md:grow"
          aria-label={words.restoreOf(name)}
          disabled={restore.isPending}
          onClick={() => restore.mutate()}
        >
          {words.restore}
        </Button>
        <AskInPlace
          label={words.purge}
          spokenLabel={words.purgeOf(name)}
          question={words.purgeQuestion(name)}
          action={purge}
          className="text-danger max-md:grow"
        />
      </div>
      {restore.isError && <Problem error={restore.error} />}
      {purge.isError && <Problem error={purge.error} />}
    </li>
  );
}

async function refresh(noteId: string): Promise<void> {
  void invalidate(keys.notes, keys.note(noteId), keys.usage, keys.activity);
  await invalidate(keys.trash);
}
