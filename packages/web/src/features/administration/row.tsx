import { keepPreviousData, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { Search } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { PagedList } from "../../components/paged-list.tsx";
import { TextField } from "../../components/text-field.tsx";
import { pagesQuery, queryClient } from "../../service/queries.ts";

/** All lists of the administration share this query key, because one action can change several lists. */
const KEY = "administration";

export function refreshLists(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [KEY] });
}

export function usePages<Page extends { nextCursor: string | null }>(
  key: readonly string[],
  read: Parameters<typeof pagesQuery<Page>>[1],
) {
  // During a search, the old rows stay visible, so that an open dialog in a row stays open.
  return useInfiniteQuery({ ...pagesQuery([KEY, ...key], read), placeholderData: keepPreviousData });
}

/** The delay between the last key press and the search, in milliseconds. */
const SEARCH_DELAY_MS = 200;
/** The maximum length of a search text in characters. The service has the same limit. */
const MAX_LENGTH = 200;

/** Returns a search field and the text to search for. `find` is the search part of a request, which is empty if the field is empty. */
export function useSearch({ search, searchHint }: { search: string; searchHint: string }) {
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const field = (
    <TextField
      type="search"
      className="min-w-0 grow"
      label={search}
      placeholder={searchHint}
      start={<Search size={16} aria-hidden="true" />}
      value={typed}
      maxLength={MAX_LENGTH}
      autoComplete="off"
      spellCheck={false}
      dir="auto"
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  );
  return { field, q, find: q === "" ? {} : { q } };
}

type TableProps<Item> = {
  list: UseInfiniteQueryResult<{ pages: { items: Item[] }[] }>;
  label: string;
  failed: string;
  empty: ReactNode;
  /** The titles of the columns between the first column and the actions. */
  columns: readonly string[];
  first: string;
  /** The class that sets the widths of the columns on wide screens. */
  widths: string;
  children: (item: Item) => ReactNode;
};

/** A list that looks like a table on wide screens, and like cards on phones. */
export function Table<Item>({ first, columns, widths, ...list }: TableProps<Item>) {
  const hasRows = list.list.data?.pages.some(({ items }) => items.length > 0);
  return (
    <div className="flex flex-col gap-2">
      {hasRows && (
        // Screen readers skip the column titles, because each cell has its own label.
        <div aria-hidden="true" className={clsx("grid gap-x-4 text-muted text-small lg:px-[13px]", widths)}>
          <span>{first}</span>
          {columns.map((column) => (
            <span key={column} className="max-lg:hidden">
              {column}
            </span>
          ))}
        </div>
      )}
      <PagedList {...list} />
    </div>
  );
}

const badgeStyle = "inline-block rounded-small border px-1.5 font-normal text-small";

type RowProps = {
  widths: string;
  title: string;
  badge?: string | undefined;
  hints?: readonly string[];
  cells: ReactNode;
  actions?: ReactNode;
  /** Whether the actions are a text button, which phones show below the cells. */
  hasButton?: boolean;
  children?: ReactNode;
};

/** One row of a Table. `children` are the dialogs of the row. */
export function Row({ widths, title, badge, hints = [], cells, actions, hasButton = false, children }: RowProps) {
  return (
    <li
      className={clsx("grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-3 py-2.5", widths)}
    >
      <div className="min-w-0">
        <p className="wrap-anywhere font-medium">
          <bdi>{breakable(title)}</bdi>{" "}
          {badge !== undefined && <span className={clsx(badgeStyle, "text-muted")}>{badge}</span>}
        </p>
        {hints.map((hint) => (
          <p key={hint} className="wrap-anywhere text-muted text-small">
            <bdi>{breakable(hint)}</bdi>
          </p>
        ))}
      </div>
      <div className="col-span-2 row-start-2 flex flex-wrap gap-x-4 gap-y-1 text-muted text-small tabular-nums lg:contents">
        {cells}
      </div>
      <div
        className={clsx(
          "empty:hidden lg:justify-self-end",
          hasButton ? "max-lg:col-span-2 max-lg:row-start-3" : "max-lg:col-start-2 max-lg:row-start-1",
        )}
      >
        {actions}
      </div>
      {children}
    </li>
  );
}

/** Breaks a long email address before its domain, and not at each hyphen. */
function breakable(text: string): ReactNode {
  if (!/^\S+@\S+$/.test(text)) return text;
  return text.split(/(?=@)/).map((part) => (
    <span key={part} className="inline-block">
      {part}
    </span>
  ));
}

/** Shows the label of a cell on phones, where the cell has no column title above it. */
export function Unless({ children }: { children: string }) {
  return <span className="whitespace-pre lg:sr-only">{`${children}: `}</span>;
}

export type Mark = { text: string; tone?: "bad" | "plain" };

/** Shows the states of an item. A state that needs attention is red. */
export function Marks({ marks }: { marks: readonly Mark[] }) {
  return (
    <p className="flex min-w-0 flex-wrap gap-1">
      {marks.map(({ text, tone }) => (
        <span
          key={text}
          className={clsx(
            tone === "plain" && "text-muted text-small",
            tone !== "plain" && badgeStyle,
            tone === "bad" && "border-danger text-danger",
          )}
        >
          {text}
        </span>
      ))}
    </p>
  );
}
