"use client";

import type { Item, ItemFile } from "@valetkey/client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Dropzone } from "./dropzone.tsx";
import { FileRow, Removal, UploadRow } from "./file-rows.tsx";
import { ENGLISH, type FilesTexts } from "./files-texts.ts";
import { useDownload } from "./use-download.ts";
import { useFileList } from "./use-file-list.ts";
import { useUploads } from "./use-uploads.ts";

export type FilesProps = {
  /** The item whose files the component shows, such as `{ resource: "invoice", itemId: "42" }`. */
  item: Item;
  /** Whether the component shows the button that adds files. The server also calls `may` for each upload. Default: true. */
  canAdd?: boolean | undefined;
  /** Whether a file has a button that removes the file. The server also calls `may` for each removal. Default: true. */
  canRemove?: boolean | ((file: ItemFile) => boolean) | undefined;
  /**
   * The types of files that the user can add, in the format of the attribute `accept` of an input, such as `image/*,.pdf`. Default: every
   * type.
   */
  accept?: string | undefined;
  /** Your own texts, in another language or with other words. Default: the English texts. */
  texts?: Partial<FilesTexts> | undefined;
  /** The language of file sizes, such as `de`. Default: the language of the browser. */
  locale?: string | undefined;
  /**
   * The interval in seconds in which a visible page refreshes the list. The component always refreshes the list when the user returns to
   * the page, and during a verification. The value 0 turns the interval off. Range: from 0. Default: 0.
   */
  refreshSeconds?: number | undefined;
  /** An additional class of the outer element. Default: none. */
  className?: string | undefined;
  /** Receives each file that the user has added on this page, after the verification, even after an unmount. Default: none. */
  onAdded?: ((file: ItemFile) => void) | undefined;
  /** Receives each file that the user has removed. Default: none. */
  onRemoved?: ((file: ItemFile) => void) | undefined;
};

/**
 * Shows the files of an item. Users can add, download and remove files. The component needs the styles in `@valetkey/react/files.css`, and
 * a `ValetKeyProvider` with a client from `openFiles`.
 *
 * @example
 * ```tsx
 * import "@valetkey/react/files.css";
 *
 * function Invoice({ id }: { id: string }) {
 *   return <Files item={{ resource: "invoice", itemId: id }} accept="application/pdf" />;
 * }
 * ```
 */
export function Files({ item, ...props }: FilesProps): ReactNode {
  // The key gives another item a new component with an empty list.
  return <FilesOfItem key={JSON.stringify([item.resource, item.itemId])} item={item} {...props} />;
}

function FilesOfItem({ item, canAdd = true, canRemove = true, accept, locale, className = "", ...props }: FilesProps) {
  const { onAdded, onRemoved, refreshSeconds = 0 } = props;
  const texts: FilesTexts = { ...ENGLISH, ...props.texts };
  const [problem, setProblem] = useState<string>();
  const [news, setNews] = useState("");
  const [removing, setRemoving] = useState<ItemFile>();
  const list = useFileList(item, { refreshSeconds });
  const uploads = useStoredUploads(item, {
    onStored: (file) => {
      list.put(file);
      setNews(texts.added(file.filename));
    },
  });
  const { download, isPending } = useDownload({ onError: (error) => setProblem(texts.problem(error, "download")) });
  const { region, ...focusEvents } = useKeptFocus();
  const uploading = new Set(uploads.files.map(({ fileId }) => fileId));

  function add(files: File[]) {
    setProblem(undefined);
    uploads.add(files, onAdded && { onUploaded: onAdded });
  }

  function forget(file: ItemFile) {
    list.drop(file.id);
    setNews(texts.removed(file.filename));
    onRemoved?.(file);
  }

  const mayRemove = (file: ItemFile) => (typeof canRemove === "function" ? canRemove(file) : canRemove);
  const isEmpty = list.files.length === 0 && uploads.files.length === 0 && !list.hasMore;
  return (
    <section
      className={`vk-files ${className}`}
      ref={region}
      tabIndex={-1}
      aria-label={texts.files}
      aria-busy={list.isLoading}
      {...focusEvents}
    >
      {canAdd && (
        <Dropzone
          className="vk-drop"
          accept={accept}
          onFiles={add}
          onRejected={(files) => setProblem(texts.notAccepted(files.map(({ name }) => name).join(", ")))}
        >
          <span className="vk-button">{texts.add}</span> <span className="vk-hint">{texts.drop}</span>
        </Dropzone>
      )}
      {problem && (
        <p className="vk-problem" role="alert">
          {problem}
        </p>
      )}
      <ul className="vk-list">
        {list.files.map(
          (file) =>
            uploading.has(file.id) || (
              <FileRow
                key={file.id}
                file={file}
                texts={texts}
                locale={locale}
                isDownloading={isPending}
                onDownload={() => {
                  setProblem(undefined);
                  void download(file.id);
                }}
                onRemove={mayRemove(file) ? () => setRemoving(file) : undefined}
              />
            ),
        )}
        {uploads.files.map((upload) => (
          <UploadRow
            key={upload.key}
            upload={upload}
            texts={texts}
            onPause={() => {
              uploads.pause(upload.key);
              setNews(texts.uploading({ ...upload, state: "paused" }));
            }}
            onResume={() => {
              uploads.resume(upload.key);
              setNews("");
            }}
            onRetry={() => uploads.retry(upload.key)}
            onCancel={() => uploads.cancel(upload.key)}
          />
        ))}
      </ul>
      {list.isLoading && <p className="vk-hint vk-loading">{texts.loading}</p>}
      {list.error && (
        <>
          <p className="vk-problem" role="alert">
            {texts.problem(list.error, "list")}
          </p>
          <button type="button" className="vk-button" onClick={list.retry}>
            {texts.tryAgain}
          </button>
        </>
      )}
      {isEmpty && !list.isLoading && !list.error && <p className="vk-hint">{texts.empty}</p>}
      {list.hasMore && !list.isLoading && !list.error && (
        <button type="button" className="vk-button" onClick={list.loadMore}>
          {texts.more}
        </button>
      )}
      <p className="vk-news" role="status">
        {news}
      </p>
      {removing && (
        <Removal
          file={removing}
          texts={texts}
          onRemoved={() => forget(removing)}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </section>
  );
}

/** Moves the focus to the component when the focused row disappears, for example because another user has removed the file of the row. */
function useKeptFocus() {
  const region = useRef<HTMLElement>(null);
  const focused = useRef<Element | null>(null);
  useEffect(() => {
    if (focused.current?.isConnected !== false) return;
    focused.current = null;
    if (document.activeElement === document.body) region.current?.focus();
  });
  return {
    region,
    onFocus: ({ target }: { target: Element }) => {
      focused.current = target;
    },
    onBlur: ({ target }: { target: Element }) => {
      if (target.isConnected) focused.current = null;
    },
  };
}

/** Works like `useUploads`, but calls `onStored` with each stored file, and then removes the file from the list of uploads. */
function useStoredUploads(item: Item, { onStored }: { onStored: (file: ItemFile) => void }) {
  const uploads = useUploads(item);
  const { files, cancel } = uploads;
  const isFirst = useRef(true);
  const latest = useRef(onStored);
  latest.current = onStored;
  useEffect(() => {
    for (const { key, uploaded } of files) {
      if (uploaded === undefined) continue;
      // The new list already has the files that were stored before. Another user may have removed such a file, so the list must not get the
      // file again.
      if (!isFirst.current) latest.current(uploaded);
      cancel(key);
    }
    isFirst.current = false;
  }, [files, cancel]);
  return { ...uploads, files: files.filter(({ state }) => state !== "ready") };
}
