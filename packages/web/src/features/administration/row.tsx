import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Problem } from "../../components/states.tsx";
import { pagesQuery, queryClient } from "../../service/queries.ts";
import { texts } from "../../texts/index.ts";

/** The query key that all lists of the administration share, because one action can change several lists. */
const KEY = "administration";

export function refreshLists(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [KEY] });
}

/** Loads a list of administrators page by page. */
export function usePages<Page extends { nextCursor: string | null }>(
  key: readonly string[],
  read: Parameters<typeof pagesQuery<Page>>[1],
) {
  // While a search loads, the old rows stay visible, so that an open confirmation in a row stays open.
  return useInfiniteQuery({ ...pagesQuery([KEY, ...key], read), placeholderData: keepPreviousData });
}

type RowProps = {
  title: string;
  /** The labels beside the title. */
  marks?: readonly Mark[];
  /** Lines of short facts. */
  facts: readonly (readonly string[])[];
  error?: unknown;
  /** The buttons of the item. */
  actions?: ReactNode;
  /** The content below the buttons. */
  children?: ReactNode;
};

export type Mark = { text: string; isWarning?: boolean };

/** One item in a list of the administration: a name, facts, and buttons. */
export function Row({ title, marks = [], facts, error, actions, children }: RowProps) {
  return (
    <li className="flex flex-col gap-2 p-3">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-2">
        <div className="min-w-0 grow basis-full md:basis-56">
          <p className="flex flex-wrap items-center gap-x-2">
            <span className="min-w-0 truncate font-medium">{title}</span>
            {marks.map(({ text, isWarning = false }) => (
              <span
                key={text}
                className={clsx(
                  "rounded-small border px-1.5 text-small",
                  isWarning ? "border-danger text-danger" : "text-muted",
                )}
              >
                {text}
              </span>
            ))}
          </p>
          {facts.map((line) => (
            <p key={line.join()} className="break-words text-muted text-small tabular-nums">
              {line.join(texts.common.separator)}
            </p>
          ))}
        </div>
        {actions}
      </div>
      {children}
      {error != null && <Problem error={error} />}
    </li>
  );
}
