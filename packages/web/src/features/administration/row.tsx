import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Problem } from "../../components/states.tsx";
import { texts } from "../../texts/index.ts";

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
